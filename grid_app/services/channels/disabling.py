"""Taking an endpoint out of use; where it was the last way to reach its office, with the office that must act."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.channels import ChannelEndpoint
from grid_app.policy import Actor, Role
from grid_app.queries.channels import is_last_way, successors_of
from grid_app.queries.reachability import Office
from grid_app.services.alarms import raise_alarm
from grid_app.services.audit import record_audit
from grid_app.services.channels.endpoints import REASON_LENGTH, clear_alarms, endpoint_in_area, stop_waiting
from grid_app.services.notices import Line, tell_unit
from grid_app.vocabulary.channels import KIND_WORDS
from notifications.messages import PersonalWordsError, assert_no_personal_words

CHANNEL_DEAD: Final = "channel_dead"
NOTICE_KIND: Final = "channel_missing"
TOLD: Final = (Role.COUNTY_OFFICER, Role.COUNTY_LEAD, Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD)


def disable_endpoint(
    session: Session, *, endpoint_id: UUID, reason: str, successor_id: UUID | None, actor: Actor, now: datetime
) -> None:
    """Take an endpoint out of use; what waits for it is stopped.

    Where the office has no other way left but its inbox and telephone, ``successor_id`` names the office that must
    see to another one: it is told, and an alarm stands until there is one.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        As `endpoint_in_area`; no reason; the last way of an office and nobody named who must act.
    """
    row = endpoint_in_area(session, endpoint_id, actor)
    words = _reason(reason)
    last = is_last_way(session, row.id)
    named = {one.unit_id: one for one in successors_of(session, row.unit_id)}
    if last and successor_id not in named:
        sentence = "这是这个单位最后一个对外的通道。请选由谁来补上,选好再停用。"
        raise InvalidError("还没有停用,请看下面。", fields={"successor": sentence})
    record_audit(
        session, actor, "channel.disabled", now=now, target=("channel_endpoint", str(row.id)),
        details={"kind": row.kind, "last": last, "successor": str(successor_id) if last else ""},
    )  # fmt: skip
    row.disabled_at, row.disabled_reason = now, words
    stop_waiting(session, row.id, now=now)
    clear_alarms(session, row.id, now=now, why="已停用")
    if last and successor_id is not None:
        _name_successor(session, row, named[successor_id], actor=actor, now=now)


def missing_key(unit_id: UUID) -> str:
    """Return the key of the alarm that an office cannot be reached from outside at all."""
    return f"unit:{unit_id}"


def _name_successor(session: Session, row: ChannelEndpoint, successor: Office, *, actor: Actor, now: datetime) -> None:
    unit = session.get_one(Unit, row.unit_id)
    text = (
        f"{unit.name}的{KIND_WORDS[row.kind]}“{row.name}”已停用,这个单位没有别的对外通道了。"
        f"请{successor.name}负责补上:告诉安全管理员登记新的,或在手机上开通“本机推送”。"
    )
    raise_alarm(
        session, kind=CHANNEL_DEAD, key=missing_key(unit.id), text=text, division_code=unit.division_code,
        unit_id=unit.id, now=now,
    )  # fmt: skip
    line = Line(NOTICE_KIND, text, f"/reachability/{unit.id}")
    tell_unit(session, line, successor.unit_id, roles=TOLD, now=now, but=actor.account_id)


def _reason(typed: str) -> str:
    words = " ".join(typed.split())
    problem = "" if 2 <= len(words) <= REASON_LENGTH else f"请写明为什么停用,最多 {REASON_LENGTH} 个字。"
    try:
        assert_no_personal_words(words)
    except PersonalWordsError:
        problem = "原因里像是有个人的称呼或者号码。请只写单位、岗位和事情。"
    if problem:
        raise InvalidError("还没有停用,请看下面。", fields={"reason": problem})
    return words
