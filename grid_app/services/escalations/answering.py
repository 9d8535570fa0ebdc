"""What an office does with an escalation besides taking it up: says it has acted, passes it on, rings somebody up."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.channels import PhoneCall
from grid_app.models.escalations import Escalation
from grid_app.policy import Actor, Role
from grid_app.queries.inbox import WAITING_STATES, Desk
from grid_app.services.alarms import clear_alarm
from grid_app.services.audit import record_audit
from grid_app.services.escalations.acting import BY_WORD, note_acted
from grid_app.services.escalations.knocks import Knock
from grid_app.services.escalations.ladder_rows import UNIT_KIND_WORDS
from grid_app.services.escalations.rows import note_event
from grid_app.services.escalations.rungs import exhausted_key, stand_on, tell_unit, telling_of
from grid_app.services.escalations.taking import open_to, stop_messages
from grid_app.services.escalations.targets import matter_of, units_to_tell
from notifications.ladder import Ladder, LadderError
from notifications.messages import PersonalWordsError, assert_no_personal_words

LONGEST_REASON: Final = 200
LONGEST_WHO: Final = 60
CALL_OUTCOMES: Final = {"answered": "有人接听", "no_answer": "没有人接", "wrong_number": "号码不对"}


@dataclass(frozen=True)
class CallNote:
    """What came of a call: an outcome, the office's word for who answered, and when it was made."""

    outcome: str
    answered_by: str
    called_at: datetime


def say_acted(session: Session, *, escalation_id: UUID, actor: Actor, now: datetime) -> None:
    """Record that the office that took an escalation up has acted on it.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError
        Not the actor's to answer; or it has not been taken up, or by another office.
    """
    escalation, desk = open_to(session, escalation_id=escalation_id, actor=actor, hold=True)
    if escalation.state != "acknowledged":
        raise ConflictError("这条提醒现在不在“已确认收到”的状态,没有记录。请刷新本页看最新情况。")
    if escalation.acknowledged_unit_id != desk.unit_id:
        raise ConflictError("这条提醒是别的单位确认的,由那个单位记录处置。")
    note_acted(session, escalation, at=now, now=now, how=BY_WORD)
    _audit(session, (actor, desk), "escalation.acted", escalation, now=now)


def offices_for(session: Session, *, escalation_id: UUID, actor: Actor, now: datetime) -> list[Unit]:
    """Return the offices that an escalation may be handed over to, in the order of their kinds."""
    escalation, desk = open_to(session, escalation_id=escalation_id, actor=actor)
    matter = matter_of(session, escalation)
    found = [unit for kind in UNIT_KIND_WORDS for unit in units_to_tell(session, matter, kind=kind, now=now)]
    return [unit for unit in found if unit.id != desk.unit_id]


def hand_over(session: Session, *, escalation_id: UUID, to_unit: UUID, reason: str, actor: Actor, now: datetime) -> str:
    """Pass an escalation on to another office, with the reason, and return its name; the rung's time begins anew.

    Raises
    ------
    ForbiddenError, NotFoundError
        Not the actor's to answer; no such office may be told of the matter.
    InvalidError
        No reason, one too long, or one that holds a person's number.
    ConflictError
        It has been passed on as often as the ladder allows, or has been acted on.
    """
    words = _reason(reason)
    escalation, desk = open_to(session, escalation_id=escalation_id, actor=actor, hold=True)
    if escalation.state == "acted":
        raise ConflictError("这条提醒已经处置,不用再转交。")
    if not may_pass_on(escalation.state, escalation.acknowledged_unit_id, actor, {desk.unit_id}):
        raise ConflictError("这条提醒是别的单位确认的,由那个单位转交。")
    unit = next((one for one in offices_for(session, escalation_id=escalation_id, actor=actor, now=now)
                 if one.id == to_unit), None)  # fmt: skip
    if unit is None:
        raise NotFoundError("不能转给这个单位:它不在可选范围内,或者不能知道这件事。请重新选择。")
    ladder, telling = _telling_here(session, escalation, now=now)
    if escalation.bounces >= ladder.bounce_limit:
        raise ConflictError(
            f"这条提醒已经转交 {escalation.bounces} 次,不能再转。请在本单位处置,或请县级领导值班定由谁办。"
        )
    escalation.bounces += 1
    escalation.acknowledged_at = escalation.acknowledged_unit_id = escalation.acknowledged_by = None
    stop_messages(session, escalation.id, now=now)
    _ask_for_no_calls(session, escalation.id)
    clear_alarm(session, key=exhausted_key(escalation), now=now, why="已转交")
    note_event(
        session, escalation.id, "handed_over", rung=escalation.rung, now=now, unit_id=desk.unit_id, by=actor,
        acting_for=desk.lender, details={"to": str(unit.id), "to_name": unit.name, "reason": words},
    )  # fmt: skip
    tell_unit(session, telling, unit)
    stand_on(session, escalation, ladder, telling)
    _audit(session, (actor, desk), "escalation.handed_over", escalation, now=now, to=str(unit.id))
    return unit.name


