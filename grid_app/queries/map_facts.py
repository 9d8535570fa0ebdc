"""Everything one view of the map needs, read in one go: the area, and what the chosen layer says about it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.policy import Scope
from grid_app.queries.coverage import NO_LOADS, CoverageFacts, State, coverage_in
from grid_app.queries.coverage_needs import NO_NEEDS, Needs
from grid_app.queries.map_area import Area, area_of, narrowed, root_in_scope
from grid_app.queries.map_back import LOOKED_BACK, looked_back
from grid_app.queries.map_counts import GradeCounts, PlacedCounts, bounded_villages, registered, with_finished
from grid_app.queries.map_layers import (
    FindingRow,
    NamingRow,
    RoundRow,
    confirmed_findings,
    namings_in,
    open_rounds,
    returns_of,
)
from grid_app.queries.map_past import end_of, lines_of_week, standing_of
from grid_app.queries.map_standing import LevelCounts, Standings, counts_at, standing_now
from grid_app.queries.rooms import RoomRow, rooms_in
from grid_app.queries.village_status import VillageStatus, statuses_in

DISPUTES, CLOCKS, FINDINGS, RETURNS = "disputes", "clocks", "findings", "returns"
ROOMS, STATUS, NAMINGS = "rooms", "status", "namings"
LAYERS: Final = (DISPUTES, CLOCKS, FINDINGS, RETURNS, ROOMS, STATUS, NAMINGS)
Remember = Callable[[Hashable, Callable[[], Any]], Any]
"""Gives the answer to a question by its key, asking only when it is not known."""
COUNTED: Final = frozenset({DISPUTES, CLOCKS})


@dataclass(frozen=True)
class MapFacts:
    """What was asked for; parts of layers that were not asked for are empty.

    ``chosen`` is the round whose returns are shown, ``None`` when no round is open, ``grid_returns`` those of grids.
    ``rooms_known`` is false of a past week whose rooms nobody recorded, ``rooms_since`` the first that was.
    ``week`` is the Monday of the past week at whose end it stood so; what was registered and finished by then is not
    told. ``standing`` are the open disputes by village; ``coverage`` says by village whether it has an effective room.
    Of rooms and coverage only those that meet ``needs`` are told; ``languages`` are those of the county's rooms.
    """

    area: Area
    as_of: datetime
    week: date | None = None
    standing: LevelCounts = field(default_factory=LevelCounts)
    placed: PlacedCounts = field(default_factory=lambda: PlacedCounts({}, GradeCounts(), 0))
    findings: tuple[FindingRow, ...] = ()
    rounds: tuple[RoundRow, ...] = ()
    chosen: RoundRow | None = None
    returns: Mapping[str, str] = field(default_factory=dict)
    grid_returns: Mapping[str, str] = field(default_factory=dict)
    rooms: tuple[RoomRow, ...] = ()
    coverage: Mapping[str, State] = field(default_factory=dict)
    needs: Needs = NO_NEEDS
    languages: tuple[str, ...] = ()
    rooms_known: bool = True
    rooms_since: date | None = None
    namings: tuple[NamingRow, ...] = ()
    statuses: Mapping[str, VillageStatus] = field(default_factory=dict)


def area_in_scope(session: Session, *, scope: Scope, root: str | None) -> Area | None:
    """Return the area under ``root``, or under the scope's own root; ``None`` when it is not the scope's to see."""
    division = root_in_scope(session, scope=scope, code=root)
    return None if division is None else area_of(session, root=division)


def map_facts(
    session: Session,
    *,
    layers: frozenset[str],
    scope: Scope,
    root: str | None,
    now: datetime,
    round_id: UUID | None = None,
    week: date | None = None,
    needs: Needs = NO_NEEDS,
    remember: Remember = lambda _key, build: build(),
    area: Area | None = None,
) -> MapFacts | None:
    """Return the facts of some layers over an area; ``None`` when the area is not the scope's to see.

    ``area`` is the one under ``root`` when the caller has asked for it already.
    ``round_id`` chooses among the open rounds; without it, or when it is none of them, the one that is due first.
    ``week`` is the Monday of a past week: everything as it stood at its end. ``needs``
    leaves out rooms that do not offer what is needed. ``remember`` may answer a count from what was counted before.
    """
    area = area or area_in_scope(session, scope=scope, root=root)
    if area is None:
        return None
    path = area.root.path
    here = narrowed(scope, path)
    present = layers if week is None else layers - LOOKED_BACK
    rounds = tuple(open_rounds(session, root_path=path, now=now)) if RETURNS in present else ()
    chosen = next((row for row in rounds if row.id == round_id), rounds[0] if rounds else None)
    on = local_date(now) if week is None else week + timedelta(days=6)
    rooms, covered = _rooms(session, here, path, now, needs) if ROOMS in present else ((), None)
    standing, placed = _counted(session, layers, here, week, now=now, remember=remember)
    given = returns_of(session, round_id=chosen.id, root_path=path) if chosen else None
    facts = MapFacts(
        area=area,
        as_of=now if week is None else end_of(week),
        week=week,
        standing=standing,
        placed=placed,
        findings=tuple(confirmed_findings(session, scope=here)) if FINDINGS in present else (),
        rounds=rounds,
        chosen=chosen,
        returns=given.villages if given else {},
        grid_returns=given.grids if given else {},
        rooms=rooms,
        coverage=covered.states if covered else {},
        needs=needs,
        languages=covered.languages if covered else (),
        namings=tuple(namings_in(session, scope=here, on=on)) if NAMINGS in layers else (),
        statuses=statuses_in(session, scope=here, on=on) if STATUS in layers else {},
    )
    told: MapFacts = looked_back(session, facts, layers=layers, scope=here, round_id=round_id)
    return told


def _rooms(
    session: Session, here: Scope, path: str, now: datetime, needs: Needs
) -> tuple[tuple[RoomRow, ...], CoverageFacts]:
    covered = coverage_in(session, scope=here, root_path=path, now=now, loads=NO_LOADS, needs=needs)
    counted = frozenset(covered.measured.room_codes)
    return tuple(room for room in rooms_in(session, scope=here, active_only=True) if room.code in counted), covered


def standing_in(
    session: Session,
    *,
    scope: Scope,
    now: datetime,
    week: date | None,
    remember: Remember = lambda _key, build: build(),
) -> Standings:
    """Return what stands open in a narrowed scope, now or at the end of a past week."""

    def _asked() -> Standings:
        if week is None:
            return standing_now(session, scope=scope, now=now)
        return standing_of(lines_of_week(session, week), scope)

    found: Standings = remember(("standing", scope, week), _asked)
    return found


def _counted(
    session: Session, layers: frozenset[str], scope: Scope, week: date | None, *, now: datetime, remember: Remember
) -> tuple[LevelCounts, PlacedCounts]:
    if not layers & COUNTED:
        return LevelCounts(), PlacedCounts({}, GradeCounts(), 0)
    villages = bounded_villages(session)
    rows = standing_in(session, scope=scope, now=now, week=week, remember=remember)
    standing = counts_at(rows, level="village", drawn=villages)
    every = None
    if DISPUTES in layers and week is None:
        every = remember(("registered", scope), lambda: registered(session, scope=scope, villages=villages))
    return standing, with_finished(standing, every)
