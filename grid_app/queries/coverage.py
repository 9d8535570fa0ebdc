"""Coverage by mediation rooms: per village whether it has an effective room and reaches one, and the sums of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy.orm import Session

from grid_app.policy import Scope
from grid_app.queries.coverage_grids import grids_in, with_grids
from grid_app.queries.coverage_measured import NOWHERE, Measured, measure, near_in, totals_of
from grid_app.queries.coverage_needs import NO_NEEDS, Needs, languages_on_record
from grid_app.queries.coverage_rooms import RoomFacts, county_path, room_facts
from grid_app.queries.coverage_villages import Load, VillagePoint, loads_in, villages_in

if TYPE_CHECKING:  # the package loads SciPy, which a start need not wait for
    from geo.coverage.access import Totals

State = Literal["effective", "nominal", "none", "unknown"]
_ORDER: tuple[State, ...] = ("effective", "unknown", "nominal", "none")
NO_ROOM = "没有登记开放的调解室"
NO_SUCH_ROOM = "没有登记这样的开放的调解室"
HALF = 0.5
NO_LOADS: Mapping[str, Load] = {}
_NO_LOAD = Load()


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
        Codes of the open rooms within 2 km (urban 1 km) of any of its points, wherever they belong; ``None`` when the
        village has no point.
    nearest, metres : str, float or None
        The nearest open room and the way to it from the village's own point as the crow flies.
    share, share_second, share_at : float or None
        The share of its households that reaches a room, a second one, and one that is open at the weekday and hour that
        was asked for: 0 or 1 where the village is one point.
    grids : int
        How many grids stand in for the village; 0 when its own point does.
    load : Load
    """

    place: VillagePoint
    state: State
    why: str
    rooms: tuple[str, ...]
    reached: tuple[str, ...] | None
    nearest: str
    metres: float | None
    share: float | None
    share_second: float | None
    share_at: float | None
    grids: int
    load: Load

    @property
    def access(self) -> bool | None:
        """Whether a room is near enough for half of it or more; ``None`` when nobody knows where the village is."""
        return None if self.share is None else self.share >= HALF

    @property
    def second(self) -> bool | None:
        """Whether half of it or more has a second room to choose."""
        return None if self.share_second is None else self.share_second >= HALF


@dataclass(frozen=True)
class CoverageFacts:
    """The coverage of an area.

    ``states`` and ``villages`` are by village code in code order; ``rooms`` by room code, closed ones too, of the whole
    county because people cross borders. ``totals`` counts villages with a point only; ``unplaced`` names the others.
    ``basis`` says whether shares are of households or of villages. Only rooms that meet ``needs`` count; ``unrecorded``
    open rooms of the county might meet them, but nobody recorded it. ``languages`` are those on record in the county.
    ``by_grids`` counts the villages whose households are where their grids are.
    """

    as_of: datetime
    states: Mapping[str, State]
    villages: Mapping[str, VillageCoverage]
    rooms: Mapping[str, RoomFacts]
    totals: Totals
    basis: Literal["households", "villages"]
    unplaced: tuple[str, ...]
    measured: Measured
    needs: Needs
    unrecorded: int
    languages: tuple[str, ...]
    by_grids: int


def coverage_in(
    session: Session,
    *,
    scope: Scope,
    root_path: str,
    now: datetime,
    at: tuple[int, int] | None = None,
    loads: Mapping[str, Load] | None = None,
    needs: Needs = NO_NEEDS,
) -> CoverageFacts:
    """Return the coverage of the scope's villages under ``root_path`` as it is at ``now``.

    ``at`` is a weekday (0 is Monday) and an hour for ``share_at``. ``loads`` are asked for unless given; who
    shows none gives `NO_LOADS`. ``needs`` leaves out rooms that do not offer what is needed.
    """
    grids = grids_in(session, scope=scope, root_path=root_path)
    places = with_grids(villages_in(session, scope=scope, root_path=root_path), grids)
    rooms = {room.code: room for room in room_facts(session, root_path=county_path(root_path), now=now)}
    if loads is None:
        loads = loads_in(session, scope=scope, root_path=root_path, now=now)
    met = {code: needs.met_by(room) for code, room in rooms.items() if room.status == "active"}
    counted = [room for code, room in rooms.items() if met.get(code)]
    measured = measure(places, counted, grids)
    none = NO_ROOM if needs == NO_NEEDS else NO_SUCH_ROOM
    found = _villages(places, _own_rooms(counted), measured, loads, at=at, none=none)
    totals = totals_of(measured)
    return CoverageFacts(
        now,
        {code: village.state for code, village in found.items()},
        found,
        rooms,
        totals,
        totals.basis,
        tuple(place.code for place in places if place.lon is None),
        measured,
        needs,
        sum(answer is None for answer in met.values()),
        languages_on_record(rooms.values()),
        int(measured.spots.by_grids.sum()),
    )


def _own_rooms(rooms: Sequence[RoomFacts]) -> dict[str, list[RoomFacts]]:
    own: dict[str, list[RoomFacts]] = defaultdict(list)
    for room in rooms:
        if room.village:
            own[room.village].append(room)
    return own


def _villages(
    places: Sequence[VillagePoint],
    own: Mapping[str, Sequence[RoomFacts]],
    measured: Measured,
    loads: Mapping[str, Load],
    *,
    at: tuple[int, int] | None,
    none: str,
) -> dict[str, VillageCoverage]:
    near = near_in(measured, at)
    found = {}
    for place in places:
        rooms = own.get(place.code, ())
        state, why = _state_of(rooms, none)
        found[place.code] = VillageCoverage(
            place, state, why, tuple(room.code for room in rooms), *near.get(place.code, NOWHERE),
            loads.get(place.code, _NO_LOAD),
        )  # fmt: skip
    return found


def _state_of(rooms: Sequence[RoomFacts], none: str) -> tuple[State, str]:
    """Return the best of a village's rooms and the sentence why; ``none`` is said where there is no room."""
    if not rooms:
        return "none", none
    states: dict[str, list[RoomFacts]] = defaultdict(list)
    for room in rooms:
        states[room.state].append(room)
    state = next(one for one in _ORDER if one in states)
    if state == "effective":
        return state, ";".join(check.sentence for check in states[state][0].checks)
    return state, "。".join(f"{room.name}:{room.why}" for room in states[state])
