"""Money needs two people who agree, neither of whom entered it; where an office has nobody else, the county reads."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Assignment
from grid_app.models.assistance import AmountApproval
from grid_app.policy import Action
from grid_app.services.assistance.plans import KEPT, NOT_SAVED, TWICE, require_planned, taken, the_measure
from grid_app.services.assistance.ties import refuse_ties
from grid_app.services.matters.step import AlreadyDoneError, Step, permitted, write, written

NEEDED: Final = 2


def review_amount(session: Session, step: Step, *, measure_id: UUID | None, agrees: bool | None, note: str) -> None:
    """Agree to an amount, or not with the reason; the second who agrees makes it payable."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    dispute, step = taken(session, step)
    measure = the_measure(session, dispute, measure_id)
    if agrees is None:
        raise InvalidError(NOT_SAVED, fields={"decision": "请选同意还是不同意。"})
    note = written(note, field="note", what="不同意的理由", least=0 if agrees else 4)
    refuse_ties({"note": note})
    given = session.scalars(select(AmountApproval).where(AmountApproval.measure_id == measure.id)).all()
    if any(one.assignment_id == step.actor.assignment_id and one.agrees == agrees for one in given):
        raise AlreadyDoneError(TWICE)
    require_planned(measure)
    if measure.amount_state != "asked":
        raise ConflictError(f"这笔金额已经审批过了,请看看页面上的最新情况。{KEPT}", code="amount_decided")
    persons = _accounts(session, [measure.added_by, *(one.assignment_id for one in given)])
    if step.actor.account_id in persons:
        raise ForbiddenError("登记金额的人和审批过的人不能再审。请另一位同事审批;本单位没有别人的,由县里审批。")
    session.add(
        AmountApproval(
            measure_id=measure.id, assignment_id=step.actor.assignment_id, agrees=agrees, note=note, at=step.now
        )
    )
    if not agrees:
        measure.amount_state = "refused"
    elif sum(one.agrees for one in given) + 1 >= NEEDED:
        measure.amount_state = "approved"
    write(session, step, dispute, kind="help_amount_reviewed", details={"agrees": agrees})


def _accounts(session: Session, assignments: list[UUID]) -> set[UUID]:
    return set(session.scalars(select(Assignment.account_id).where(Assignment.id.in_(assignments))))
