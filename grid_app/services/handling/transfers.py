"""A matter handed to another unit with its document and a receipt; objection, return, and the ruling after two returns.

The receiving unit answers for it from the moment the transfer is delivered, not from the moment somebody signs. It may
object within five working days with reasons (信访工作条例 23); the sender checks and agrees to the return, or not. A
matter that came back twice goes no third round: the county decides who handles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.handling import Transfer
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.disputes_units import assignable_units
from grid_app.services.clocks.running import running_of
from grid_app.services.handling.contacts import require_contacts
from grid_app.services.handling.second import is_county
from grid_app.services.handling.waiting import received, tell_receiver
from grid_app.services.matters.states import ASSIGNABLE_STATES, is_referral_only
from grid_app.services.matters.step import Details, Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.words import STATE_WORDS

MOST_RETURNS: Final = 2
STATES: Final = ("reported", *ASSIGNABLE_STATES)
OPEN: Final = ("sent", "received", "objected")
NOT_SENT: Final = "没有转出,已填的都还在。"


@dataclass(frozen=True)
class Sending:
    """To which unit, with which words of the transfer document, and by when the sender asks for a result."""

    unit_id: UUID
    document: str
    asked_due_on: date | None = None


def transfer(session: Session, step: Step, *, sending: Sending) -> None:
    """Hand the dispute to another unit; from now on that unit answers for it."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    document = written(
        sending.document, field="document", what="转办文书的内容(什么事、为什么由对方办、要求)", least=10
    )
    dispute = claimed(session, step, kind="transferred", note=document)
    refuse_waivers({"document": document})
    if dispute.state not in STATES or is_referral_only(dispute.category):
        raise ConflictError(f"这件事现在是“{STATE_WORDS[dispute.state]}”,不能转办。已填的都还在。", code="wrong_state")
    last = open_transfer(session, dispute)
    if last is not None and last.state != "received":
        raise ConflictError(
            "上一次转办还没有结果,不能再转。请先等签收,或者处理异议;已填的都还在。", code="open_transfer"
        )
    if sending.asked_due_on is not None and sending.asked_due_on < local_date(step.now):
        raise InvalidError(NOT_SENT, fields={"asked_due_on": "要求办结的日期不能早于今天。"})
    is_ruling = _is_ruling(session, step, dispute)
    unit = _receiver(session, step, dispute, sending.unit_id)
    if not is_ruling:
        require_contacts(session, step, dispute, before="transfer", unit_id=unit.id)
    end_transfer(session, dispute)
    session.add(
        Transfer(
            dispute_id=dispute.id, from_unit_id=dispute.owner_unit_id or step.actor.unit_id, to_unit_id=unit.id,
            document=document, asked_due_on=sending.asked_due_on, is_ruling=is_ruling, sent_at=step.now,
            sent_by=step.actor.assignment_id,
        )
    )  # fmt: skip
    dispute.owner_unit_id = unit.id
    details: Details = {"unit": str(unit.id), "ruling": is_ruling}
    write(session, step, dispute, kind="transferred", note=document, details=details)
    tell_receiver(session, step, dispute, unit.id)


def receive(session: Session, step: Step) -> None:
    """Sign for a transfer; the clock has been running since it was delivered."""
    dispute = claimed(session, step, kind="transfer_received")
    row = _open_for(session, step, dispute)
    if row.state != "sent":
        raise ConflictError("这次转办已经签收过了,不用再签。", code="received_before")
    row.state, row.received_at, row.received_by = "received", step.now, step.actor.assignment_id
    write(session, step, dispute, kind="transfer_received", details={"unit": str(row.to_unit_id)})
    received(session, step, dispute, row.to_unit_id)


def object_to(session: Session, step: Step, *, reason: str) -> None:
    """Say within five working days why the matter belongs elsewhere; until the sender agrees, it is handled here."""
    reason = written(reason, field="note", what="为什么不属于本单位(依据哪条规定,应由谁办)", least=10)
    dispute = claimed(session, step, kind="transfer_objected", note=reason)
    row = _open_for(session, step, dispute)
    refuse_waivers({"note": reason})
    if row.is_ruling:
        raise ConflictError("这是县级裁定由本单位办理的,不能再提异议。填写的内容还在页面上。", code="ruling")
    if row.state == "objected":
        raise ConflictError("已经提过异议,在等转出单位核实。填写的内容还在页面上。", code="objected_before")
    clock = next((one for one in running_of(session, dispute.id) if one.rule_code == "objection"), None)
    if clock is None or step.now > clock.due_at:
        raise ConflictError(
            "提出异议的五个工作日已经过了(信访工作条例第二十三条),请先办理。填写的内容还在页面上。", code="limit_passed"
        )
    row.state, row.objected_at, row.objection = "objected", step.now, reason
    write(session, step, dispute, kind="transfer_objected", note=reason, details={"unit": str(row.to_unit_id)})


