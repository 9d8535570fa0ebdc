"""Trying one endpoint: a message through the same outbox as every other one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.escalations import OutboxMessage
from grid_app.policy import Actor
from grid_app.services.audit import record_audit
from grid_app.services.channels.endpoints import endpoint_in_area
from grid_app.services.escalations.receipts import new_receipt
from grid_app.services.escalations.rows import insert_once
from grid_app.vocabulary.channels import PHONE
from notifications.messages import Message

TEST_TTL_SECONDS: Final = 600


def send_endpoint_test(session: Session, *, endpoint_id: UUID, actor: Actor, now: datetime) -> bool:
    """Put a test message for an endpoint into the outbox; asked again within the same minute, it adds nothing.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        As `endpoint_in_area`; a telephone is rung by a person.
    """
    row = endpoint_in_area(session, endpoint_id, actor)
    if row.kind == PHONE:
        raise InvalidError("电话要由人来试打。打过以后,请在“通道自检”页这个单位下面记一次。")
    kind = {"kind": row.kind}
    record_audit(session, actor, "channel.tested", now=now, target=("channel_endpoint", str(row.id)), details=kind)
    message = Message(
        key=f"test-{row.id}",
        title="通道测试",
        body="这里能收到提醒。收到的人不用处理。",
        url=f"/reachability/{row.unit_id}",
        urgency="high",
        ttl_seconds=TEST_TTL_SECONDS,
    )
    return insert_once(
        session,
        OutboxMessage,
        {
            "dedupe_key": f"test:{row.id}:{now:%Y%m%d%H%M}",
            "endpoint_id": row.id,
            "unit_id": row.unit_id,
            "purpose": "test",
            "receipt": new_receipt(),
            "channel": row.kind,
            "message": asdict(message),
            "state": "due",
            "due_at": now,
            "tries": 0,
            "created_at": now,
        },
    )
