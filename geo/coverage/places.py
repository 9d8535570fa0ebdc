"""Villages and rooms as points, and which of them lie within reach of each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from geo.coordinates import MEAN_RADIUS_M, Floats, haversine_metres

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Basis = Literal["households", "villages"]

RURAL_M: Final = 2_000.0
URBAN_M: Final = 1_000.0
NOBODY: Final = -1
_WIDEN: Final = 1 + 1e-9
_TIED_DIGITS: Final = 3
_LOOK_AT: Final = 4


@dataclass(frozen=True, slots=True)
class Villages:
    """Points of villages in WGS84 degrees.

    Attributes
    ----------
    lon, lat : ndarray of float
    households : ndarray of float
        Households of each; NaN where they are not known.
    urban : ndarray of bool
        Urban villages (communities) are measured with ``urban_m``, all others with ``rural_m``.
    rural_m, urban_m : float
        Metres within which a room is reached.
    share : ndarray of float, optional
        The share of its village that each point stands for; whole villages without it.
    """

    lon: Floats
    lat: Floats
    households: Floats
    urban: Flags
    rural_m: float = RURAL_M
    urban_m: float = URBAN_M
    share: Floats | None = None

    @classmethod
    def of(cls, lon: ArrayLike, lat: ArrayLike, households: Sequence[int | None], urban: ArrayLike) -> "Villages":
        """Return villages from plain lists; ``None`` households are not known."""
        known = [np.nan if count is None else float(count) for count in households]
        return cls(_floats(lon), _floats(lat), np.array(known, dtype=np.float64), np.asarray(urban, dtype=np.bool_))

    def basis(self) -> Basis:
        """Return what is counted: households, or villages as soon as the households of one are not known."""
        return "villages" if bool(np.isnan(self.households).any()) else "households"

    def weights(self) -> Floats:
        """Return what each village counts for on that basis."""
        return self.shares() if self.basis() == "villages" else self.households

    def shares(self) -> Floats:
        """Return the share of its village that each point stands for."""
        return np.ones(len(self.lon)) if self.share is None else self.share

    def limits(self) -> Floats:
        """Return the metres within which a room is reached."""
        return np.where(self.urban, self.urban_m, self.rural_m)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Mediation rooms.

    Attributes
    ----------
    lon, lat : ndarray of float
        WGS84 degrees; NaN where the point is not known: such a room is reached by nobody, and counted apart.
    active : ndarray of bool
        Closed rooms count for nothing.
    home : ndarray of int
        Position of the village that has the room, `NOBODY` for rooms of a township or the county.
    effective : ndarray of int
        1 effective, 0 not, -1 not known; see `geo.coverage.hours.effective_state`.
    hours : ndarray of bool, shape (rooms, 7, 24)
        Whether it is open in that hour; see `geo.coverage.hours.hours_open`.
    hours_known : ndarray of bool
        Whether opening hours could be read. A room without them is open in no hour, and counted apart.
    """

    lon: Floats
    lat: Floats
    active: Flags
    home: Ints
    effective: Ints
    hours: Flags
    hours_known: Flags

    @classmethod
    def of(
        cls,
        lon: ArrayLike,
        lat: ArrayLike,
        *,
        active: ArrayLike,
        home: ArrayLike,
        effective: ArrayLike,
        hours: Flags,
        hours_known: ArrayLike,
    ) -> "Rooms":
        """Return rooms from plain lists; a point of ``None`` is not known."""
        flags = (np.asarray(active, dtype=np.bool_), np.asarray(hours_known, dtype=np.bool_))
        numbers = (np.asarray(home, dtype=np.int64), np.asarray(effective, dtype=np.int64))
        return cls(_floats(lon), _floats(lat), flags[0], *numbers, hours, flags[1])

    def placed(self) -> Flags:
        """Return which rooms are active and have a point."""
        return self.active & np.isfinite(self.lon) & np.isfinite(self.lat)


def reach(villages: Villages, lon: ArrayLike, lat: ArrayLike) -> csr_array:
    """Return which points each village reaches, as a sparse matrix of ones, shape (villages, points).

    Distances are great circles on the sphere of the mean radius, within 0.5 % of the ellipsoid. A way of exactly the
    limit counts as within. Points that are NaN are reached by nobody.
    """
    x, y, limits = _floats(lon), _floats(lat), villages.limits()
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    row = column = np.empty(0, dtype=np.int64)
    if len(good) and len(limits):
        tree = KDTree(_on_sphere(x[good], y[good]))
        chord = 2 * np.sin(limits / (2 * MEAN_RADIUS_M)) * _WIDEN
        lists = tree.query_ball_point(_on_sphere(villages.lon, villages.lat), chord)
        row = np.repeat(np.arange(len(limits)), [len(one) for one in lists])
        column = good[np.fromiter(chain.from_iterable(map(sorted, lists)), dtype=np.int64, count=len(row))]
        near = haversine_metres(villages.lon[row], villages.lat[row], x[column], y[column]) <= limits[row]
        row, column = row[near], column[near]
    return csr_array((np.ones(len(row)), (row, column)), shape=(len(limits), len(x)))


def nearest(villages: Villages, lon: ArrayLike, lat: ArrayLike) -> tuple[Ints, Floats]:
    """Return the nearest point of each village and the metres to it; `NOBODY` and infinity where there is none.

    Of points that are equally near to the millimetre the first is taken.
    """
    x, y = _floats(lon), _floats(lat)
    good = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    if not len(good) or not len(villages.lon):
        return np.full(len(villages.lon), NOBODY, dtype=np.int64), np.full(len(villages.lon), np.inf)
    spots, first = np.unique(np.column_stack((x[good], y[good])), axis=0, return_index=True)
    looked = min(_LOOK_AT, len(spots))
    _, near = KDTree(_on_sphere(spots[:, 0], spots[:, 1])).query(_on_sphere(villages.lon, villages.lat), k=looked)
    near = np.asarray(near, dtype=np.int64).reshape(len(villages.lon), looked)
    metres = haversine_metres(villages.lon[:, None], villages.lat[:, None], spots[near, 0], spots[near, 1])
    names = good[first[near]]
    best = np.lexsort((names, np.round(metres, _TIED_DIGITS)), axis=1)[:, :1]
    found = np.take_along_axis(names, best, axis=1)[:, 0], np.take_along_axis(metres, best, axis=1)[:, 0]
    return found[0].astype(np.int64), found[1]


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    x, y = np.radians(lon), np.radians(lat)
    return np.column_stack((np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)))


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
