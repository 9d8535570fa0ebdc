"""How findings, returns and rooms stood at the end of a past week.

A finding's state goes back by its own history, as the first later step says what it moved on from; its place is the
present one. Returns are those that had come by then. Of rooms nobody keeps a history: opening hours, mediators and use
are written over, so that their week is told only where it was recorded when it ended (`rooms_of_week`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.models.map_weeks import MapWeek
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent, Round
from grid_app.policy import Scope
from grid_app.queries.boundaries_effects import PLATFORM
from grid_app.queries.chunks import chunks
from grid_app.queries.coverage import NO_LOADS, coverage_in
from grid_app.queries.map_layers import FindingRow, RoundRow, findings_where, returns_of
from grid_app.queries.map_past import end_of
from grid_app.queries.rooms import RoomRow, rooms_in
from grid_app.vocabulary.findings import LIVE_STATES

FINDINGS, RETURNS, ROOMS = "findings", "returns", "rooms"
LOOKED_BACK: Final = frozenset({FINDINGS, RETURNS, ROOMS})
"""The layers whose past is told here; the others' is told with their present."""
RAISED_AGAIN: Final = "raised_again"


@dataclass(frozen=True)
class RoomsThen:
    """The rooms that were open when a week ended, and the state of each village that lived then."""

    states: Mapping[str, Any]
    rooms: tuple[RoomRow, ...]


def looked_back(  # `MapFacts` is made by a module that imports this one
    session: Session,
    facts: Any,  # noqa: ANN401
    *,
    layers: Collection[str],
    scope: Scope,
    round_id: UUID | None,
) -> Any:  # noqa: ANN401
    """Return a ``MapFacts`` of a past week with its findings, returns and rooms, of the layers asked for."""
    week, path = facts.week, facts.area.root.path
    if week is None:
        return facts
    if FINDINGS in layers:
        facts = replace(facts, findings=tuple(findings_at(session, scope=scope, moment=end_of(week))))
    if RETURNS in layers:
        rounds = rounds_in_week(session, root_path=path, week=week)
        chosen = next((row for row in rounds if row.id == round_id), rounds[0] if rounds else None)
        facts = replace(facts, rounds=tuple(rounds), chosen=chosen)
        if chosen is not None:
            given = returns_of(session, round_id=chosen.id, root_path=path, until=end_of(week))
            facts = replace(facts, returns=given.villages, grid_returns=given.grids)
    if ROOMS in layers:
        then = rooms_of_week(session, week, scope=scope)
        facts = replace(
            facts,
            rooms=then.rooms if then else (),
            coverage=then.states if then else {},
            rooms_known=then is not None,
            rooms_since=first_recorded(session),
        )
    return facts


def findings_at(session: Session, *, scope: Scope, moment: datetime) -> list[FindingRow]:
    """Return the findings that were confirmed and not closed at a moment, graded as they were then."""
    rows = findings_where(session, scope, Finding.created_at < moment)
    before, after = _states_before(session, [row.id for row in rows], moment)
    return [
        replace(row, grade=before.get(row.id, row.grade)) for row in rows if after.get(row.id, row.state) in LIVE_STATES
    ]


def _states_before(
    session: Session, findings: Sequence[UUID], moment: datetime
) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Return the grade that findings had by their last step before a moment, and what the first later step ended."""
    grades: dict[UUID, str] = {}
    states: dict[UUID, str] = {}
    for part in chunks(sorted(findings)):
        rows = session.execute(
            select(FindingEvent.finding_id, FindingEvent.at, FindingEvent.kind, FindingEvent.details)
            .where(FindingEvent.finding_id.in_(part))
            .order_by(FindingEvent.at, FindingEvent.id)
        )
        for finding, at, kind, details in rows:
            if at < moment:
                grades[finding] = str(details.get("grade") or grades.get(finding, ""))
            elif kind == RAISED_AGAIN:
                states.setdefault(finding, "gone")
            elif details.get("from"):
                states.setdefault(finding, str(details["from"]))
    return {finding: grade for finding, grade in grades.items() if grade}, states


def rounds_in_week(session: Session, *, root_path: str, week: date) -> list[RoundRow]:
    """Return the rounds over or under an area that were open at some time of a week, the one due first in front."""
    over = root_path.strip("/").split("/")
    rows = session.scalars(
        select(Round)
        .join(Division, Division.code == Round.division_code)
        .where(
            Round.opens_at < end_of(week),
            or_(Round.closed_at.is_(None), Round.closed_at >= start_of_day(week)),
            or_(Round.division_code.in_(over), Division.path.startswith(root_path, autoescape=True)),
        )
        .order_by(Round.due_at, Round.name, Round.id)
    )
    return [RoundRow(row.id, row.name, row.due_at) for row in rows]


def rooms_of_week(session: Session, week: date, *, scope: Scope) -> RoomsThen | None:
    """Return the rooms of a scope as recorded when a week ended; ``None`` when nobody recorded them then."""
    kept = session.scalar(select(MapWeek.rooms).where(MapWeek.week == week))
    if kept is None:
        return None
    told = json.loads(zlib.decompress(kept))
    rooms = (RoomRow(**row) for row in told["rooms"])
    return RoomsThen(told["states"], tuple(room for room in rooms if room.division_path.startswith(scope.paths)))


def first_recorded(session: Session) -> date | None:
    """Return the first week whose rooms are on record."""
    return session.scalar(select(MapWeek.week).where(MapWeek.rooms.is_not(None)).order_by(MapWeek.week).limit(1))


def rooms_to_record(session: Session, *, now: datetime) -> bytes:
    """Return the rooms of every county and the state of every village as they are, to be kept with a week."""
    counties = session.scalars(
        select(Division.path).where(Division.level == "county", Division.valid_to.is_(None)).order_by(Division.code)
    ).all()
    states: dict[str, str] = {}
    for path in counties:
        states.update(coverage_in(session, scope=PLATFORM, root_path=path, now=now, loads=NO_LOADS).states)
    rooms = [
        {**vars(room), "phone": "", "opening_hours": "", "mediators": None}
        for room in rooms_in(session, scope=PLATFORM, active_only=True)
    ]
    plain = json.dumps({"states": states, "rooms": rooms}, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return zlib.compress(plain.encode(), 9)