def _telling_here(session: Session, escalation: Escalation, *, now: datetime) -> tuple[Ladder, Knock]:
    try:
        return telling_of(session, escalation, rung=escalation.rung, now=now)
    except (LadderError, IndexError) as error:
        raise ConflictError("这条提醒保存的升级顺序读不出来,不能转交。请打电话落实,并告诉系统管理员。") from error


def may_pass_on(state: str, taken_up_by: UUID | None, actor: Actor, units: Container[UUID]) -> bool:
    """Say whether an escalation may be handed over: what another office took up, only by that one or a county lead."""
    return state in WAITING_STATES or (
        state == "acknowledged" and (taken_up_by in units or actor.role is Role.COUNTY_LEAD)
    )


def record_call(session: Session, *, call_id: UUID, note: CallNote, actor: Actor, now: datetime) -> None:
    """Record what came of ringing an office up; when nobody answered, the call is asked for again.

    An answered call is proof that the office has been told, and no acknowledgement.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError
        Not the actor's to answer; no such call; somebody has recorded it already.
    InvalidError
        The outcome is unknown, who answered is missing, or the call lies ahead or before it was asked for.
    """
    call = session.get(PhoneCall, call_id)
    if call is None:
        raise NotFoundError("没有找到这个电话通知。请回到收件箱查看。")
    escalation, desk = open_to(session, escalation_id=call.escalation_id, actor=actor, hold=True)
    session.refresh(call)
    if call.outcome:
        raise ConflictError("这个电话已经有人记录了。请刷新本页查看。")
    _check_call(note, call, now)
    call.outcome, call.answered_by, call.called_at = note.outcome, note.answered_by.strip(), note.called_at
    call.recorded_at, call.recorded_by = now, actor.assignment_id
    if note.outcome != "answered" and escalation.state in WAITING_STATES:
        session.add(PhoneCall(escalation_id=call.escalation_id, unit_id=call.unit_id, rung=call.rung, asked_at=now))
    note_event(
        session, escalation.id, "called", rung=call.rung, now=now, unit_id=call.unit_id, by=actor,
        acting_for=desk.lender, details={"outcome": note.outcome, "at": note.called_at.isoformat()},
    )  # fmt: skip
    _audit(session, (actor, desk), "escalation.called", escalation, now=now, outcome=note.outcome)


def waiting_calls(session: Session, escalation_id: UUID, *, now: datetime) -> list[tuple[PhoneCall, Unit]]:
    """Return the calls about an escalation that are to be made by now and nobody has made, with the office to ring."""
    rows = session.execute(
        select(PhoneCall, Unit)
        .join(Unit, Unit.id == PhoneCall.unit_id)
        .where(PhoneCall.escalation_id == escalation_id, PhoneCall.outcome == "", PhoneCall.asked_at <= now)
        .order_by(PhoneCall.asked_at, PhoneCall.id)
    )
    return [(call, unit) for call, unit in rows]


def _ask_for_no_calls(session: Session, escalation_id: UUID) -> None:
    """Take back that offices are to be rung up which have it no longer; a call that was made stays in the history."""
    session.execute(delete(PhoneCall).where(PhoneCall.escalation_id == escalation_id, PhoneCall.outcome == ""))


def _check_call(note: CallNote, call: PhoneCall, now: datetime) -> None:
    if note.outcome not in CALL_OUTCOMES:
        raise InvalidError("请选电话的结果:有人接听、没有人接或号码不对。", fields={"outcome": "请选一项"})
    if note.outcome == "answered" and not note.answered_by.strip():
        raise InvalidError("请写明接听的人(例如:值班员),还没有记录。", fields={"answered_by": "请写明接听的人"})
    if len(note.answered_by.strip()) > LONGEST_WHO:
        raise InvalidError(f"接听的人请写在 {LONGEST_WHO} 字以内,还没有记录。", fields={"answered_by": "请写短一些"})
    asked_at = call.asked_at.replace(second=0, microsecond=0)  # forms know no seconds
    if not asked_at <= note.called_at <= now:
        raise InvalidError("打电话的时间要在要求打电话之后、现在之前,还没有记录。", fields={"called_at": "请改时间"})
    _reason(note.answered_by or "-")  # a word for the post, never a name


def _reason(text: str) -> str:
    words = text.strip()
    if not words or len(words) > LONGEST_REASON:
        raise InvalidError(f"请写明原因({LONGEST_REASON} 字以内),还没有转交。", fields={"reason": "请写明原因"})
    try:
        assert_no_personal_words(words)
    except PersonalWordsError as error:
        sentence = "里面像是有个人的称呼或者号码,没有保存。请只写单位、岗位和事情。"
        raise InvalidError(sentence, fields={"reason": "请去掉称呼和号码"}) from error
    return words


def _audit(
    session: Session, by: tuple[Actor, Desk], deed: str, escalation: Escalation, *, now: datetime, **details: str
) -> None:
    actor, desk = by
    record_audit(
        session,
        replace(actor, acting_for=desk.lender),
        deed,
        now=now,
        target=("escalation", str(escalation.id)),
        details={"unit": str(desk.unit_id), **details},
    )
