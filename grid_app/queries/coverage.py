"""Coverage by mediation rooms: per village whether it has an effective room and reaches one, and the sums of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy.orm import Session

from grid_app.policy import Scope
from grid_app.queries.coverage_rooms import RoomFacts, county_path, room_facts
from grid_app.queries.coverage_villages import Load, VillagePoint, loads_in, villages_in

if TYPE_CHECKING:  # the package loads SciPy, which a start need not wait for
    from geo.coordinates import Floats
    from geo.coverage.access import Access, Totals
    from geo.coverage.places import Rooms, Villages

State = Literal["effective", "nominal", "none", "unknown"]
_ORDER: tuple[State, ...] = ("effective", "unknown", "nominal", "none")
_EFFECTIVE = {"effective": 1, "nominal": 0, "unknown": -1}
NO_ROOM = "没有登记开放的调解室"
NO_LOADS: Mapping[str, Load] = {}


@dataclass(frozen=True)
class VillageCoverage:
    """What one village has.

    Attributes
    ----------
    place : VillagePoint
    state : str
        ``effective`` when one of its rooms is; ``unknown`` when a missing fact decides; ``nominal`` when it has rooms
        and none is effective; ``none`` without an open room.
    why : str
        The sentence behind the state.
    rooms : tuple of str
        Codes of its own open rooms.
    reached : tuple of str or None
        Codes of the open rooms within 2 km (urban 1 km), wherever they belong; ``None`` when the village has no point.
    nearest, metres : str, float or None
        The nearest open room and the way to it as the crow flies.
    reached_at : bool or None
        Whether one of them is open at the weekday and hour that was asked for.
    load : Load
    """

    place: VillagePoint
    state: State
    why: str
    rooms: tuple[str, ...]
    reached: tuple[str, ...] | None
    nearest: str
    metres: float | None
    reached_at: bool | None
    load: Load

    @property
    def access(self) -> bool | None:
        """Whether a room is near enough; ``None`` when nobody knows where the village is."""
        return None if self.reached is None else bool(self.reached)

    @property
    def second(self) -> bool | None:
        """Whether there is a second room to choose."""
        return None if self.reached is None else len(self.reached) > 1


@dataclass(frozen=True)
class Measured:
    """The arrays behind the figures: ``codes`` names the villages, ``room_codes`` the rooms, in their order."""

    codes: tuple[str, ...]
    room_codes: tuple[str, ...]
    villages: Villages
    rooms: Rooms
    access: Access


@dataclass(frozen=True)
class CoverageFacts:
    """The coverage of an area.

    ``states`` and ``villages`` are by village code in code order; ``rooms`` by room code, closed ones too, of the whole
    county because people cross borders. ``totals`` counts villages with a point only; ``unplaced`` names the others.
    ``basis`` says whether shares are of households or of villages.
    """

    as_of: datetime
    states: Mapping[str, State]
    villages: Mapping[str, VillageCoverage]
    rooms: Mapping[str, RoomFacts]
    totals: Totals
    basis: Literal["households", "villages"]
    unplaced: tuple[str, ...]
    measured: Measured


def coverage_in(
    session: Session,
    *,
    scope: Scope,
    root_path: str,
    now: datetime,
    at: tuple[int, int] | None = None,
    loads: Mapping[str, Load] | None = None,
) -> CoverageFacts:
    """Return the coverage of the scope's villages under ``root_path`` as it is at ``now``.

    ``at`` is a weekday (0 is Monday) and an hour for ``reached_at``. ``loads`` are asked for unless given; who
    shows none gives `NO_LOADS`.
    """
    from geo.coverage.access import totals_of  # noqa: PLC0415 - loads SciPy

    places = villages_in(session, scope=scope, root_path=root_path)
    rooms = {room.code: room for room in room_facts(session, root_path=county_path(root_path), now=now)}
    if loads is None:
        loads = loads_in(session, scope=scope, root_path=root_path, now=now)
    measured = measure(places, list(rooms.values()))
    own = _own_rooms(rooms)
    found = _villages(places, own, measured, loads, at)
    totals = totals_of(measured.villages, measured.rooms, measured.access)
    return CoverageFacts(
        now,
        {code: village.state for code, village in found.items()},
        found,
        rooms,
        totals,
        totals.basis,
        tuple(place.code for place in places if place.lon is None),
        measured,
    )


def measure(places: Sequence[VillagePoint], rooms: Sequence[RoomFacts]) -> Measured:
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
    return Measured(tuple(position), tuple(room.code for room in rooms), villages, arrays, access_of(villages, arrays))


def _degrees(values: Sequence[float | None]) -> Floats:
    import numpy as np  # noqa: PLC0415 - with the package above

    return np.array(values, dtype=np.float64)


def _own_rooms(rooms: Mapping[str, RoomFacts]) -> dict[str, list[RoomFacts]]:
    own: dict[str, list[RoomFacts]] = defaultdict(list)
    for room in rooms.values():
        if room.status == "active" and room.village:
            own[room.village].append(room)
    return own


def _villages(
    places: Sequence[VillagePoint],
    own: Mapping[str, Sequence[RoomFacts]],
    measured: Measured,
    loads: Mapping[str, Load],
    at: tuple[int, int] | None,
) -> dict[str, VillageCoverage]:
    near = _near(measured, at)
    found = {}
    for place in places:
        rooms = own.get(place.code, ())
        state, why = _state_of(rooms)
        reached, nearest, metres, reached_at = near.get(place.code, (None, "", None, None))
        found[place.code] = VillageCoverage(
            place, state, why, tuple(room.code for room in rooms), reached, nearest, metres, reached_at,
            loads.get(place.code, Load()),
        )  # fmt: skip
    return found


def _state_of(rooms: Sequence[RoomFacts]) -> tuple[State, str]:
    """Return the best of a village's rooms and the sentence why."""
    if not rooms:
        return "none", NO_ROOM
    states: dict[str, list[RoomFacts]] = defaultdict(list)
    for room in rooms:
        states[room.state].append(room)
    state = next(one for one in _ORDER if one in states)
    if state == "effective":
        return state, ";".join(check.sentence for check in states[state][0].checks)
    return state, "。".join(f"{room.name}:{room.why}" for room in states[state])


Near = tuple[tuple[str, ...], str, float | None, bool | None]


def _near(measured: Measured, at: tuple[int, int] | None) -> dict[str, Near]:
    """Return for each village with a point the rooms it reaches, the nearest, and whether one is open then."""
    import numpy as np  # noqa: PLC0415 - with the package below

    from geo.coverage.places import reach  # noqa: PLC0415 - loads SciPy

    rooms, access = measured.rooms, measured.access
    within = reach(measured.villages, np.where(rooms.placed(), rooms.lon, np.nan), rooms.lat)
    is_open = rooms.hours[:, at[0], at[1]] if at is not None else None
    found: dict[str, Near] = {}
    for row, code in enumerate(measured.codes):
        reached = within.indices[within.indptr[row] : within.indptr[row + 1]]
        near, metres = int(access.nearest[row]), float(access.metres[row])
        found[code] = (
            tuple(measured.room_codes[at_room] for at_room in sorted(reached.tolist())),
            measured.room_codes[near] if near >= 0 else "",
            metres if np.isfinite(metres) else None,
            None if is_open is None else bool(is_open[reached].any()),
        )
    return found
