"""Who reaches an open mediation room: by village, by hour of the week, for the county, and after a room closes.

A village is a point that stands for all its households; grids may stand in for villages where finer points are known.
A room counts for `home`, the village whose room it is on record, wherever its point lies; for ways its point counts.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from geo.coordinates import Floats
from geo.coverage.places import NOBODY, Basis, Flags, Ints, Rooms, Villages, nearest, reach


@dataclass(frozen=True, slots=True)
class Access:
    """What each village has; all arrays but `load`, `by_hour` and `by_day` are by village.

    Attributes
    ----------
    has_room : ndarray of bool
        An active room is on record for the village.
    effective : ndarray of int
        1 one of its rooms is effective, 0 none is (or it has none), -1 not known.
    nearest : ndarray of int
        The nearest active room with a point, of equally near ones the first; `NOBODY` when there is none.
    metres : ndarray of float
        The way to it as the crow flies; infinite when there is none.
    reached : ndarray of int
        Rooms within 2 km, of an urban village 1 km; from two on there is a second choice.
    by_hour : ndarray of float, shape (7, 24)
        Share that reaches a room open in that hour; NaN when there is nothing to count.
    by_day : ndarray of float, shape (7,)
        Share that reaches a room open in any hour of that day.
    load : ndarray of float
        By room, the households (villages, see `basis`) to which it is the nearest, however far.
    """

    has_room: Flags
    effective: Ints
    nearest: Ints
    metres: Floats
    reached: Ints
    by_hour: Floats
    by_day: Floats
    load: Floats


@dataclass(frozen=True, slots=True)
class Totals:
    """The county in figures: counts on `basis`; shares are NaN when ``weight`` is 0."""

    basis: Basis
    unknown_households: int
    villages: int
    with_room: int
    with_effective: int
    effective_unknown: int
    weight: float
    within: float
    second: float
    share: float
    share_second: float
    rooms: int
    rooms_without_point: int
    rooms_without_hours: int


@dataclass(frozen=True, slots=True)
class Closing:
    """What the closing of one room changes: positions of villages, and counts on the basis of `Totals`.

    ``lost_share`` is the share of each village of ``lose_access`` that reaches no room any more.
    """

    before: Totals
    after: Totals
    lose_room: Ints
    lose_access: Ints
    lost_share: Floats
    lose_second: Ints
    farther: Ints
    more_metres: Floats
    more_load: Floats


def access_of(villages: Villages, rooms: Rooms) -> Access:
    """Return what each village has of the active rooms.

    Examples
    --------
    >>> from geo.coverage.hours import hours_open
    >>> from geo.coverage.opening import read_opening
    >>> villages = Villages.of([111.0, 111.1], [29.0, 29.0], [300, 100], [False, True])
    >>> hours = hours_open([read_opening("周三上午")])
    >>> room = Rooms.of([111.015], [29.0], active=[True], home=[0], effective=[1], hours=hours, hours_known=[True])
    >>> found = access_of(villages, room)
    >>> found.has_room.tolist(), found.reached.tolist(), found.metres.round().tolist()
    ([True, False], [1, 0], [1459.0, 8267.0])
    >>> found.by_hour[2, 8:13].tolist()
    [0.0, 0.75, 0.75, 0.75, 0.0]
    """
    placed = rooms.placed()
    lon, lat = np.where(placed, rooms.lon, np.nan), np.where(placed, rooms.lat, np.nan)
    within, weights = reach(villages, lon, lat), villages.weights()
    near, metres = nearest(villages, lon, lat)
    served = near != NOBODY
    load = np.bincount(near[served], weights=weights[served], minlength=len(rooms.lon)).astype(np.float64)
    has_room, effective = _own_rooms(len(villages.lon), rooms)
    return Access(
        has_room,
        effective,
        near,
        metres,
        np.asarray(within.sum(axis=1), dtype=np.int64),
        _share_open(within, rooms.hours.reshape(len(rooms.lon), 7 * 24), weights).reshape(7, 24),
        _share_open(within, np.asarray(rooms.hours.any(axis=2), dtype=np.bool_), weights),
        load,
    )


def totals_of(villages: Villages, rooms: Rooms, access: Access) -> Totals:
    """Return the county in figures; ``access`` is that of the same villages and rooms."""
    weights = villages.weights()
    total, within, second = (float(weights[access.reached >= least].sum()) for least in (0, 1, 2))
    return Totals(
        basis=villages.basis(),
        unknown_households=int(np.isnan(villages.households).sum()),
        villages=len(weights),
        with_room=int(access.has_room.sum()),
        with_effective=int((access.effective == 1).sum()),
        effective_unknown=int((access.effective == -1).sum()),
        weight=total,
        within=within,
        second=second,
        share=within / total if total else float("nan"),
        share_second=second / total if total else float("nan"),
        rooms=int(rooms.active.sum()),
        rooms_without_point=int((rooms.active & ~rooms.placed()).sum()),
        rooms_without_hours=int((rooms.active & ~rooms.hours_known).sum()),
    )


def closing_of(villages: Villages, rooms: Rooms, room: int) -> Closing:
    """Return what changes when one room closes; nothing when it is closed already.

    Raises
    ------
    IndexError
        When there is no such room.
    """
    if not 0 <= room < len(rooms.lon):
        raise IndexError(room)
    active = rooms.active.copy()
    active[room] = False
    left = replace(rooms, active=active)
    before, after = access_of(villages, rooms), access_of(villages, left)
    farther = np.flatnonzero(after.metres > before.metres)
    lose_access = np.flatnonzero((before.reached >= 1) & (after.reached == 0))
    return Closing(
        totals_of(villages, rooms, before),
        totals_of(villages, left, after),
        np.flatnonzero(before.has_room & ~after.has_room),
        lose_access,
        np.ones(len(lose_access)),
        np.flatnonzero((before.reached >= 2) & (after.reached == 1)),
        farther,
        after.metres[farther] - before.metres[farther],
        after.load - before.load,
    )


def _own_rooms(villages: int, rooms: Rooms) -> tuple[Flags, Ints]:
    """Return whether each village has an active room on record, and the best of what is known of their effect."""
    own = rooms.active & (rooms.home != NOBODY)
    has_room = np.zeros(villages, dtype=np.bool_)
    has_room[rooms.home[own]] = True
    effective = np.zeros(villages, dtype=np.int64)
    for state in (-1, 1):
        effective[rooms.home[own & (rooms.effective == state)]] = state
    return has_room, effective


def _share_open(within: csr_array, is_open: Flags, weights: Floats) -> Floats:
    """Return for each column of ``is_open`` the share that reaches a room for which it is true."""
    total = weights.sum()
    if not total:
        return np.full(is_open.shape[1], np.nan)
    return np.asarray(weights @ ((within @ is_open.astype(np.float64)) > 0) / total, dtype=np.float64)
