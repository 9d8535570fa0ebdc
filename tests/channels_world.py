"""Endpoints, messages and receipts for tests of channels, on top of the small county."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.channels import Alarm, ChannelEndpoint
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage
from grid_app.security.fields import FieldCipher
from grid_app.services.channels.reading import Border
from tests.world import World

CIPHER: Final = FieldCipher({1: b"k" * 32})
WECOM_KEY: Final = "693a91f6-7aaa-4bc4-97a0-0ec2aaaaabcd"
DINGTALK_TOKEN: Final = "0123456789abcdef" * 4
FEISHU_TOKEN: Final = "5f8b0000-6aaa-4faa-9aaa-aaaaaaaawxyz"


def _listed(url: str) -> None:
    if "//hook.county.example.com/" not in url:
        raise ValueError("主机不在名单里。")


BORDER: Final = Border(
    robot_bases={
        "wecom": "https://qyapi.weixin.qq.com",
        "dingtalk": "https://oapi.dingtalk.com",
        "feishu": "https://open.feishu.cn",
    },
    check_url=_listed,
)


def put_endpoint(
    session: Session,
    world: World,
    unit: str = "township",
    *,
    kind: str = "dingtalk",
    at: datetime,
    name: str = "值班群",
) -> UUID:
    """Put an endpoint into a unit as it stands after somebody entered it, and return its id."""
    found = new_id()
    session.add(
        ChannelEndpoint(
            id=found, unit_id=world.units[unit], kind=kind, name=name, sealed=CIPHER.encrypt("{}", context=f"{found}"),
            hint="尾号 cdef", created_at=at,
        )
    )  # fmt: skip
    session.flush()
    return found


def put_message(
    session: Session, *, at: datetime, state: str = "sent", endpoint: UUID | None = None, device: UUID | None = None,
    purpose: str = "escalation", code: str = "", delivered: bool = False,
) -> UUID:  # fmt: skip
    """Put a message that has ended (or is still due) into the outbox and return its id."""
    found = new_id()
    session.add(
        OutboxMessage(
            id=found, dedupe_key=f"{found}", endpoint_id=endpoint, subscription_id=device, purpose=purpose,
            channel="dingtalk" if endpoint else "webpush", message={}, state=state, due_at=at, tries=1, created_at=at,
            finished_at=None if state == "due" else at, delivered_at=at if delivered else None,
        )
    )  # fmt: skip
    session.flush()
    if code:
        session.add(DeliveryAttempt(outbox_id=found, at=at, outcome="refused", detail=f"{code} sign not match"))
        session.flush()
    return found


def answer_probe(session: Session, target: UUID, *, at: datetime) -> None:
    """Let what was probed answer: an endpoint takes the message, a device says that it has shown it."""
    waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.purpose == "probe")).all()
    for row in waiting:
        if target in (row.endpoint_id, row.subscription_id) and row.state == "due":
            row.state, row.finished_at = "sent", at
            row.delivered_at = at if row.subscription_id else None
    session.flush()


def standing_alarms(session: Session) -> dict[str, str]:
    """Return the texts of the alarms that stand, by their key."""
    session.flush()
    rows = session.execute(select(Alarm.key, Alarm.text).where(Alarm.cleared_at.is_(None)))
    return {row.key: row.text for row in rows}
