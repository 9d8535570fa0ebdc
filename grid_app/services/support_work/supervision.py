"""Supervision (督办) of a matter or of a unit's duty: what was missed, until when, how, the answer, the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.support_work import Supervision
from grid_app.services.handling.contacts import require_contacts
from grid_app.services.matters.step import Step, opened, write, written
from grid_app.services.support_work.asked import (
    LONGEST_NUMBER,
    NOT_SAVED,
    Desk,
    answer,
    asked_row,
    due_day,
    end,
    is_new,
    matter_of,
    refuse_names,
    require_office,
    short,
    together,
    told,
    unit_asked,
)
from grid_app.vocabulary.words import OPEN_STATES

METHOD_WORDS: Final = {"remind": "催办", "letter": "督办函", "talk": "约谈单位", "listed": "挂牌督办"}
METHOD_HINTS: Final = {
    "remind": "电话或平台提醒单位",
    "letter": "发函,有文号",
    "talk": "约谈单位负责人谈工作,不谈群众",
    "listed": "列入挂牌督办,到办结为止",
}


@dataclass(frozen=True)
class Supervising:
    """What is supervised: the matter by its number (or none: a unit's duty), the unit, how, what was missed."""

    unit_id: UUID | None
    method: str
    missed: str
    due_on: date | None
    matter: str = ""
    document_no: str = ""


def supervise(session: Session, desk: Desk, *, key: UUID, asked: Supervising) -> Supervision:
    """Open a supervision; of a matter it is a step of its history, after both talks where the policy asks for them.

    Raises
    ------
    InvalidError
        Something is missing, or the talks are.
    """
    require_office(desk)
    is_new(session, Supervision, key)
    together(
        lambda: written(asked.missed, field="missed", what="哪项职责没有按时做到", least=5),
        lambda: due_day(desk, asked.due_on),
        lambda: unit_asked(session, desk, asked.unit_id),
        lambda: asked.matter.strip() and matter_of(session, desk, asked.matter),
    )
    missed = written(asked.missed, field="missed", what="哪项职责没有按时做到", least=5)
    number = short(asked.document_no, field="document_no", what="文号", longest=LONGEST_NUMBER)
    if asked.method not in METHOD_WORDS:
        raise InvalidError(NOT_SAVED, fields={"method": "请选督办方式。"})
    if asked.method == "letter" and not number:
        raise InvalidError(NOT_SAVED, fields={"document_no": "督办函要写文号。"})
    due_on = due_day(desk, asked.due_on)
    unit = unit_asked(session, desk, asked.unit_id)
    refuse_names(session, {"missed": missed}, [unit.id])
    dispute = matter_of(session, desk, asked.matter) if asked.matter.strip() else None
    row = Supervision(
        id=key, dispute_id=dispute.id if dispute else None, unit_id=unit.id, by_unit_id=desk.actor.unit_id,
        method=asked.method, document_no=number, missed=missed, due_on=due_on, opened_at=desk.now,
        opened_by=desk.actor.assignment_id,
    )  # fmt: skip
    if dispute is not None:
        _on_matter(session, desk, dispute, row)
    session.add(row)
    told(session, desk, row, "opened", texts=[missed])
    return row


def answer_supervision(session: Session, desk: Desk, *, key: UUID, reply: str) -> None:
    """Keep what the supervised unit answers; of a matter it stands in its history too."""
    row = asked_row(session, Supervision, key, desk)
    answer(session, row, desk, reply=reply, what="做了什么、什么时候办好")
    _write(session, desk, row, "supervision_answered", row.reply)


def end_supervision(session: Session, desk: Desk, *, key: UUID, closing: str) -> None:
    """End a supervision; only the unit that opened it does."""
    row = asked_row(session, Supervision, key, desk)
    end(session, row, desk, closing=closing)
    _write(session, desk, row, "supervision_closed", row.closing)


def _on_matter(session: Session, desk: Desk, dispute: Dispute, row: Supervision) -> None:
    if dispute.state not in OPEN_STATES:
        raise ConflictError("这件事已经结束,不能督办。对单位的职责督办,请不填编号。", code="wrong_state")
    if dispute.owner_unit_id != row.unit_id:
        raise InvalidError(NOT_SAVED, fields={"unit": "督办一件事,单位要选现在办理它的单位。"})
    step = _step(desk, dispute)
    held = opened(session, step)
    require_contacts(session, step, held, before="supervise", unit_id=row.unit_id)
    details = {"unit": str(row.unit_id), "method": row.method, "due_on": row.due_on.isoformat()}
    write(session, step, held, kind="supervised", note=row.missed, details=details)


def _write(session: Session, desk: Desk, row: Supervision, kind: str, note: str) -> None:
    """Write a step into the matter's history, also when the writer's unit no longer handles it."""
    dispute = session.get(Dispute, row.dispute_id, with_for_update={"key_share": True}) if row.dispute_id else None
    if dispute is not None:
        write(session, _step(desk, dispute), dispute, kind=kind, note=note, details={"unit": str(row.unit_id)})


def _step(desk: Desk, dispute: Dispute) -> Step:
    return Step(dispute.id, desk.actor, dispute.version, desk.now)
