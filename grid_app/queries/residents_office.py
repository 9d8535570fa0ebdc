"""What offices see of residents' evaluations, requests and complaints; a complaint only who is above the unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.residents import Evaluation, ResidentComplaint, ResidentRequest
from grid_app.policy import Action, Actor, Role, allows, dispute_scope
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.scoping import visible

MOST: Final = 200
FEW: Final = 10
"""Below so many answers a rate is not shown."""


@dataclass(frozen=True)
class RequestLine:
    """A request and the number and place code of its matter."""

    row: ResidentRequest
    case_code: str
    division_code: str


@dataclass(frozen=True)
class ComplaintLine:
    """A complaint, its matter, and the unit it is about."""

    row: ResidentComplaint
    case_code: str
    division_code: str
    about: str


@dataclass(frozen=True)
class EvaluationFigures:
    """Evaluation of closed matters: ``invited`` closings, ``answered``, ``satisfied``; a rate needs ten answers."""

    invited: int
    answered: int
    satisfied: int

    @property
    def may_show_rate(self) -> bool:
        """Say whether there are enough answers for a rate."""
        return self.answered >= FEW


def sees_complaints(actor: Actor, now: datetime) -> ColumnElement[bool]:
    """Return the condition that ``actor`` may see a complaint.

    The unit it went to sees it, and the county's leader; the unit it is about never does, nor anybody who works there
    too.
    """
    if not allows(actor, Action.HANDLE_DISPUTE):
        return false()
    may = [ResidentComplaint.to_unit_id == actor.unit_id]
    if actor.role is Role.COUNTY_LEAD:
        may.append(Division.path.startswith(actor.division_path, autoescape=True))
    works_in = select(Assignment.unit_id).where(Assignment.account_id == actor.account_id, assignment_is_valid(now))
    is_about_own = and_(ResidentComplaint.about_unit_id.is_not(None), ResidentComplaint.about_unit_id.in_(works_in))
    return and_(or_(*may), ~is_about_own)


def complaints_for(
    session: Session, actor: Actor, *conditions: ColumnElement[bool], now: datetime
) -> list[ComplaintLine]:
    """Return the complaints that ``actor`` may see, unanswered first, by due day."""
    rows = session.execute(
        select(ResidentComplaint, Dispute.case_code, Dispute.division_code, Unit.name)
        .join(Dispute, Dispute.id == ResidentComplaint.dispute_id)
        .join(Division, Division.code == Dispute.division_code)
        .outerjoin(Unit, Unit.id == ResidentComplaint.about_unit_id)
        .where(sees_complaints(actor, now), *conditions)
        .order_by(ResidentComplaint.answered_at.is_not(None), ResidentComplaint.due_on, ResidentComplaint.at)
        .limit(MOST)
    )
    return [ComplaintLine(row, code, place, about or "") for row, code, place, about in rows]


def complaints_about_matter(session: Session, actor: Actor, dispute_id: UUID, *, now: datetime) -> int:
    """Return how many complaints of one matter ``actor`` may see."""
    return len(complaints_for(session, actor, ResidentComplaint.dispute_id == dispute_id, now=now))


def requests_for(session: Session, actor: Actor, *, dispute_id: UUID | None = None) -> list[RequestLine]:
    """Return the requests on disputes of the actor's scope, open ones first, by due day."""
    question = (
        select(ResidentRequest, Dispute.case_code, Dispute.division_code)
        .join(Dispute, Dispute.id == ResidentRequest.dispute_id)
        .where(visible(dispute_scope(actor)))
        .order_by(ResidentRequest.state != "open", ResidentRequest.due_on, ResidentRequest.at)
        .limit(MOST)
    )
    if dispute_id is not None:
        question = question.where(ResidentRequest.dispute_id == dispute_id)
    return [RequestLine(*row) for row in session.execute(question)]


def evaluations_of(session: Session, actor: Actor, dispute_id: UUID) -> Sequence[Evaluation]:
    """Return the evaluations of one dispute of the scope, the newest first."""
    return session.scalars(
        select(Evaluation)
        .join(Dispute, Dispute.id == Evaluation.dispute_id)
        .where(Evaluation.dispute_id == dispute_id, visible(dispute_scope(actor)))
        .order_by(Evaluation.at.desc())
    ).all()


def evaluation_figures(session: Session, actor: Actor, *, since: datetime, until: datetime) -> EvaluationFigures:
    """Return participation and satisfaction of the closings in a span of time, in the actor's scope.

    Not answering is not being satisfied: the two figures stand beside each other, never in one.
    """
    closed = (Dispute.state == "closed", Dispute.closed_at >= since, Dispute.closed_at < until)
    own = visible(dispute_scope(actor))
    invited = session.scalar(select(func.count()).select_from(Dispute).where(*closed, own)) or 0
    rows = session.execute(
        select(Evaluation.satisfied, func.count())
        .join(Dispute, and_(Dispute.id == Evaluation.dispute_id, Dispute.closed_at == Evaluation.closed_at))
        .where(*closed, own)
        .group_by(Evaluation.satisfied)
    ).all()
    counts = {bool(satisfied): int(count) for satisfied, count in rows}
    return EvaluationFigures(invited, sum(counts.values()), counts.get(True, 0))


def answers_to(session: Session, dispute_id: UUID) -> tuple[Sequence[ResidentRequest], Sequence[ResidentComplaint]]:
    """Return what a resident asked and complained about this matter; the caller has checked the pass."""
    requests = session.scalars(
        select(ResidentRequest).where(ResidentRequest.dispute_id == dispute_id).order_by(ResidentRequest.at)
    ).all()
    complaints = session.scalars(
        select(ResidentComplaint).where(ResidentComplaint.dispute_id == dispute_id).order_by(ResidentComplaint.at)
    ).all()
    return requests, complaints
