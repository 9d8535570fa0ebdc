"""Reviews of missed duties (责任倒查): which clock a unit missed, why, what changes. Never of a person.

The platform opens one by itself when a matter that was given to a unit is late and was submitted again meanwhile: the
same matter was reported once more after the day had passed. That is a sign of service that failed, and is held
against nobody who came twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline, DeadlineRule
from grid_app.models.disputes import Dispute, DisputeLink
from grid_app.models.support_work import DutyReview
from grid_app.policy import dispute_scope
from grid_app.queries.scoping import visible
from grid_app.queries.support_units import unit_above, units_below
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import AlreadyDoneError, take_turn, written
from grid_app.services.support_work.asked import (
    NOT_SAVED,
    Desk,
    answer,
    asked_row,
    due_day,
    end,
    refuse_names,
    require_office,
    told,
)
from grid_app.vocabulary.words import OPEN_STATES

WHY_WORDS: Final = {
    "submitted_again": "交办后超期,同一件事又被反映(平台自动开启)",
    "chosen": "督查中选定",
}
ANSWER_WITHIN: Final = timedelta(days=15)
AGAIN: Final = ("same_household", "earlier_matter")
MOST_AT_ONCE: Final = 200


def open_due_reviews(session: Session, *, now: datetime) -> list[UUID]:
    """Open a review for each clock that a unit missed on a matter submitted again after the day; return their ids.

    Run again it opens nothing twice. The matter has to be assigned, still open, and its unit below another.
    """
    take_turn(session)
    opened = []
    for clock, dispute in session.execute(_missed(now).limit(MOST_AT_ONCE)).all():
        unit = session.get(Unit, clock.owner_unit_id or dispute.owner_unit_id)
        above = unit_above(session, unit) if unit else None
        if unit is None or above is None:
            continue
        row = _review(clock, dispute, unit_id=unit.id, by_unit_id=above.id, why="submitted_again", now=now)
        session.add(row)
        details = {"unit": str(unit.id), "rule": clock.rule_code}
        target = ("duty_review", str(row.id))
        record_audit(session, None, "duty_review.opened", now=now, target=target, details=details)
        opened.append(row.id)
    return opened


def choose_review(session: Session, desk: Desk, *, deadline_id: UUID | None, due_on: date | None) -> DutyReview:
    """Open a review of one missed clock by an office above the unit.

    Raises
    ------
    InvalidError
        The clock is none of the area, was not missed, or belongs to a unit that is not below the office.
    """
    require_office(desk)
    take_turn(session)
    due_on = due_day(desk, due_on)
    found = session.execute(
        select(Deadline, Dispute)
        .join(Dispute, Dispute.id == Deadline.dispute_id)
        .where(Deadline.id == deadline_id, visible(dispute_scope(desk.actor)))
    ).first()
    if found is None or not _was_missed(found[0], desk.now):
        raise InvalidError(NOT_SAVED, fields={"deadline": "这个期限没有超过,或者不在您的范围内。"})
    if session.scalar(select(DutyReview.id).where(DutyReview.deadline_id == found[0].id)):
        raise AlreadyDoneError("这个期限已经在倒查,没有重复开启。")
    clock, dispute = found
    unit_id = clock.owner_unit_id or dispute.owner_unit_id
    if unit_id not in {one.id for one in units_below(session, desk.actor)}:
        raise InvalidError(NOT_SAVED, fields={"deadline": "超期的单位不归您的单位督办,请上一级来做。"})
    row = _review(clock, dispute, unit_id=unit_id, by_unit_id=desk.actor.unit_id, why="chosen", now=desk.now)
    row.due_on, row.opened_by = due_on, desk.actor.assignment_id
    session.add(row)
    told(session, desk, row, "opened")
    return row


def answer_review(session: Session, desk: Desk, *, key: UUID, reply: str, changes: str) -> None:
    """Keep why the unit missed its clock, and what it changes."""
    row = asked_row(session, DutyReview, key, desk)
    changed = written(changes, field="changes", what="以后怎么改", least=5)
    refuse_names(session, {"changes": changed}, [row.unit_id])
    try:
        answer(session, row, desk, reply=reply, what="为什么没有按时做到")
    except AlreadyDoneError:
        if row.changes == changed:
            raise
        told(session, desk, row, "answered", texts=[changed])
    row.changes = changed


def end_review(session: Session, desk: Desk, *, key: UUID, closing: str) -> None:
    """End a review that the unit has answered.

    Raises
    ------
    ConflictError
        The unit has not said why yet.
    """
    row = asked_row(session, DutyReview, key, desk)
    unit = session.get(Unit, row.unit_id)
    if row.replied_at is None and unit is not None and unit.closed_at is None:
        raise ConflictError("单位还没有说明原因,请先催办;填写的内容没有丢。", code="unanswered")
    end(session, row, desk, closing=closing)


def missed_clocks(session: Session, desk: Desk) -> Sequence[tuple[Deadline, str, str]]:
    """Return the missed clocks of the area that are not reviewed: clock, case code, unit; the oldest first."""
    below = [unit.id for unit in units_below(session, desk.actor)]
    rows = session.execute(
        select(Deadline, Dispute.case_code, Unit.name)
        .join(Dispute, Dispute.id == Deadline.dispute_id)
        .join(Unit, Unit.id == Deadline.owner_unit_id)
        .join(DeadlineRule, _its_rule())
        .where(
            visible(dispute_scope(desk.actor)), Unit.id.in_(below), Deadline.due_at < desk.now,
            or_(Deadline.done_at.is_(None), and_(Deadline.ended == "done", Deadline.done_at > Deadline.due_at)),
            DeadlineRule.passes == "overdue", ~exists().where(DutyReview.deadline_id == Deadline.id),
        )
        .order_by(Deadline.due_at, Deadline.id)
        .limit(MOST_AT_ONCE)
    )  # fmt: skip
    return [(clock, code, name) for clock, code, name in rows]


def _missed(now: datetime) -> Select[Deadline, Dispute]:
    """Return the question for late running clocks of matters that were submitted again after the day."""
    later, pair = aliased(Dispute), aliased(DisputeLink)
    linked = and_(
        pair.relation.in_(AGAIN),
        or_(
            and_(pair.dispute_id == Dispute.id, pair.other_id == later.id),
            and_(pair.other_id == Dispute.id, pair.dispute_id == later.id),
        ),
    )
    again = exists().where(linked, later.received_at > Deadline.due_at)
    return (
        select(Deadline, Dispute)
        .join(Dispute, Dispute.id == Deadline.dispute_id)
        .join(DeadlineRule, _its_rule())
        .where(
            Deadline.done_at.is_(None), Deadline.due_at < now, DeadlineRule.passes == "overdue",
            Dispute.owner_unit_id.is_not(None), Dispute.accepted_at.is_not(None), Dispute.state.in_(OPEN_STATES),
            again, ~exists().where(DutyReview.deadline_id == Deadline.id),
        )
        .order_by(Deadline.due_at, Deadline.id)
    )  # fmt: skip


def _its_rule() -> ColumnElement[bool]:
    return and_(DeadlineRule.code == Deadline.rule_code, DeadlineRule.version == Deadline.rule_version)


def _was_missed(clock: Deadline, now: datetime) -> bool:
    return (clock.done_at or now) > clock.due_at and clock.ended in (None, "done")


def _review(
    clock: Deadline, dispute: Dispute, *, unit_id: UUID, by_unit_id: UUID, why: str, now: datetime
) -> DutyReview:
    return DutyReview(
        id=new_id(), dispute_id=dispute.id, deadline_id=clock.id, unit_id=unit_id, by_unit_id=by_unit_id,
        opened_why=why, opened_at=now, due_on=local_date(now + ANSWER_WITHIN),
    )  # fmt: skip
