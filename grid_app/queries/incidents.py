"""Incidents that an actor may see: those of the own area or the own unit, never one about the own unit told by others.

No question here is about a person, and none counts incidents of a place or a unit.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.incidents import Incident
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.disputes_places import place_names
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.incidents import CURRENT

PER_PAGE: Final = 30
ALIKE_HOURS: Final = 3
TOWNSHIP_DIGITS: Final = 9
VILLAGE_DIGITS: Final = 12
FILTERS: Final = ("current", "waiting", "late", "ended", "all")


@dataclass(frozen=True)
class IncidentLine:
    """One incident as a list shows it."""

    id: UUID
    code: str
    state: str
    place: str
    category: str
    unit: str
    known_at: datetime
    first_due_at: datetime
    first_report_at: datetime | None
    written_at: datetime | None


@dataclass(frozen=True)
class IncidentPage:
    """One page of incidents, and whether there are more."""

    lines: tuple[IncidentLine, ...]
    has_more: bool


def may_be_seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that an incident may be seen by ``actor``; put it into every ``where``.

    The unit that owes the report always sees what it told. Others see their area, sealed (15xx) and county-only (16xx)
    matters by their right alone, and never one that concerns their own unit (信访工作条例 28, 30).
    """
    if not allows(actor, Action.READ_INCIDENTS):
        return false()
    scope = dispute_scope(actor)
    here = select(Division.code).where(Division.path.startswith(actor.division_path, autoescape=True))
    conditions = [
        Incident.division_code.in_(here),
        or_(Incident.about_unit_id.is_(None), Incident.about_unit_id != actor.unit_id),
    ]
    if not scope.sees_sealed:
        conditions.append(Incident.category.not_like(f"{SEALED}%"))
    if not scope.sees_county_only:
        conditions.append(Incident.category.not_like(f"{COUNTY_ONLY}%"))
    return or_(Incident.unit_id == actor.unit_id, and_(*conditions))


def incidents_of(
    session: Session, actor: Actor, *, only: str, now: datetime, township: str = "", page: int = 0
) -> IncidentPage:
    """Return a page of the incidents that an actor may see, the newest known first.

    ``only``: current, waiting (no first report yet), late (reported late, or not yet and past the time), ended or all;
    ``township`` the code of one township, empty for all.
    """
    found = session.execute(
        _lines()
        .where(may_be_seen(actor), _filter(only, now), Incident.division_code.startswith(township, autoescape=True))
        .order_by(Incident.known_at.desc(), Incident.id.desc())
        .offset(max(page, 0) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    return IncidentPage(tuple(_shown(session, found[:PER_PAGE])), len(found) > PER_PAGE)


def waiting_incidents(session: Session, actor: Actor) -> int:
    """Return how many incidents of the actor's own unit wait for their first report."""
    question = select(func.count()).select_from(Incident).where(Incident.unit_id == actor.unit_id)
    return session.scalar(question.where(may_be_seen(actor), Incident.first_report_at.is_(None))) or 0


def alike_incidents(
    session: Session, actor: Actor, *, division_code: str, at: datetime, but: UUID | None = None
) -> list[IncidentLine]:
    """Return incidents of the same place within three hours of ``at`` that the actor may see, the nearest first.

    A township without a village is the same place as each of its villages.
    """
    when = func.coalesce(Incident.occurred_at, Incident.known_at, type_=Incident.known_at.type)
    span = timedelta(hours=ALIKE_HOURS)
    question = _lines().where(
        may_be_seen(actor),
        Incident.division_code.startswith(division_code[:TOWNSHIP_DIGITS], autoescape=True),
        when >= at - span,
        when <= at + span,
    )
    if but is not None:
        question = question.where(Incident.id != but)
    rows = [row for row in session.execute(question).all() if _is_same_place(row[0].division_code, division_code)]
    rows.sort(key=lambda row: (abs((row[0].occurred_at or row[0].known_at) - at), row[0].code))
    return _shown(session, rows)


def lines_of(session: Session, actor: Actor, ids: Collection[UUID]) -> list[IncidentLine]:
    """Return those of ``ids`` that the actor may see, by number."""
    found = session.execute(_lines().where(may_be_seen(actor), Incident.id.in_(set(ids))).order_by(Incident.code)).all()
    return _shown(session, found)


def case_code_of(session: Session, dispute_id: UUID | None) -> str:
    """Return the number of a linked dispute, empty without one; nothing else of it is told here."""
    if dispute_id is None:
        return ""
    return session.scalar(select(Dispute.case_code).where(Dispute.id == dispute_id)) or ""


def _filter(only: str, now: datetime) -> ColumnElement[bool]:
    wanted: dict[str, ColumnElement[bool]] = {
        "current": Incident.state.in_(CURRENT),
        "waiting": Incident.first_report_at.is_(None),
        "late": or_(
            Incident.first_report_at > Incident.first_due_at,
            and_(Incident.first_report_at.is_(None), Incident.first_due_at < now),
        ),
        "ended": Incident.state == "ended",
    }
    return wanted.get(only, Incident.id.is_not(None))


def _is_same_place(one: str, other: str) -> bool:
    if min(len(one), len(other)) < VILLAGE_DIGITS:
        return True
    return one[:VILLAGE_DIGITS] == other[:VILLAGE_DIGITS]


def _lines() -> Select[Incident, str]:
    return select(Incident, Unit.name).join(Unit, Unit.id == Incident.unit_id)


def _shown(session: Session, found: Collection[Any]) -> list[IncidentLine]:
    places = place_names(session, {incident.division_code for incident, _ in found})
    return [
        IncidentLine(
            one.id, one.code, one.state, f"{places[one.division_code]} {one.place_words}".strip(), one.category, unit,
            one.known_at, one.first_due_at, one.first_report_at, one.written_at,
        )
        for one, unit in found
    ]  # fmt: skip
