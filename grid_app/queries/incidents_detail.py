"""One incident with everything that was told of it, and what its forms offer: places and units of the area."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.models.places import Division
from grid_app.policy import Actor
from grid_app.queries.disputes_places import place_names
from grid_app.queries.incidents import IncidentLine, case_code_of, lines_of, may_be_seen
from grid_app.vocabulary.incidents import DESKLESS_KINDS, OWING_KINDS

COUNTY_DIGITS = 6


@dataclass(frozen=True)
class EntryShown:
    """One report or note; ``taken_by`` is the name of the member of staff who wrote it down."""

    number: int
    kind: str
    way: str
    unit: str
    taken_by: str
    captured_at: datetime | None
    received_at: datetime
    counts_at: datetime
    issue: str
    band: str
    about: int | None
    asked: str
    answering: str
    corrects: int | None
    other: str


@dataclass(frozen=True)
class IncidentDetail:
    """An incident as its page shows it; ``owes`` says that the actor writes the first report for the owing unit."""

    id: UUID
    code: str
    state: str
    unit_id: UUID
    unit: str
    division_code: str
    place: str
    category: str
    happened: str
    occurred_at: datetime | None
    known_at: datetime
    first_due_at: datetime
    first_report_at: datetime | None
    written_at: datetime | None
    ended_at: datetime | None
    created_at: datetime
    cleared_at: datetime | None
    about_unit: str
    case_code: str
    dispute_id: UUID | None
    same_as_id: UUID | None
    owes: bool
    entries: tuple[EntryShown, ...]
    others: tuple[IncidentLine, ...]


def incident_detail(session: Session, actor: Actor, incident_id: UUID) -> IncidentDetail | None:
    """Return an incident that the actor may see, or ``None``.

    A unit that reports what concerns itself reads what it told, and not what others add (信访工作条例 30).
    """
    about = aliased(Unit)
    found = session.execute(
        select(Incident, Unit, about.name)
        .join(Unit, Unit.id == Incident.unit_id)
        .outerjoin(about, about.id == Incident.about_unit_id)
        .where(Incident.id == incident_id, may_be_seen(actor))
    ).first()
    if found is None:
        return None
    row, unit, about_name = found
    place = place_names(session, [row.division_code])[row.division_code]
    own_only = row.about_unit_id == actor.unit_id
    return IncidentDetail(
        row.id, row.code, row.state, row.unit_id, unit.name, row.division_code, f"{place} {row.place_words}".strip(),
        row.category, row.happened, row.occurred_at, row.known_at, row.first_due_at, row.first_report_at,
        row.written_at, row.ended_at, row.created_at, row.cleared_at, about_name or "",
        case_code_of(session, row.dispute_id), row.dispute_id, row.same_as_id, writes_for(actor, unit),
        tuple(_entries(session, actor, row)),
        () if own_only else tuple(_others(session, actor, row)),
    )  # fmt: skip


def writes_for(actor: Actor, unit: Unit) -> bool:
    """Say whether the actor writes the first report of a unit: its own, or one without a desk in its area."""
    return actor.unit_id == unit.id or (
        unit.kind in DESKLESS_KINDS and unit.division_code.startswith(actor.division_code)
    )


def owing_units(session: Session, actor: Actor) -> list[Unit]:
    """Return the units of the actor's area that may owe a first report, the own one first, then by place and name."""
    rows = session.scalars(
        select(Unit)
        .join(Division, Division.code == Unit.division_code)
        .where(
            Unit.closed_at.is_(None),
            Unit.kind.in_(OWING_KINDS),
            or_(Division.path.startswith(actor.division_path, autoescape=True), Unit.id == actor.unit_id),
        )
    )
    return sorted(rows, key=lambda unit: (unit.id != actor.unit_id, unit.division_code, unit.kind, unit.name))


def concerned_units(session: Session, actor: Actor) -> list[Unit]:
    """Return the units that an incident may concern: those of the area, and of the county above it."""
    county = actor.division_code[:COUNTY_DIGITS]
    above = session.scalars(
        select(Unit).where(Unit.closed_at.is_(None), Unit.kind.in_(OWING_KINDS), Unit.division_code == county)
    ).all()
    own = owing_units(session, actor)
    known = {unit.id for unit in own}
    return [*own, *sorted((unit for unit in above if unit.id not in known), key=lambda unit: (unit.kind, unit.name))]


def townships_of(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return the living townships of the actor's area by code, with their names."""
    rows = session.execute(
        select(Division.code, Division.name)
        .where(
            Division.level == "township",
            Division.valid_to.is_(None),
            Division.path.startswith(actor.division_path, autoescape=True),
        )
        .order_by(Division.code)
    )
    return [(code, name) for code, name in rows]


def _entries(session: Session, actor: Actor, incident: Incident) -> list[EntryShown]:
    question = (
        select(IncidentEntry, Unit.name, Account.display_name)
        .join(Unit, Unit.id == IncidentEntry.unit_id)
        .join(Assignment, Assignment.id == IncidentEntry.taken_by)
        .join(Account, Account.id == Assignment.account_id)
        .where(IncidentEntry.incident_id == incident.id)
        .order_by(IncidentEntry.number)
    )
    if incident.about_unit_id == actor.unit_id:
        question = question.where(IncidentEntry.unit_id == actor.unit_id)
    rows = session.execute(question).all()
    codes = {one.id: one.code for one in lines_of(session, actor, {row[0].other_id for row in rows if row[0].other_id})}
    return [
        EntryShown(
            one.number, one.kind, one.way, unit, who, one.captured_at, one.received_at, one.counts_at, one.issue,
            one.band, one.about, one.asked, one.answering, one.corrects,
            codes.get(one.other_id, "") if one.other_id else "",
        )
        for one, unit, who in rows
        if one.other_id is None or one.other_id in codes
    ]  # fmt: skip


def _others(session: Session, actor: Actor, incident: Incident) -> list[IncidentLine]:
    """Return the other reports of the same incident that the actor may see."""
    root = incident.same_as_id or incident.id
    ids = session.scalars(
        select(Incident.id).where(or_(Incident.id == root, Incident.same_as_id == root), Incident.id != incident.id)
    ).all()
    return lines_of(session, actor, ids)
