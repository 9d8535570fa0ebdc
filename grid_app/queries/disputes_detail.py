"""One dispute as its page shows it: the facts, the history, the related disputes, the units it may go to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink, Organisation
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.disputes import DisputeLine, lines_by_id
from grid_app.queries.disputes_places import place_names
from grid_app.queries.disputes_units import assignable_units
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class DisputeDetail:
    """Everything about one dispute but its parties; ``owner_unit`` and ``organisation`` are names."""

    id: UUID
    version: int
    case_code: str
    tracking_code: str
    state: str
    category: str
    summary: str
    place: str
    division_code: str
    place_kind: str
    place_text: str
    channel: str
    danger: bool
    safety_child: bool
    safety_present: bool
    organisation: str
    project: str
    household_band: str | None
    band_status: str | None
    since_when: date | None
    grade: str
    grade_reasons: tuple[str, ...]
    grade_raised_to: str | None
    owner_unit_id: UUID | None
    owner_unit: str
    reported_by: UUID | None
    received_at: datetime
    captured_at: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    closure_ground: str | None
    legal_basis: str
    same_matter_as: UUID | None
    phone_village: str | None
    track: str | None
    complexity: str | None


@dataclass(frozen=True)
class Moment:
    """One step of the history: what, when, by whom (name, role, unit) and for whom it was done by delegation."""

    number: int
    kind: str
    at: datetime
    from_state: str | None
    to_state: str | None
    name: str
    role: str
    unit: str
    for_name: str
    note: str
    details: dict[str, Any]


@dataclass(frozen=True)
class Related:
    """Another dispute of the scope and how somebody said it belongs to this one."""

    line: DisputeLine
    relation: str


@dataclass(frozen=True)
class UnitChoice:
    """A unit that may be given the dispute."""

    id: UUID
    name: str


def dispute_detail(session: Session, *, scope: Scope, dispute_id: UUID) -> DisputeDetail | None:
    """Return one dispute of the scope, or ``None`` when there is none; the two are not told apart."""
    row = session.execute(
        select(Dispute, Unit.name, Organisation.name)
        .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
        .outerjoin(Organisation, Organisation.id == Dispute.organisation_id)
        .where(Dispute.id == dispute_id, visible(scope))
    ).first()
    if row is None:
        return None
    dispute, unit, organisation = row
    place = place_names(session, {dispute.division_code})[dispute.division_code]
    known = {name: getattr(dispute, name) for name in DisputeDetail.__dataclass_fields__ if hasattr(dispute, name)}
    known["grade_reasons"] = tuple(dispute.grade_reasons)
    return DisputeDetail(**known, place=place, owner_unit=unit or "", organisation=organisation or "")


def history_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[Moment]:
    """Return the history of one dispute of the scope, the newest step first."""
    lender, lender_account = aliased(Assignment), aliased(Account)
    rows = session.execute(
        select(DisputeEvent, Account.display_name, Assignment.role, Unit.name, lender_account.display_name)
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .outerjoin(Assignment, Assignment.id == DisputeEvent.assignment_id)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .outerjoin(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(lender, lender.id == DisputeEvent.acting_for)
        .outerjoin(lender_account, lender_account.id == lender.account_id)
        .where(DisputeEvent.dispute_id == dispute_id, visible(scope))
        .order_by(DisputeEvent.number.desc())
    )
    return [
        Moment(
            number=event.number,
            kind=event.kind,
            at=event.at,
            from_state=event.from_state,
            to_state=event.to_state,
            name=name or "",
            role=role or "",
            unit=unit or "",
            for_name=for_name or "",
            note=event.note,
            details=event.details,
        )
        for event, name, role, unit, for_name in rows
    ]


def related_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[Related]:
    """Return the disputes that somebody linked to this one and that lie in the scope; unrelated ones are left out."""
    links = session.execute(
        select(DisputeLink.dispute_id, DisputeLink.other_id, DisputeLink.relation).where(
            or_(DisputeLink.dispute_id == dispute_id, DisputeLink.other_id == dispute_id),
            DisputeLink.relation != "unrelated",
        )
    )
    relations = {other if one == dispute_id else one: relation for one, other, relation in links}
    return [Related(line, relations[line.id]) for line in lines_by_id(session, scope=scope, ids=list(relations))]


def unit_choices(session: Session, *, scope: Scope, dispute_id: UUID) -> list[UnitChoice]:
    """Return the units that may be given this dispute, the nearest to its place first."""
    row = session.execute(
        select(Division.path, Dispute.about_unit_id)
        .join(Division, Division.code == Dispute.division_code)
        .where(Dispute.id == dispute_id, visible(scope))
    ).first()
    if row is None:
        return []
    units = assignable_units(session, scope=scope, place_path=row[0], about_unit_id=row[1])
    return [UnitChoice(unit.id, unit.name) for unit in units]


def unit_names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """Return the names of units by id, for the words of a history."""
    if not ids:
        return {}
    return dict(session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())
