"""The most pushes that a person gets in a day: what comes after goes out next morning in one digest, if it still waits.

Present danger and a current incident are neither held nor counted. The inbox has everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.database.once import insert_once
from grid_app.models.escalations import HELD, Escalation, OutboxMessage, PushSubscription
from grid_app.services.escalations.course import QUIET, office_hours
from grid_app.services.escalations.events import DANGER
from grid_app.services.escalations.receipts import new_receipt
from notifications.messages import compose_digest

PUSHES_A_DAY: Final = 12
"""Most pushes to one account in a day that are no danger."""
DIGEST_KEY: Final = "merged:"
"""Keys of messages that are made up when they are sent, of what was merged into them and still waits then."""


def full_today(session: Session, devices: Iterable[PushSubscription], now: datetime) -> set[UUID]:
    """Return the accounts that have had as many pushes today as one person is to have."""
    counted = session.execute(
        select(PushSubscription.account_id, func.count(func.distinct(OutboxMessage.escalation_id)))
        .join(OutboxMessage, OutboxMessage.subscription_id == PushSubscription.id)
        .join(Escalation, Escalation.id == OutboxMessage.escalation_id)
        .where(
            PushSubscription.account_id.in_({device.account_id for device in devices}),
            OutboxMessage.purpose == "escalation",
            OutboxMessage.created_at >= _midnight(now),
            OutboxMessage.dedupe_key.not_like(f"{HELD}%"),
            Escalation.urgency != DANGER,
        )
        .group_by(PushSubscription.account_id)
    )
    return {account for account, count in counted if count >= PUSHES_A_DAY}


def digest_due(session: Session, now: datetime) -> datetime:
    """Return when the digest of what is held today goes out: on the morning of the next day."""
    tomorrow = (_midnight(now) + timedelta(days=1)).astimezone(now.tzinfo)
    return QUIET.heard_at(tomorrow, danger=False, grade="red", hours=office_hours(session))


def digest_for(session: Session, device: PushSubscription, row: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """Put a device's digest of the next day into the outbox, once, and return what a message has that waits inside it.

    The digest counts what still waits when it is sent, and is not sent when nothing does.
    """
    digest_id = uuid5(NAMESPACE_OID, f"{device.id}:{_midnight(now):%Y%m%d}")
    key = f"{DIGEST_KEY}{digest_id}"
    digest = {
        "id": digest_id,
        "dedupe_key": key,
        "subscription_id": device.id,
        "unit_id": device.unit_id,
        "channel": row["channel"],
        "purpose": "digest",
        "rung": 0,
        "receipt": new_receipt(),
        "message": asdict(compose_digest(1, "", "/inbox", key)),
        "state": "due",
        "due_at": digest_due(session, now),
        "tries": 0,
        "created_at": now,
    }
    insert_once(session, OutboxMessage, digest)
    return {"dedupe_key": f"{HELD}{row['dedupe_key']}", "state": "merged", "merged_into": digest_id}


def _midnight(now: datetime) -> datetime:
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0)
