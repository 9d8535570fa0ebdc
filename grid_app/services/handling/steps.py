"""Handling a dispute: accept or refuse, assign, record what was done, pass on, close, take up again.

Each function is one step: it checks right, scope, version and state, changes the dispute, writes one event into its
history and one link of the audit trail, and grades anew, all in the caller's transaction. The errors are those of
``matters.step``: not found (also: outside the scope), forbidden, conflict (somebody was first, or the state does not
allow it), invalid (with a sentence per field).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division
from grid_app.policy import Action, dispute_scope
from grid_app.queries.disputes_units import assignable_units
from grid_app.queries.scoping import visible
from grid_app.services.handling.closing import NO_PROOF, Proof, require_ready
from grid_app.services.handling.contacts import require_contacts
from grid_app.services.handling.details import (
    Facts,
    add_details,
    confirm_band,
    lower_grade,
    raise_grade,
    settle_place,
)
from grid_app.services.handling.transfers import end_transfer
from grid_app.services.handling.voice import write_up
from grid_app.services.matters.follow_up_plans import end_follow_ups, plan_follow_ups
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.states import ASSIGNABLE_STATES, target_of
from grid_app.services.matters.step import Step, claimed, may_work, opened, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.mediation.closing import drop_unbegun, require_performed
from grid_app.vocabulary.words import CHOSEN_GROUNDS, STATE_WORDS

__all__ = [
    "Closure", "Facts", "Referral", "Step", "accept", "add_details", "assign", "close", "confirm_band", "decline",
    "lower_grade", "raise_grade", "record_work", "refer_out", "reopen", "settle_place", "take_up_again", "write_up",
]  # fmt: skip

NO_CONTACT_TRIES: Final = 3
NO_CONTACT_SPAN: Final = timedelta(days=15)


@dataclass(frozen=True)
class Closure:
    """Why a dispute may be closed.

    ``ground`` is one of ``CHOSEN_GROUNDS``; ``legal_basis`` names the law or policy; ``outcome`` says what came of
    it; ``same_as`` is the case code of the other matter and is needed for ``duplicate_of`` only. ``proof`` is the
    paper that the ground needs.
    """

    ground: str
    legal_basis: str
    outcome: str
    same_as: str = ""
    proof: Proof = NO_PROOF


@dataclass(frozen=True)
class Referral:
    """Where a dispute was passed on to: the authority, its receipt number, and why it is the right one."""

    authority: str
    receipt: str
    reason: str


def accept(session: Session, step: Step, *, note: str = "") -> None:
    """Take a reported dispute up; the accepting office answers for it until it assigns a unit."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    note = written(note, field="note", what="受理说明", least=0)
    dispute = claimed(session, step, kind="accepted", note=note)
    target = target_of("accept", state=dispute.state, category=dispute.category)
    dispute.owner_unit_id = step.actor.unit_id
    dispute.accepted_at = step.now
    write(session, step, dispute, kind="accepted", to_state=target, note=note)
    regrade(session, dispute, now=step.now)


def decline(session: Session, step: Step, *, reason: str) -> None:
    """Refuse to take a reported dispute up, with the reason and the route that is open instead."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="不予受理的理由和可走的途径", least=5)
    dispute = claimed(session, step, kind="not_accepted", note=reason)
    target = target_of("decline", state=dispute.state, category=dispute.category)
    refuse_waivers({"note": reason})
    write(session, step, dispute, kind="not_accepted", to_state=target, note=reason)
    regrade(session, dispute, now=step.now)


def assign(session: Session, step: Step, *, unit_id: UUID, note: str = "") -> None:
    """Name the unit that handles the dispute from now on."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    note = written(note, field="note", what="交办要求", least=0)
    dispute = claimed(session, step, kind="assigned", note=note)
    if dispute.state not in ASSIGNABLE_STATES:
        raise InvalidError(
            f"这件事现在是“{STATE_WORDS[dispute.state]}”,不能指定办理单位。要先受理;填写的内容没有丢。",
            fields={"unit": "受理以后才能指定办理单位。"},
        )
    unit = session.get(Unit, unit_id)
    if unit is None or unit.id not in {one.id for one in _assignable(session, step, dispute)}:
        raise InvalidError("没有指定成功。请从列表里选一个单位。", fields={"unit": "不能交给这个单位,请从列表里选。"})
    require_contacts(session, step, dispute, before="assign", unit_id=unit.id)
    end_transfer(session, dispute)
    dispute.owner_unit_id = unit.id
    write(session, step, dispute, kind="assigned", note=note, details={"unit": str(unit.id)})


def record_work(session: Session, step: Step, *, note: str) -> None:
    """Write down what was done; the first record moves the dispute on to handling.

    Adding to the history overwrites nothing, so another person's step in between is no conflict.
    """
    note = written(note, field="note", what="做了什么", least=5)
    dispute = opened(session, step, joined=True)
    step = may_work(session, step, dispute)
    target = target_of("work", state=dispute.state, category=dispute.category)
    refuse_waivers({"note": note})
    if _was_just_written(session, step, note):
        return
    write(session, step, dispute, kind="work_recorded", to_state=target, note=note)
    regrade(session, dispute, now=step.now)