def decide_objection(session: Session, step: Step, *, agree: bool, reason: str) -> None:
    """Check an objection: agree, and the matter comes back; or not, and the receiving unit handles it."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    reason = written(reason, field="note", what="核实的情况和理由", least=5)
    kind = "transfer_returned" if agree else "transfer_kept"
    dispute = claimed(session, step, kind=kind, note=reason)
    row = open_transfer(session, dispute)
    if row is None or row.state != "objected":
        raise ConflictError("现在没有等核实的异议,可能已经处理了。请看看页面上的最新情况。", code="not_asked")
    if not decides(step.actor, row):
        raise ForbiddenError("异议由转出的单位或者县级核实,提异议的单位不能自己决定。什么也没有改。")
    refuse_waivers({"note": reason})
    row.state = "returned" if agree else "kept"
    row.decided_at, row.decided_by, row.decision = step.now, step.actor.assignment_id, reason
    if agree:
        dispute.owner_unit_id = row.from_unit_id
    write(session, step, dispute, kind=kind, note=reason, details={"unit": str(row.from_unit_id)})


def decides(actor: Actor, row: Transfer) -> bool:
    """Say whether ``actor`` may decide on an objection: the sender or the county, never the unit that objects."""
    if actor.unit_id == row.to_unit_id or not allows(actor, Action.HANDLE_DISPUTE):
        return False
    return actor.unit_id == row.from_unit_id or is_county(actor)


def open_transfer(session: Session, dispute: Dispute) -> Transfer | None:
    """Return the transfer that still waits for a receipt or for a decision on an objection.

    A transfer that was signed for stays open until the time to object has been used or has passed.
    """
    return session.scalars(select(Transfer).where(Transfer.dispute_id == dispute.id, Transfer.state.in_(OPEN))).first()


def end_transfer(session: Session, dispute: Dispute) -> None:
    """End the transfer that is still open, because the matter goes on to another unit."""
    row = open_transfer(session, dispute)
    if row is not None:
        row.state = "done"
        session.flush()  # only one transfer may be open at a time


def returns_of(session: Session, dispute_id: UUID) -> int:
    """Return how often the matter came back."""
    counted = select(func.count()).where(Transfer.dispute_id == dispute_id, Transfer.state == "returned")
    return session.scalar(counted) or 0


def _is_ruling(session: Session, step: Step, dispute: Dispute) -> bool:
    if returns_of(session, dispute.id) < MOST_RETURNS:
        return False
    if not is_county(step.actor):
        raise ForbiddenError(
            "这件事已经退回两次,不能再转,由县级裁定哪个单位办理(信访工作条例第二十四条)。请联系县级经办;已填的都还在。"
        )
    return True


def _receiver(session: Session, step: Step, dispute: Dispute, unit_id: UUID) -> Unit:
    unit = session.get(Unit, unit_id)
    told = ""
    if unit is None:
        told = "请从列表里选一个单位。"
    elif unit.closed_at is not None:
        told = f"“{unit.name}”已经撤销,不能转给它。请选接替它的单位。"
    elif unit.id == dispute.owner_unit_id:
        told = "这件事本来就由这个单位办理,不能转给自己。"
    elif unit.id == dispute.about_unit_id:
        told = "反映的就是这个单位,应当回避,不能转给它(信访工作条例第二十八条)。"
    else:
        path = session.get_one(Division, dispute.division_code).path
        scope = dispute_scope(step.actor)
        choices = assignable_units(session, scope=scope, place_path=path, about_unit_id=dispute.about_unit_id)
        if unit.id not in {one.id for one in choices}:
            told = "不能转给这个单位,请从列表里选。"
        elif unit.kind == "township_government" and f"/{unit.division_code}/" not in path:
            told = "这个乡镇看不到别处的事项。地点有误的,请先“更正地点”。"
    if told or unit is None:
        raise InvalidError(NOT_SENT, fields={"unit": told})
    return unit


def _open_for(session: Session, step: Step, dispute: Dispute) -> Transfer:
    row = open_transfer(session, dispute)
    if row is None:
        raise ConflictError("现在没有等签收的转办,可能已经处理了。请看看页面上的最新情况。", code="not_asked")
    if step.actor.unit_id != row.to_unit_id:
        raise ForbiddenError("这次转办要由接收的单位自己签收或者提异议。什么也没有改。")
    return row
