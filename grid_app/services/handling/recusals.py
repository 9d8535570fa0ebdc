"""Withdrawing from a matter (回避, 信访工作条例 28): one tap, no reason asked, and the matter passes on by itself."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, NotFoundError
from grid_app.models.accounts import Assignment, Notice, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.duties import Recusal
from grid_app.models.mediation import MediationCase
from grid_app.policy import Action, Role
from grid_app.queries.accounts import assignments_in_force
from grid_app.queries.duties import recused_accounts
from grid_app.services.handling.second import COUNTY, LEADS, OFFICES, has_other, unit_above
from grid_app.services.handling.transfers import end_transfer
from grid_app.services.matters.step import AlreadyDoneError, Step, opened, permitted, write, written
from grid_app.vocabulary.words import OPEN_STATES

TAKES_OVER: Final = LEADS | OFFICES | {Role.MEDIATOR}
"""Who may go on with a matter that a colleague has withdrawn from."""


def recuse(session: Session, step: Step) -> None:
    """Withdraw from a matter: nobody asks why. Where the own unit has nobody else, the office above takes it over."""
    step = permitted(step, Action.ADD_TO_DISPUTE)
    if step.actor.account_id in recused_accounts(session, step.dispute_id):
        raise AlreadyDoneError("您已经申明回避了,没有重复记录。")
    dispute = opened(session, step)
    without = recused_accounts(session, dispute.id) | {step.actor.account_id}
    passed = None
    is_mine = dispute.owner_unit_id == step.actor.unit_id and dispute.state in OPEN_STATES
    if is_mine and not has_other(session, unit_id=step.actor.unit_id, roles=TAKES_OVER, without=without, now=step.now):
        unit = session.get_one(Unit, step.actor.unit_id)
        passed = unit_above(session, unit, without=dispute.about_unit_id)
        end_transfer(session, dispute)
        dispute.owner_unit_id = passed
    session.execute(
        update(MediationCase)
        .where(
            MediationCase.dispute_id == dispute.id, MediationCase.ended_at.is_(None),
            MediationCase.mediator_id == step.actor.assignment_id,
        )
        .values(mediator_id=None)
    )  # fmt: skip
    write(session, step, dispute, kind="recused", details={"unit": str(passed)} if passed else {})
    session.add(
        Recusal(
            dispute_id=dispute.id, account_id=step.actor.account_id, assignment_id=step.actor.assignment_id,
            passed_to=passed, declared_at=step.now,
        )
    )  # fmt: skip
    if is_mine:
        _tell_successors(session, step, dispute, without=without)


def lift_recusal(session: Session, step: Step, *, recusal_id: UUID | None, reason: str) -> None:
    """Take a recusal back that was declared by mistake: another leader does it, with the reason."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="为什么不用回避", least=5)
    dispute = opened(session, step)
    row = session.get(Recusal, recusal_id) if recusal_id else None
    if row is None or row.dispute_id != dispute.id or row.lifted_at is not None:
        raise NotFoundError("没有这一条回避,可能刚刚有人解除了。请看看页面上的最新情况。")
    if step.actor.role not in LEADS | COUNTY:
        raise ForbiddenError("回避由负责人或者县级解除。什么也没有改。")
    row.lifted_at, row.lifted_by, row.reason = step.now, step.actor.assignment_id, reason
    write(session, step, dispute, kind="recusal_lifted", note=reason)


def _tell_successors(session: Session, step: Step, dispute: Dispute, *, without: set[UUID]) -> None:
    """Put a line on the start page of those who may go on with it; it names nobody."""
    roles = Assignment.role.in_([str(role) for role in TAKES_OVER])
    staff = assignments_in_force(session, Assignment.unit_id == dispute.owner_unit_id, roles, now=step.now)
    text = f"{dispute.case_code} 的经办人申明回避,请接着办。"
    session.add_all(
        Notice(account_id=account, kind="recusal", text=text, url=f"/disputes/{dispute.id}", created_at=step.now)
        for account in dict.fromkeys(one.account_id for one in staff)
        if account not in without
    )


def is_recused(session: Session, dispute_id: UUID, account_id: UUID | None) -> bool:
    """Say whether an account has withdrawn from a dispute."""
    found = select(Recusal.id).where(
        Recusal.dispute_id == dispute_id, Recusal.account_id == account_id, Recusal.lifted_at.is_(None)
    )
    return session.scalar(found) is not None
