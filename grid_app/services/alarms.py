"""Alarms about the telling itself: raised once, standing until mended, cleared by what mended it or by a person."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.database.once import insert_once
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.channels import Alarm
from grid_app.models.places import Division
from grid_app.policy import Actor
from grid_app.services.audit import record_audit

BY_ITSELF: Final = "已经恢复"
LONGEST_WHY: Final = 200

_log = logging.getLogger(__name__)


def raise_alarm(
    session: Session,
    *,
    kind: str,
    key: str,
    text: str,
    division_code: str,
    unit_id: UUID | None = None,
    escalation_id: UUID | None = None,
    now: datetime,
) -> bool:
    """Let an alarm stand and say whether it is new; one that stands under the same key stays as it is.

    Parameters
    ----------
    kind
        Such as ``exhausted``, ``roster_gap``, ``channel_dead``, ``audit_difference``; at most 30 signs.
    key
        Names the trouble, at most 120 signs: the same trouble has one alarm at a time.
    text
        What is wrong and who must do what, zh-CN, never about a person.
    division_code
        The place whose offices see it.
    """
    row = {
        "kind": kind, "key": key, "text": text, "division_code": division_code, "unit_id": unit_id,
        "escalation_id": escalation_id, "raised_at": now, "cleared_why": "",
    }  # fmt: skip
    session.flush()  # rows of the caller's that the alarm points to
    new = insert_once(session, Alarm, row)
    if new:
        _log.error("alarm %s raised", kind, extra={"alarm": key})
    return new


def clear_alarm(session: Session, *, key: str, now: datetime, why: str = BY_ITSELF) -> bool:
    """Clear the alarm that stands under a key and say whether one stood."""
    cleared = session.execute(
        update(Alarm)
        .where(Alarm.key == key, Alarm.cleared_at.is_(None))
        .values(cleared_at=now, cleared_why=why[:LONGEST_WHY])
        .execution_options(synchronize_session=False)
        .returning(Alarm.id)
    )
    return cleared.first() is not None


def clear_by_hand(session: Session, *, alarm_id: UUID, why: str, actor: Actor, now: datetime) -> None:
    """Clear an alarm that does not clear by itself, with the reason.

    Raises
    ------
    NotFoundError, InvalidError
        No such alarm stands in the actor's area; the reason is missing or too long.
    """
    words = why.strip()
    if not words or len(words) > LONGEST_WHY:
        raise InvalidError("请写明怎样处理的(200 字以内),告警还没有解除。", fields={"why": "请写明怎样处理的"})
    below = select(Division.code).where(Division.path.startswith(actor.division_path, autoescape=True))
    cleared = session.execute(
        update(Alarm)
        .where(Alarm.id == alarm_id, Alarm.cleared_at.is_(None), Alarm.division_code.in_(below))
        .values(cleared_at=now, cleared_by=actor.assignment_id, cleared_why=words)
        .execution_options(synchronize_session=False)
        .returning(Alarm.kind)
    ).first()
    if cleared is None:
        raise NotFoundError("没有找到这条告警,可能已经解除。")
    target = ("alarm", str(alarm_id))
    record_audit(session, actor, "alarm.cleared", now=now, target=target, details={"kind": cleared.kind})