def refer_out(session: Session, step: Step, *, referral: Referral) -> None:
    """Pass a dispute on to the organ that may decide it; its receipt proves that it arrived."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    authority = written(referral.authority, field="authority", what="转到哪个机关")
    receipt = written(referral.receipt, field="receipt", what="对方收件的文号或回执号")
    reason = written(referral.reason, field="note", what="转出的理由", least=5)
    note = f"转到:{authority};回执:{receipt}。{reason}"
    dispute = claimed(session, step, kind="referred_out", note=note)
    target = target_of("refer_out", state=dispute.state, category=dispute.category)
    refuse_waivers({"note": reason})
    write(session, step, dispute, kind="referred_out", to_state=target, note=note)
    regrade(session, dispute, now=step.now)


def close(session: Session, step: Step, *, closure: Closure) -> None:
    """Close a dispute with a ground, its legal or policy basis and what came of it.

    A sanction is no ground: it settles nothing. Nothing that signs a right away can be written (人民调解法 3(3)).
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    if closure.ground not in CHOSEN_GROUNDS:
        raise InvalidError("没有办结。请选一个办结依据。", fields={"ground": "请从列表里选一个办结依据。"})
    basis = written(
        closure.legal_basis, field="legal_basis", what="法律或政策依据(哪部法律、哪份文件、第几条)", least=4
    )
    outcome = written(closure.outcome, field="note", what="处理结果", least=5)
    dispute = claimed(session, step, kind="closed", note=outcome)
    target = target_of("close", state=dispute.state, category=dispute.category)
    refuse_waivers({"legal_basis": basis, "note": outcome})
    other = _same_matter(session, step, dispute, closure)
    if closure.ground == "no_contact":
        _require_tries(session, dispute)
    require_performed(session, dispute, ground=closure.ground)
    require_ready(session, step, dispute, ground=closure.ground, proof=closure.proof)
    dispute.closure_ground, dispute.legal_basis, dispute.closed_at = closure.ground, basis, step.now
    dispute.same_matter_as = other or dispute.same_matter_as
    drop_unbegun(session, dispute, now=step.now)
    planned = plan_follow_ups(session, dispute, now=step.now)
    details = {"ground": closure.ground, **planned}
    write(session, step, dispute, kind="closed", to_state=target, note=outcome, details=details)
    regrade(session, dispute, now=step.now)


def reopen(session: Session, step: Step, *, reason: str) -> None:
    """Take a closed dispute up again because the trouble returned; the first closing stays in the history."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="为什么重新办理", least=5)
    take_up_again(session, step, claimed(session, step, kind="reopened", note=reason), reason=reason)


def take_up_again(session: Session, step: Step, dispute: Dispute, *, reason: str) -> None:
    """Reopen a locked dispute by an actor whose right was asked before, and end the visits that are still due."""
    target = target_of("reopen", state=dispute.state, category=dispute.category)
    before = dispute.closure_ground
    dispute.closed_at, dispute.closure_ground, dispute.legal_basis = None, None, ""
    ended = end_follow_ups(session, dispute.id, state="cancelled", now=step.now)
    details = {"ground": before, **({"follow_ups_ended": ended} if ended else {})}
    write(session, step, dispute, kind="reopened", to_state=target, note=reason, details=details)
    regrade(session, dispute, now=step.now)


def _assignable(session: Session, step: Step, dispute: Dispute) -> list[Unit]:
    path = session.get_one(Division, dispute.division_code).path
    return assignable_units(
        session, scope=dispute_scope(step.actor), place_path=path, about_unit_id=dispute.about_unit_id
    )


def _was_just_written(session: Session, step: Step, note: str) -> bool:
    last = session.scalar(
        select(DisputeEvent)
        .where(DisputeEvent.dispute_id == step.dispute_id, DisputeEvent.assignment_id.is_not(None))
        .order_by(DisputeEvent.number.desc())
        .limit(1)
    )
    return last is not None and (last.kind, last.note, last.assignment_id) == (
        "work_recorded", note, step.actor.assignment_id
    )  # fmt: skip


def _same_matter(session: Session, step: Step, dispute: Dispute, closure: Closure) -> UUID | None:
    if closure.ground != "duplicate_of":
        return None
    code = closure.same_as.strip().upper()
    other = session.scalar(
        select(Dispute.id).where(
            Dispute.case_code == code, Dispute.id != dispute.id, visible(dispute_scope(step.actor))
        )
    )
    if other is None:
        raise InvalidError(
            "没有办结。选“与另一件相同”时要写明是哪一件。",
            fields={"same_as": "没有找到这个编号,请核对;它要在您的范围内,并且不是这一件。"},
        )
    return other


def _require_tries(session: Session, dispute: Dispute) -> None:
    moments = session.scalars(
        select(DisputeEvent.at)
        .where(DisputeEvent.dispute_id == dispute.id, DisputeEvent.kind == "work_recorded")
        .order_by(DisputeEvent.at)
    ).all()
    days = {local_date(at) for at in moments}
    if len(days) < NO_CONTACT_TRIES or moments[-1] - moments[0] < NO_CONTACT_SPAN:
        raise InvalidError(
            "没有办结。联系不上不能很快就办结。",
            fields={"ground": "要在 15 天以上的时间里、至少 3 个不同的日子联系过,并都写进办理记录。"},
        )
