"""What a committee has before it: promises that fall due, mediations under way; and who and where may mediate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import AgreementTerm, MediationAgreement, MediationCase, MediationSession
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Actor, Role, Scope
from grid_app.queries.accounts import AssignmentRow, assignments_in_force, under
from grid_app.queries.disputes_places import place_names
from grid_app.queries.scoping import visible

CONFIRMATION: Final = "judicial_confirmation_apply"
MEDIATING_KINDS: Final = ("mediation_committee", "village_committee", "township_government")
TOWNSHIP_PARTS: Final = 2
MOST_LINES: Final = 100


@dataclass(frozen=True)
class DueTerm:
    """A promise that is not done: of which dispute, which number, until when. Who promised stands on its own page."""

    dispute_id: UUID
    case_code: str
    place: str
    number: int
    due_on: date


@dataclass(frozen=True)
class UnderWay:
    """A mediation that has not ended: the next meeting, and until when a court can still be asked to confirm."""

    dispute_id: UUID
    case_code: str
    place: str
    state: str
    next_at: datetime | None
    confirm_until: datetime | None


def due_terms(session: Session, actor: Actor, scope: Scope, *, until: date) -> list[DueTerm]:
    """Return the promises that the actor's unit watches over and that are due until a day, the earliest first."""
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Dispute.division_code, AgreementTerm.number, AgreementTerm.due_on)
        .join(MediationAgreement, MediationAgreement.id == AgreementTerm.agreement_id)
        .join(Dispute, Dispute.id == MediationAgreement.dispute_id)
        .where(*_watched(actor, scope, until))
        .order_by(AgreementTerm.due_on, Dispute.case_code, AgreementTerm.number)
        .limit(MOST_LINES)
    ).all()
    places = place_names(session, {row[2] for row in rows})
    return [DueTerm(key, code, places[place], number, due) for key, code, place, number, due in rows]


def count_due_terms(session: Session, actor: Actor, scope: Scope, *, until: date) -> int:
    """Return how many promises ``due_terms`` would tell of."""
    question = (
        select(func.count(AgreementTerm.id))
        .join(MediationAgreement, MediationAgreement.id == AgreementTerm.agreement_id)
        .join(Dispute, Dispute.id == MediationAgreement.dispute_id)
        .where(*_watched(actor, scope, until))
    )
    return session.scalar(question) or 0


def _watched(actor: Actor, scope: Scope, until: date) -> tuple[ColumnElement[bool], ...]:
    return (
        AgreementTerm.done_on.is_(None),
        AgreementTerm.due_on <= until,
        MediationAgreement.effective_on.is_not(None),
        Dispute.state == "agreed",
        Dispute.owner_unit_id == actor.unit_id,
        visible(scope),
    )


def under_way(session: Session, actor: Actor, scope: Scope) -> list[UnderWay]:
    """Return the mediations of the actor's unit that have not ended, those with the next meeting first."""
    meeting = (
        select(func.min(MediationSession.planned_at))
        .where(MediationSession.case_id == MediationCase.id, MediationSession.state == "planned")
        .scalar_subquery()
    )
    until = (
        select(func.max(Deadline.due_at))
        .where(Deadline.dispute_id == Dispute.id, Deadline.rule_code == CONFIRMATION, Deadline.done_at.is_(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Dispute.division_code, MediationCase.state, meeting, until)
        .join(Dispute, Dispute.id == MediationCase.dispute_id)
        .where(MediationCase.ended_at.is_(None), MediationCase.unit_id == actor.unit_id, visible(scope))
        .order_by(meeting.is_(None), meeting, MediationCase.opened_at)
        .limit(MOST_LINES)
    ).all()
    places = place_names(session, {row[2] for row in rows})
    return [UnderWay(key, code, places[place], state, at, last) for key, code, place, state, at, last in rows]


def count_under_way(session: Session, actor: Actor, scope: Scope) -> int:
    """Return how many mediations of the actor's unit have not ended."""
    question = select(func.count(MediationCase.id)).join(Dispute, Dispute.id == MediationCase.dispute_id)
    own = (MediationCase.ended_at.is_(None), MediationCase.unit_id == actor.unit_id, visible(scope))
    return session.scalar(question.where(*own)) or 0


def committees_for(session: Session, dispute: Dispute, *, also: UUID | None = None) -> list[Unit]:
    """Return who may mediate a dispute: the committees of its place, nearest first; never the unit complained of.

    Where a village or township has no mediation committee of its own in the register, its committee or government
    is named instead, which sets one up (人民调解法 8). ``also`` is the unit that handles the dispute, when it is one
    that mediates.
    """
    along = session.get_one(Division, dispute.division_code).path.strip("/").split("/")
    fitting = Unit.division_code.in_(along) if also is None else or_(Unit.division_code.in_(along), Unit.id == also)
    found = session.scalars(select(Unit).where(Unit.closed_at.is_(None), Unit.kind.in_(MEDIATING_KINDS), fitting)).all()
    own = {unit.division_code for unit in found if unit.kind == "mediation_committee"}
    kept = [
        unit
        for unit in found
        if unit.id != dispute.about_unit_id
        and (unit.kind == "mediation_committee" or unit.division_code not in own or unit.id == also)
    ]
    return sorted(kept, key=lambda unit: (-len(unit.division_code), unit.kind, unit.name))


def mediators_for(session: Session, units: list[UUID], *, now: datetime) -> list[AssignmentRow]:
    """Return who holds an office in one of the units now, the mediators first; grid workers walk and do not mediate."""
    if not units:
        return []
    holds_post = (Assignment.unit_id.in_(units), Assignment.role != Role.GRID_WORKER)
    found = assignments_in_force(session, *holds_post, now=now)
    return sorted(found, key=lambda one: (one.role is not Role.MEDIATOR, one.unit_name, one.display_name))


def rooms_near(session: Session, dispute: Dispute) -> list[tuple[UUID, str]]:
    """Return the open rooms of the dispute's township, those of its own village first, then the county's own."""
    parts = session.get_one(Division, dispute.division_code).path.strip("/").split("/")
    township = "/" + "/".join(parts[:TOWNSHIP_PARTS]) + "/"
    rows = session.execute(
        select(MediationRoom.id, MediationRoom.name, MediationRoom.division_code)
        .join(Division, Division.code == MediationRoom.division_code)
        .where(MediationRoom.status == "active", or_(under(township), MediationRoom.division_code == parts[0]))
    ).all()
    ordered = sorted(rows, key=lambda row: (row[2] not in parts, -len(row[2]), row[1]))
    return [(key, name) for key, name, _ in ordered]
