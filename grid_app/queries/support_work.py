"""Lists of the support workspace: what units ask of each other, inspections, meetings, and clocks that run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.models.disputes import Dispute
from grid_app.models.support_work import (
    DutyReview,
    Inspection,
    InspectionMatter,
    JointMeeting,
    MeetingMatter,
    Recommendation,
    Rectification,
    Resolution,
    Supervision,
)
from grid_app.policy import Action, Actor, Scope, allows, dispute_scope
from grid_app.queries.disputes_places import place_names
from grid_app.queries.scoping import codes_under, visible

MOST: Final = 200
Kind = TypeVar("Kind", Supervision, DutyReview, Rectification, Recommendation, Resolution)
ON_A_MATTER: Final = (Supervision, DutyReview, Resolution)


@dataclass(frozen=True)
class RequestRow(Generic[Kind]):
    """A request with the names of both units and, when it is about a matter that the asker sees, its number."""

    record: Kind
    unit: str
    by_unit: str
    case_code: str
    dispute_id: UUID | None


@dataclass(frozen=True)
class ClockLine:
    """A running clock of a matter: which, whose, until when."""

    deadline_id: UUID
    dispute_id: UUID
    case_code: str
    place: str
    rule: str
    unit: str
    due_at: datetime


@dataclass(frozen=True)
class SampleLine:
    """A matter of an inspection or an agenda, with what was found."""

    number: int
    dispute_id: UUID
    case_code: str
    place: str
    state: str
    unit: str
    result: str = ""
    note: str = ""


@dataclass(frozen=True)
class Waiting:
    """How many requests of a kind wait for the own unit: to answer, late, and answered to the own unit."""

    to_answer: int
    late: int
    answered: int


def requests_of(
    session: Session, table: type[Kind], actor: Actor, *, meeting_id: UUID | None = None, dispute_id: UUID | None = None
) -> list[RequestRow[Kind]]:
    """Return what concerns the actor's unit, or units of an office's area: open ones first, by their due day.

    What is about a matter that the actor may not see is left out.
    """
    asker, scope = aliased(Unit), dispute_scope(actor)
    question = (
        select(table, Unit.name, asker.name, *_matter_columns(table))
        .join(Unit, Unit.id == table.unit_id)
        .join(asker, asker.id == table.by_unit_id)
        .where(_concerns(table, asker, actor))
        .order_by(table.closed_at.is_not(None), table.due_on, table.id)
        .limit(MOST)
    )
    if issubclass(table, ON_A_MATTER):
        question = question.outerjoin(Dispute, and_(Dispute.id == table.dispute_id, visible(scope)))
        question = question.where(or_(table.dispute_id.is_(None), Dispute.id.is_not(None)))
        if dispute_id is not None:
            question = question.where(table.dispute_id == dispute_id)
    if meeting_id is not None:
        question = question.where(Resolution.meeting_id == meeting_id)
    found = []
    for record, unit, by_unit, *matter in session.execute(question).all():
        session.expunge(record)  # the page reads it when the question is over
        code, key = matter or ("", None)
        found.append(RequestRow(record, unit, by_unit, code or "", key))
    return found


def waiting_of(session: Session, table: type[Kind], actor: Actor, *, today: date) -> Waiting:
    """Return how many requests of a kind wait for the actor's unit."""
    is_open = and_(table.closed_at.is_(None), _is_shown(table, actor))
    mine = and_(table.unit_id == actor.unit_id, table.replied_at.is_(None), is_open)
    asked = and_(table.by_unit_id == actor.unit_id, is_open)
    conditions = (
        mine,
        and_(asked, table.replied_at.is_(None), table.due_on < today),
        and_(asked, table.replied_at.is_not(None)),
    )
    counts = [session.scalar(select(func.count()).select_from(table).where(one)) or 0 for one in conditions]
    return Waiting(*counts)


def count_asked(session: Session, actor: Actor, *, today: date) -> int:
    """Return how many requests wait for an answer of the actor's unit; nothing for who answers for no unit."""
    if not allows(actor, Action.ANSWER_FOR_UNIT):
        return 0
    return sum(waiting_of(session, table, actor, today=today).to_answer for table in KINDS_OF.values())


