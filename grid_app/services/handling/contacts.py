"""Two talks before a matter is handed on (双沟通): one with whoever reported it, one with the unit that receives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.handling import ContactRecord
from grid_app.services.handling.gates import gate_reasons
from grid_app.services.matters.step import Step, may_handle, opened, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.handling import CONTACT_SIDE_WORDS, CONTACT_WAY_WORDS
from grid_app.vocabulary.words import OPEN_STATES

NOT_SAVED: Final = "没有保存,已填的还在。"


@dataclass(frozen=True)
class Contact:
    """One talk: with whom (``side``; for a unit, which), how, on which day, and what was said."""

    side: str
    way: str
    held_on: date | None
    note: str
    unit_id: UUID | None = None


def record_contact(session: Session, step: Step, *, contact: Contact) -> None:
    """Write down one talk. It overwrites nothing, so another person's step in between is no conflict."""
    note = written(contact.note, field="note", what="谈了什么,对方怎么说", least=5)
    dispute = opened(session, step)
    step = may_handle(step, dispute)
    refuse_waivers({"note": note})
    _require_open(dispute)
    _check(session, step, contact)
    unit_id = contact.unit_id if contact.side == "unit" else None
    if _was_just_written(session, step, contact, note):
        return
    session.add(
        ContactRecord(
            dispute_id=dispute.id, side=contact.side, unit_id=unit_id, way=contact.way, held_on=contact.held_on,
            note=note, assignment_id=step.actor.assignment_id, at=step.now,
        )
    )  # fmt: skip
    details = {"side": contact.side, "way": contact.way, **({"unit": str(unit_id)} if unit_id else {})}
    write(session, step, dispute, kind="contacted", note=note, details=details)


def waiting_contacts(session: Session, dispute_id: UUID) -> list[ContactRecord]:
    """Return the talks that no step has used yet, the oldest first."""
    rows = select(ContactRecord).where(ContactRecord.dispute_id == dispute_id, ContactRecord.used_at.is_(None))
    return list(session.scalars(rows.order_by(ContactRecord.at, ContactRecord.id)))


def require_contacts(session: Session, step: Step, dispute: Dispute, *, before: str, unit_id: UUID) -> None:
    """Refuse unless both talks were held, where the policy asks for them; they count for this one step.

    Raises
    ------
    InvalidError
        A talk is missing; the sentence says which, and why it is needed here.
    """
    reasons = gate_reasons(session, dispute, gate="contact", step=before)
    if not reasons:
        return
    waiting = waiting_contacts(session, dispute.id)
    resident = [one for one in waiting if one.side == "resident"]
    unit = [one for one in waiting if one.side == "unit" and one.unit_id == unit_id]
    lacking = [word for word, found in (("和反映人", resident), ("和接收单位", unit)) if not found]
    if lacking:
        raise InvalidError(
            f"还没有交出去:{'、'.join(reasons)}的事项,要先双沟通。已填的都还在。",
            fields={"unit": f"还缺{'、'.join(lacking)}的沟通记录。请在“依法办理”页先记下来,再回来提交。"},
            code="contacts_missing",
        )
    for one in (*resident, *unit):
        one.used_at = step.now


def _check(session: Session, step: Step, contact: Contact) -> None:
    wrong = {}
    if contact.side not in CONTACT_SIDE_WORDS:
        wrong["side"] = "请选和谁沟通。"
    if contact.way not in CONTACT_WAY_WORDS:
        wrong["way"] = "请选怎么沟通的。"
    if contact.held_on is None or contact.held_on > local_date(step.now):
        wrong["held_on"] = "请填沟通的日期,不能晚于今天。"
    if contact.side == "unit":
        unit = session.get(Unit, contact.unit_id) if contact.unit_id else None
        if unit is None or unit.closed_at is not None:
            wrong["unit"] = "请选准备交给哪个单位。"
        elif contact.way == "not_reached":
            wrong["way"] = "接收单位要真正谈过,不能只留言。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)


def _require_open(dispute: Dispute) -> None:
    if dispute.state not in OPEN_STATES:
        raise ConflictError("这件事已经结束,不用再沟通。情况有变化的,请先“重新办理”。", code="wrong_state")


def _was_just_written(session: Session, step: Step, contact: Contact, note: str) -> bool:
    mine = [one for one in waiting_contacts(session, step.dispute_id) if one.assignment_id == step.actor.assignment_id]
    return any((one.side, one.note, one.held_on) == (contact.side, note, contact.held_on) for one in mine)
