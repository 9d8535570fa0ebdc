"""Answering what residents asked: requests by who handles the matter, complaints by who is above the unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.residents import Evaluation, ResidentComplaint, ResidentRequest
from grid_app.policy import Action, Actor
from grid_app.queries.residents_office import ComplaintLine, complaints_for
from grid_app.security.fields import FieldCipher
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import Step, may_handle, opened, permitted, take_turn, written
from grid_app.services.matters.waivers import refuse_waivers

DECIDED: Final = {"done": "已经办好", "refused": "不能办,写明理由"}
LEAST: Final = 5


@dataclass(frozen=True)
class OpenWords:
    """A complaint as it is read: the line and its words in the clear, which go onto one page and nowhere else."""

    line: ComplaintLine
    words: str
    answer: str


def request_words(row: ResidentRequest, cipher: FieldCipher) -> str:
    """Return what a resident wrote with a request."""
    return cipher.decrypt(row.words_sealed, context=f"resident_requests.words:{row.id}") if row.words_sealed else ""


def request_answer(row: ResidentRequest, cipher: FieldCipher) -> str:
    """Return what the office answered to a request."""
    return cipher.decrypt(row.answer_sealed, context=f"resident_requests.answer:{row.id}") if row.answer_sealed else ""


def complaint_words(row: ResidentComplaint, cipher: FieldCipher) -> str:
    """Return what a resident complained of."""
    return cipher.decrypt(row.words_sealed, context=f"resident_complaints.words:{row.id}")


def complaint_answer(row: ResidentComplaint, cipher: FieldCipher) -> str:
    """Return what the level above answered."""
    sealed = row.answer_sealed
    return cipher.decrypt(sealed, context=f"resident_complaints.answer:{row.id}") if sealed else ""


def evaluation_words(row: Evaluation, cipher: FieldCipher) -> str:
    """Return what a resident added to an evaluation."""
    return cipher.decrypt(row.words_sealed, context=f"evaluations.words:{row.id}") if row.words_sealed else ""


def answer_request(
    session: Session, *, request_id: UUID, actor: Actor, decision: str, words: str, cipher: FieldCipher, now: datetime
) -> None:
    """Answer a request, a refusal with its reason (个人信息保护法 50); the resident reads it under the own code.

    Raises
    ------
    InvalidError
        The decision or its words are missing.
    ConflictError
        Somebody answered before.
    NotFoundError, ForbiddenError
        It is not in the scope, or somebody else handles the matter.
    """
    if decision not in DECIDED:
        raise InvalidError("还没有保存,已填的都还在。", fields={"decision": "请选办好了还是不能办。"})
    text = written(words, field="words", what="答复(写给当事人看)", least=LEAST)
    refuse_waivers({"words": text})
    row = session.get(ResidentRequest, request_id)
    if row is None:
        raise NotFoundError("没有这件要求,或者它不在您的范围内。")
    step = Step(row.dispute_id, actor, 0, now)
    may_handle(step, opened(session, step))
    session.refresh(row, with_for_update=True)
    if row.state != "open":
        raise ConflictError("这件要求刚才已经有人答复。您写的还在下面。", code="overtaken")
    row.state, row.answered_at, row.answered_by = decision, now, actor.assignment_id
    row.answer_sealed = cipher.encrypt(text, context=f"resident_requests.answer:{row.id}")
    target = ("dispute", str(row.dispute_id))
    record_audit(
        session, actor, "resident.request_answered", now=now, target=target,
        details={"kind": row.kind, "decision": decision},
    )  # fmt: skip


def read_complaints(session: Session, actor: Actor, *, cipher: FieldCipher, now: datetime) -> list[OpenWords]:
    """Return the complaints that ``actor`` may see, in the clear; reading them is one audit event."""
    lines = complaints_for(session, actor, now=now)
    if lines:
        record_audit(session, actor, "resident.complaints_read", now=now, details={"complaints": len(lines)})
    return [OpenWords(one, complaint_words(one.row, cipher), complaint_answer(one.row, cipher)) for one in lines]


def answer_complaint(
    session: Session, *, complaint_id: UUID, actor: Actor, words: str, cipher: FieldCipher, now: datetime
) -> None:
    """Answer a complaint of treatment; the answer goes to the resident alone.

    Raises
    ------
    InvalidError
        The words are missing.
    ConflictError
        Somebody answered before.
    NotFoundError
        There is no such complaint for this actor.
    """
    permitted(Step(complaint_id, actor, 0, now), Action.HANDLE_DISPUTE)
    text = written(words, field="words", what="答复(写给当事人看)", least=LEAST)
    refuse_waivers({"words": text})
    take_turn(session)
    found = complaints_for(session, actor, ResidentComplaint.id == complaint_id, now=now)
    if not found:
        raise NotFoundError("没有这件投诉,或者它不交给您。")
    row = session.scalars(select(ResidentComplaint).where(ResidentComplaint.id == complaint_id).with_for_update()).one()
    session.refresh(row)
    if row.answered_at is not None:
        raise ConflictError("这件投诉刚才已经有人答复。您写的还在下面。", code="overtaken")
    row.answered_at, row.answered_by = now, actor.assignment_id
    row.answer_sealed = cipher.encrypt(text, context=f"resident_complaints.answer:{row.id}")
    record_audit(session, actor, "resident.complaint_answered", now=now, target=("complaint", str(row.id)))