def due_clocks(session: Session, *, scope: Scope, after: datetime | None, before: datetime) -> list[ClockLine]:
    """Return running clocks of duties in the scope that end in a span, the first to end first; at most 200."""
    rule = and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)
    rows = session.execute(
        select(
            Deadline.id, Dispute.id, Dispute.case_code, Dispute.division_code, DeadlineRule.name, Unit.name,
            Deadline.due_at,
        )
        .join(Dispute, Dispute.id == Deadline.dispute_id)
        .join(DeadlineRule, rule)
        .outerjoin(Unit, Unit.id == Deadline.owner_unit_id)
        .where(
            visible(scope), Deadline.done_at.is_(None), Deadline.due_at < before, DeadlineRule.passes == "overdue",
            Deadline.due_at >= after if after else true(),
        )
        .order_by(Deadline.due_at, Deadline.id)
        .limit(MOST)
    ).all()  # fmt: skip
    names = place_names(session, {row[3] for row in rows})
    return [
        ClockLine(key, dispute_id, code, names[place], rule_name, unit or "", due_at)
        for key, dispute_id, code, place, rule_name, unit, due_at in rows
    ]


def inspections_of(session: Session, actor: Actor) -> list[tuple[Inspection, str]]:
    """Return the inspections of the actor's unit with the unit inspected, the newest first."""
    rows = session.execute(
        select(Inspection, Unit.name)
        .outerjoin(Unit, Unit.id == Inspection.unit_id)
        .where(Inspection.by_unit_id == actor.unit_id)
        .order_by(Inspection.held_on.desc(), Inspection.id.desc())
        .limit(MOST)
    ).all()
    session.expunge_all()
    return [(row, name or "") for row, name in rows]


def sample_of(session: Session, *, scope: Scope, inspection_id: UUID) -> list[SampleLine]:
    """Return the matters of an inspection that the scope reaches, in the order in which they were drawn."""
    rows = session.execute(
        select(InspectionMatter, Dispute, Unit.name)
        .join(Dispute, Dispute.id == InspectionMatter.dispute_id)
        .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
        .where(InspectionMatter.inspection_id == inspection_id, visible(scope))
        .order_by(InspectionMatter.number)
    ).all()
    names = place_names(session, {dispute.division_code for _, dispute, _ in rows})
    return [
        SampleLine(
            one.number, dispute.id, dispute.case_code, names[dispute.division_code], dispute.state, unit or "",
            one.result, one.note,
        )
        for one, dispute, unit in rows
    ]  # fmt: skip


def meetings_of(session: Session, actor: Actor) -> list[JointMeeting]:
    """Return the joint meetings that the actor's unit called, the newest first."""
    rows = select(JointMeeting).where(JointMeeting.unit_id == actor.unit_id)
    found = session.scalars(rows.order_by(JointMeeting.planned_on.desc(), JointMeeting.id.desc()).limit(MOST)).all()
    session.expunge_all()
    return list(found)


def agenda_of(session: Session, *, scope: Scope, meeting_id: UUID) -> list[SampleLine]:
    """Return the matters of a meeting's agenda that the scope reaches."""
    rows: Sequence[Any] = session.execute(
        select(Dispute, Unit.name)
        .join(MeetingMatter, MeetingMatter.dispute_id == Dispute.id)
        .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
        .where(MeetingMatter.meeting_id == meeting_id, visible(scope))
        .order_by(MeetingMatter.id)
    ).all()
    names = place_names(session, {dispute.division_code for dispute, _ in rows})
    return [
        SampleLine(at, one.id, one.case_code, names[one.division_code], one.state, unit or "")
        for at, (one, unit) in enumerate(rows, 1)
    ]


def missed_of(session: Session, deadline_ids: Sequence[UUID]) -> dict[UUID, tuple[str, datetime]]:
    """Return by clock its name and the day it was due."""
    rule = and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)
    rows = session.execute(
        select(Deadline.id, DeadlineRule.name, Deadline.due_at)
        .join(DeadlineRule, rule)
        .where(Deadline.id.in_(list(deadline_ids)))
    )
    return {key: (name, due_at) for key, name, due_at in rows}


def _matter_columns(table: type[Any]) -> list[Any]:
    return [Dispute.case_code, Dispute.id] if issubclass(table, ON_A_MATTER) else []


def _is_shown(table: type[Any], actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a request is about no matter, or about one that the actor sees."""
    if not issubclass(table, ON_A_MATTER):
        return true()
    seen = exists().where(Dispute.id == table.dispute_id, visible(dispute_scope(actor)))
    return or_(table.dispute_id.is_(None), seen)


def _concerns(table: type[Any], asker: type[Unit], actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a request is from or to the actor's unit, or within the area of an office."""
    own: ColumnElement[bool] = or_(table.unit_id == actor.unit_id, table.by_unit_id == actor.unit_id)
    if not allows(actor, Action.HANDLE_DISPUTE):
        return own
    return or_(own, asker.division_code.in_(codes_under(dispute_scope(actor))))


KINDS_OF: Final[dict[str, Any]] = {
    "supervision": Supervision,
    "recommendation": Recommendation,
    "rectification": Rectification,
    "duty_review": DutyReview,
    "resolution": Resolution,
}
"""The tables of requests by name, for pages, which know no tables."""
