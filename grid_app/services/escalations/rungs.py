"""Telling one rung: an inbox row per unit (the record) and an outbox row per device (the knock on the door)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Notice, Unit
from grid_app.models.escalations import Escalation, EscalationPolicy, InboxItem, OutboxMessage
from grid_app.policy import Role
from grid_app.services.audit import record_audit
from grid_app.services.escalations.ladders import INBOX, ladder_of, rungs_of
from grid_app.services.escalations.messages import message_of
from grid_app.services.escalations.rows import insert_once, note_event
from grid_app.services.escalations.targets import (
    Matter,
    accounts_of,
    codes_on,
    devices_to_tell,
    matter_of,
    units_to_tell,
)
from notifications.ladder import Rung

NOTICE_KIND: Final = "escalation"

_log = logging.getLogger(__name__)


def tell_from(session: Session, escalation: Escalation, *, rung: int, now: datetime) -> None:
    """Tell the units of ``rung`` and start its waiting time now.

    A rung on which nobody may be told is written into the history and the next one is told at once: an
    escalation never waits for nobody. When no rung is left the escalation is exhausted: it stays in every
    inbox it lies in, and people are asked to pick up the telephone.
    """
    policy = session.get_one(EscalationPolicy, escalation.policy_id)
    ladder = ladder_of(rungs_of(policy), escalation.grade)
    matter = matter_of(session, escalation)
    for number in range(rung, len(ladder.rungs)):
        if _tell(session, escalation, matter, number=number, rung=ladder.rungs[number], now=now):
            escalation.rung, escalation.rung_started_at = number, now
            escalation.next_step_at = now + ladder.rungs[number].wait
            return
    exhaust(session, escalation, matter, now=now)


def exhaust(session: Session, escalation: Escalation, matter: Matter, *, now: datetime) -> None:
    """Mark an escalation that no rung has taken up, and tell people to settle it by telephone."""
    escalation.state, escalation.next_step_at = "exhausted", None
    note_event(session, escalation.id, "exhausted", rung=escalation.rung, now=now)
    record_audit(session, None, "escalation.exhausted", now=now, target=("escalation", str(escalation.id)))
    _log.error("escalation exhausted", extra={"escalation_id": str(escalation.id)})
    lies_somewhere = session.scalar(select(InboxItem.id).where(InboxItem.escalation_id == escalation.id).limit(1))
    sentence = f"提醒{escalation.code}各级都没有确认收到。请直接打电话落实,再在收件箱里确认。"
    accounts = set(accounts_of(session, role=Role.COUNTY_LEAD, path=matter.path, now=now))
    if lies_somewhere is None:
        sentence = f"提醒{escalation.code}没有可以通知的单位。请检查升级顺序,并给这些单位设置人员。"
        accounts |= set(accounts_of(session, role=Role.SECURITY_ADMIN, path=matter.path, now=now))
    for account_id in sorted(accounts):
        session.add(
            Notice(
                account_id=account_id,
                kind=NOTICE_KIND,
                text=sentence,
                url=f"/inbox/{escalation.id}" if lies_somewhere else "",
                created_at=now,
            )
        )


def _tell(session: Session, escalation: Escalation, matter: Matter, *, number: int, rung: Rung, now: datetime) -> bool:
    """Say whether anybody stands on the rung, having told them."""
    units = units_to_tell(session, matter, kind=rung.unit_kind, now=now)
    for unit in units:
        item = {"escalation_id": escalation.id, "unit_id": unit.id, "rung": number, "created_at": now}
        insert_once(session, InboxItem, item)
        devices = 0
        if any(channel != INBOX for channel in rung.channels):
            devices = _knock(session, escalation, matter, unit, number=number, wait=rung.wait, now=now)
        note_event(session, escalation.id, "told", rung=number, now=now, unit_id=unit.id, details={"devices": devices})
    if not units:
        details = {"unit_kind": rung.unit_kind, "county": codes_on(matter.path)[0]}
        note_event(session, escalation.id, "nobody", rung=number, now=now, details=details)
    return bool(units)


def _knock(
    session: Session,
    escalation: Escalation,
    matter: Matter,
    unit: Unit,
    *,
    number: int,
    wait: timedelta,
    now: datetime,
) -> int:
    """Return how many devices of the unit have a message waiting for them."""
    devices = devices_to_tell(session, unit, matter, now=now)
    message = message_of(
        matter,
        escalation_id=escalation.id,
        code=escalation.code,
        grade=escalation.grade,
        due=now + wait,
    )
    for device in devices:
        row = {
            "dedupe_key": f"{escalation.id}:{number}:{device.id}",
            "escalation_id": escalation.id,
            "subscription_id": device.id,
            "channel": "webpush",
            "message": message,
            "state": "due",
            "due_at": now,
            "tries": 0,
            "created_at": now,
        }
        insert_once(session, OutboxMessage, row)
    return len(devices)
