"""Verifying a sample: a try that reached nobody, what the resident said, whether a refusal was right.

Only the unit that the draw named does it, and nobody in it who handled the matter. What the resident said is encrypted
and read by that unit alone; the history of the matter tells only what was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Assignment, Unit
from grid_app.models.callbacks import CallbackSample, CallbackTry
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.residents import ResidentComplaint
from grid_app.policy import Action, Actor
from grid_app.queries.callbacks import days_tried
from grid_app.security.fields import FieldCipher
from grid_app.services.handling.steps import take_up_again
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import Step, opened, permitted, write, written
from grid_app.services.residents.routing import above, tell_office
from grid_app.services.residents.said import ANSWER_DAYS, RIGHTS, SIGNED_AWAY
from grid_app.vocabulary.callbacks import (
    CALL_RESULTS,
    REFUSED,
    STATE_WORDS,
    TOLD_WORDS,
    VERDICTS,
    WAY_WORDS,
    callback_rules,
)

CALLED_BACK: Final = "called_back"
LEAST: Final = 5
HANDLED: Final = ("closed", "settled_on_spot", "work_recorded", "closing_proposed", "not_accepted")
NOT_YOURS: Final = "没有这件抽查,或者它不由您的单位核实。"
TAKEN_UP: Final = "抽查回访没有核实:当事人说的和记录不一样,重新办理。"
OVERRULED: Final = "上一级抽查后认为应当受理。"
NOT_SAVED: Final = "还没有保存,已填的都还在。"


@dataclass(frozen=True)
class Call:
    """Who verifies which sample, and when."""

    sample_id: UUID
    actor: Actor
    now: datetime


@dataclass(frozen=True)
class Heard:
    """What a call-back heard: verified or not, whether they had been told how it went, and the resident's own words.

    ``asked_to_waive``: somebody had asked the resident to give up petition, lawsuit or report. ``take_up``: the matter
    is taken up again at once, where it was not verified.
    """

    result: str
    told: str
    words: str
    asked_to_waive: bool = False
    take_up: bool = False


@dataclass(frozen=True)
class Verdict:
    """What the level above thinks of a refusal, and why; a wrong one can be taken up at once."""

    result: str
    reason: str
    take_up: bool = False


def record_try(session: Session, call: Call, *, way: str) -> bool:
    """Record that nobody was reached; return whether that is the result, after so many different days.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        The sample is not this unit's, the person handled the matter, it is done already, or the way is missing.
    """
    row, dispute, step = _claimed(session, call)
    if way not in WAY_WORDS:
        raise InvalidError(NOT_SAVED, fields={"way": "请选电话还是上门。"})
    session.add(CallbackTry(sample_id=row.id, at=call.now, way=way, assignment_id=call.actor.assignment_id))
    session.flush()  # the days are counted below
    if len({local_date(at) for at in days_tried(session, row.id)}) < callback_rules().days:
        return False
    _end(row, call, "not_reached")
    write(session, step, dispute, kind=CALLED_BACK, note=_found(row), details={"result": row.state})
    return True


def record_result(session: Session, call: Call, *, heard: Heard, cipher: FieldCipher) -> None:
    """Record what the resident said; the history tells the result, the words stay with the verifying unit.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        As for a try; also when the result or its words are missing.
    """
    row, dispute, step = _claimed(session, call)
    least = LEAST if heard.result == "not_verified" else 0
    errors = {} if heard.result in CALL_RESULTS else {"result": "请选核实了还是没有核实。"}
    if heard.told not in TOLD_WORDS:
        errors["told"] = "请问一句:办的时候有没有人告诉进展。"
    if errors or row.stratum == REFUSED:
        raise InvalidError(NOT_SAVED, fields=errors or {"result": "这是不予受理的抽查,请写是对还是错。"})
    words = _words(heard.words, what="当事人怎么说的", least=least)
    _end(row, call, heard.result)
    row.told = heard.told == "yes"
    row.words_sealed = _sealed(row, words, cipher)
    write(session, step, dispute, kind=CALLED_BACK, note=_found(row), details={"result": row.state})
    if heard.asked_to_waive:
        _to_the_county(session, dispute, cipher=cipher, now=call.now)
    if heard.take_up and heard.result == "not_verified" and dispute.state == "closed":
        take_up_again(session, step, dispute, reason=TAKEN_UP)


def record_verdict(session: Session, call: Call, *, verdict: Verdict, cipher: FieldCipher) -> None:
    """Record whether a refusal was right; a wrong one is accepted on the spot when the verifier says so.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        As for a result.
    """
    row, dispute, step = _claimed(session, call)
    if verdict.result not in VERDICTS or row.stratum != REFUSED:
        raise InvalidError(NOT_SAVED, fields={"result": "请选不予受理是对的,还是应当受理。"})
    reason = _words(verdict.reason, what="为什么这样看", least=LEAST)
    _end(row, call, verdict.result)
    row.words_sealed = _sealed(row, reason, cipher)
    write(session, step, dispute, kind=CALLED_BACK, note=_found(row), details={"result": row.state})
    if verdict.take_up and verdict.result == "wrong" and dispute.state == "not_accepted":
        target = target_of("overrule", state=dispute.state, category=dispute.category)
        dispute.accepted_at = call.now
        write(session, step, dispute, kind="accepted", to_state=target, note=OVERRULED)
        regrade(session, dispute, now=call.now)


def words_of(row: CallbackSample, cipher: FieldCipher) -> str:
    """Return what was heard, or why a refusal was right or wrong; the caller has asked the right."""
    return cipher.decrypt(row.words_sealed, context=_context(row)) if row.words_sealed else ""


def took_part(session: Session, actor: Actor, dispute_id: UUID) -> bool:
    """Say whether the person behind ``actor`` handled or decided the matter, in whatever role."""
    own = select(Assignment.id).where(Assignment.account_id == actor.account_id)
    found = exists().where(
        DisputeEvent.dispute_id == dispute_id, DisputeEvent.kind.in_(HANDLED), DisputeEvent.assignment_id.in_(own)
    )
    return bool(session.scalar(select(found)))


def _claimed(session: Session, call: Call) -> tuple[CallbackSample, Dispute, Step]:
    """Return the sample, its dispute and the step on it, locked, when this person may verify it."""
    row = session.get(CallbackSample, call.sample_id)
    if row is None or row.verifier_unit_id != call.actor.unit_id:
        raise NotFoundError(NOT_YOURS)
    step = permitted(Step(row.dispute_id, call.actor, 0, call.now), Action.HANDLE_DISPUTE)
    dispute = opened(session, step)
    session.refresh(row, with_for_update=True)
    if took_part(session, call.actor, dispute.id):
        raise ForbiddenError("您办过这件事,要由本单位另一位同事核实。填写的内容没有保存。")
    if row.state != "waiting":
        raise ConflictError("这件抽查刚才已经有了结果。您写的还在下面。", code="overtaken")
    return row, dispute, step


def _words(typed: str, *, what: str, least: int) -> str:
    if sum(sign.isalnum() for sign in typed) < least:
        raise InvalidError(NOT_SAVED, fields={"words": f"请写明{what},至少 {least} 个字。"})
    return written(typed, field="words", what=what, least=0)


def _end(row: CallbackSample, call: Call, state: str) -> None:
    row.state, row.ended_at, row.ended_by = state, call.now, call.actor.assignment_id


def _found(row: CallbackSample) -> str:
    """Return what the history tells: what was found, never what was said."""
    return f"结果:{STATE_WORDS[row.state]}。"


def _sealed(row: CallbackSample, words: str, cipher: FieldCipher) -> str | None:
    return cipher.encrypt(words, context=_context(row)) if words else None


def _context(row: CallbackSample) -> str:
    return f"callback_samples.words:{row.id}"


def _to_the_county(session: Session, dispute: Dispute, *, cipher: FieldCipher, now: datetime) -> None:
    """Send to the county, under seal, that somebody was asked to give up a right (信访工作条例 18)."""
    unit = session.get(Unit, dispute.owner_unit_id) if dispute.owner_unit_id else None
    to = above(session, unit, dispute, at_least_county=True)
    if to is None:
        return
    key = new_id()
    session.add(
        ResidentComplaint(
            id=key, dispute_id=dispute.id, kind=RIGHTS, about_unit_id=unit.id if unit else None, to_unit_id=to.id,
            words_sealed=cipher.encrypt(SIGNED_AWAY, context=f"resident_complaints.words:{key}"), at=now,
            due_on=local_date(now) + timedelta(days=ANSWER_DAYS),
        )
    )  # fmt: skip
    tell_office(session, to.id, key, kind="resident_complaint", now=now)
