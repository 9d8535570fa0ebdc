"""Where the households of villages are: at each village's point, or at those of its grids where these are known."""

from dataclasses import dataclass, replace

import numpy as np

from geo.coordinates import Floats
from geo.coverage.access import Access, Closing, Totals, closing_of, totals_of
from geo.coverage.places import Flags, Ints, Rooms, Villages


@dataclass(frozen=True, slots=True)
class Spots:
    """The points that stand for villages when households are counted.

    Attributes
    ----------
    points : Villages
        The spots, each with its households and the share of its village.
    village : ndarray of int
        Position of the village of each spot.
    by_grids : ndarray of bool
        By village, whether its grids stand in for it.
    """

    points: Villages
    village: Ints
    by_grids: Flags

    def share(self, spots: Flags) -> Floats:
        """Return by village the share of it that some spots are."""
        return np.bincount(self.village[spots], self.points.shares()[spots], len(self.by_grids)).astype(np.float64)


def spread(villages: Villages, village: Ints, lon: Floats, lat: Floats, households: Floats) -> Spots:
    """Return villages spread over their grids.

    The number of a village stands, its grids say how it is spread; a village without a number gets the sum of its
    grids. A village keeps its own point when it has no grids here, or grids without any household.

    Parameters
    ----------
    villages : Villages
    village : ndarray of int
        Position of each grid's village. Give all grids of a village or none.
    lon, lat, households : ndarray of float
        Of each grid; all known.

    Examples
    --------
    >>> villages = Villages.of([111.0, 111.5], [29.0, 29.0], [90, None], [False, False])
    >>> grids = {"lon": np.array([111.0, 111.03]), "lat": np.array([29.0, 29.0]), "households": np.array([10.0, 20.0])}
    >>> found = spread(villages, np.array([0, 0]), **grids)
    >>> found.points.households.tolist(), found.village.tolist(), found.by_grids.tolist()
    ([30.0, 60.0, nan], [0, 0, 1], [True, False])
    >>> found.share(np.array([True, False, True])).round(3).tolist()
    [0.333, 1.0]
    """
    sums = np.bincount(village, households, len(villages.lon)).astype(np.float64)
    by_grids = sums > 0
    used, own = np.flatnonzero(by_grids[village]), np.flatnonzero(~by_grids)
    owner = np.concatenate((village[used], own)).astype(np.int64)
    share = np.concatenate((households[used] / sums[village[used]], np.ones(len(own))))
    told = np.where(np.isnan(villages.households) & by_grids, sums, villages.households)
    points = replace(
        villages,
        lon=np.concatenate((lon[used], villages.lon[own])),
        lat=np.concatenate((lat[used], villages.lat[own])),
        households=told[owner] * share,
        urban=villages.urban[owner],
        share=share,
    )
    return Spots(points, owner, by_grids)


def totals_spread(spots: Spots, rooms: Rooms, access: Access, totals: Totals) -> Totals:
    """Return the county in figures, with households where they are.

    ``access`` is that of the spots, ``totals`` are the figures of the villages at their own points.
    """
    return _of_villages(spots, totals_of(spots.points, rooms, access), totals)


def closing_spread(spots: Spots, villages: Villages, rooms: Rooms, room: int) -> Closing:
    """Return what the closing of a room changes, with households where they are; see ``access.closing_of``.

    A village of which only some grids lose is among those that lose, with the share that does.
    """
    own = closing_of(villages, rooms, room)
    if not spots.by_grids.any():
        return own
    found = closing_of(spots.points, rooms, room)
    lost = np.zeros(len(spots.village), dtype=np.bool_)
    lost[found.lose_access] = True
    losing = np.unique(spots.village[found.lose_access])
    return replace(
        own,
        before=_of_villages(spots, found.before, own.before),
        after=_of_villages(spots, found.after, own.after),
        lose_access=losing,
        lost_share=spots.share(lost)[losing],
        lose_second=np.unique(spots.village[found.lose_second]),
        more_load=found.more_load,
    )


def _of_villages(spots: Spots, counted: Totals, totals: Totals) -> Totals:
    """Return sums of spots with what is counted by village."""
    return replace(
        counted,
        unknown_households=len(np.unique(spots.village[np.isnan(spots.points.households)])),
        villages=totals.villages,
        with_room=totals.with_room,
        with_effective=totals.with_effective,
        effective_unknown=totals.effective_unknown,
    )
