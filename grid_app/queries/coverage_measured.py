"""Villages and rooms as arrays, with who reaches what; households where their grids are, where that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from grid_app.queries.coverage_grids import NO_GRIDS, GridPoint
from grid_app.queries.coverage_rooms import RoomFacts
from grid_app.queries.coverage_villages import VillagePoint

if TYPE_CHECKING:  # the package loads SciPy, which a start need not wait for
    from geo.coordinates import Floats
    from geo.coverage.access import Access, Totals
    from geo.coverage.places import Rooms, Villages
    from geo.coverage.spots import Spots

_EFFECTIVE = {"effective": 1, "nominal": 0, "unknown": -1}
Near = tuple[tuple[str, ...] | None, str, float | None, float | None, float | None, float | None, int]
NOWHERE: Near = (None, "", None, None, None, None, 0)


@dataclass(frozen=True)
class Measured:
    """The arrays behind the figures: ``codes`` names the villages, ``room_codes`` the rooms, in their order.

    ``access`` is that of the villages at their own points; ``spots`` are where their households are, ``reached`` is the
    access of these. Where no grids stand in for a village, both are the same.
    """

    codes: tuple[str, ...]
    room_codes: tuple[str, ...]
    villages: Villages
    rooms: Rooms
    access: Access
    spots: Spots
    reached: Access


def measure(
    places: Sequence[VillagePoint],
    rooms: Sequence[RoomFacts],
    grids: Mapping[str, Sequence[GridPoint]] = NO_GRIDS,
) -> Measured:
    """Return villages with a point and all rooms as arrays, with who reaches what."""
    from geo.coverage.access import access_of  # noqa: PLC0415 - loads SciPy
    from geo.coverage.hours import hours_open  # noqa: PLC0415
    from geo.coverage.places import NOBODY, Rooms, Villages  # noqa: PLC0415

    placed = [place for place in places if place.lon is not None]
    position = {place.code: at for at, place in enumerate(placed)}
    openings = [room.opening for room in rooms]
    villages = Villages.of(
        _degrees([place.lon for place in placed]),
        _degrees([place.lat for place in placed]),
        [place.households for place in placed],
        [place.urban for place in placed],
    )
    arrays = Rooms.of(
        _degrees([room.lon for room in rooms]),
        _degrees([room.lat for room in rooms]),
        active=[room.status == "active" for room in rooms],
        home=[position.get(room.village, NOBODY) for room in rooms],
        effective=[_EFFECTIVE.get(room.state, 0) for room in rooms],
        hours=hours_open(openings),
        hours_known=[opening.state not in {"unknown", "unreadable"} for opening in openings],
    )
    spots, access = _spots(villages, position, grids), access_of(villages, arrays)
    reached = access_of(spots.points, arrays) if spots.by_grids.any() else access
    return Measured(tuple(position), tuple(room.code for room in rooms), villages, arrays, access, spots, reached)


def totals_of(measured: Measured) -> Totals:
    """Return the sums of what was measured, with households where they are."""
    from geo.coverage import access  # noqa: PLC0415 - loads SciPy
    from geo.coverage.spots import totals_spread  # noqa: PLC0415

    totals = access.totals_of(measured.villages, measured.rooms, measured.access)
    return totals_spread(measured.spots, measured.rooms, measured.reached, totals)


def _spots(villages: Villages, position: Mapping[str, int], grids: Mapping[str, Sequence[GridPoint]]) -> Spots:
    import numpy as np  # noqa: PLC0415 - with the package below

    from geo.coverage.spots import spread  # noqa: PLC0415 - loads SciPy

    known = [(position[code], grid) for code, below in grids.items() if code in position for grid in below]
    return spread(
        villages,
        np.array([at for at, _ in known], dtype=np.int64),
        _degrees([grid.lon for _, grid in known]),
        _degrees([grid.lat for _, grid in known]),
        _degrees([grid.households for _, grid in known]),
    )


def _degrees(values: Sequence[float | None]) -> Floats:
    import numpy as np  # noqa: PLC0415 - with the package above

    return np.array(values, dtype=np.float64)


def near_in(measured: Measured, at: tuple[int, int] | None) -> dict[str, Near]:
    """Return for each village with a point the rooms it reaches, the nearest, and the shares of it that reach some."""
    import numpy as np  # noqa: PLC0415 - with the package below

    from geo.coverage.places import reach  # noqa: PLC0415 - loads SciPy

    rooms, access, spots, reached = measured.rooms, measured.access, measured.spots, measured.reached
    within = reach(spots.points, np.where(rooms.placed(), rooms.lon, np.nan), rooms.lat)
    first, second = spots.share(reached.reached >= 1), spots.share(reached.reached > 1)
    is_open = rooms.hours[:, at[0], at[1]] if at is not None else None
    then = None if is_open is None else spots.share((within @ is_open.astype(np.float64)) > 0)
    grids = np.where(spots.by_grids, np.bincount(spots.village, minlength=len(measured.codes)), 0)
    names: list[set[str]] = [set() for _ in measured.codes]
    reaching, at_room = within.nonzero()
    for row, room in zip(spots.village[reaching].tolist(), at_room.tolist(), strict=True):
        names[row].add(measured.room_codes[room])
    columns = zip(
        names,
        access.nearest.tolist(),
        access.metres.tolist(),
        first.tolist(),
        second.tolist(),
        [None] * len(names) if then is None else then.tolist(),
        grids.tolist(),
        strict=True,
    )
    return {
        code: (
            tuple(sorted(reached_rooms)),
            measured.room_codes[near] if near >= 0 else "",
            metres if isfinite(metres) else None,
            share,
            share_second,
            share_then,
            number,
        )
        for code, (reached_rooms, near, metres, share, share_second, share_then, number) in zip(
            measured.codes, columns, strict=True
        )
    }
