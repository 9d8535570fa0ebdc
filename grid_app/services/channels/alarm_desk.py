"""Clearing an alarm by hand, by whoever sees it, where it does not clear itself."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, NotFoundError
from grid_app.policy import Actor
from grid_app.queries.alarms import alarms_seen
from grid_app.services.alarms import clear_by_hand
from grid_app.services.channels.disabling import CHANNEL_DEAD

CLEARS_ITSELF: Final = {
    CHANNEL_DEAD: "通道修好以后,下一次自检或测试通过,它会自己解除。",
    "no_device": "重新开通一台设备、收到一条消息以后,它会自己解除。",
    "exhausted": "有单位确认收到以后,它会自己解除;没有单位可以通知的,单位有了人员,最多一小时会重新通知。",
    "roster_gap": "值班表补上以后,它会自己解除。",
    "roster_missing": "值班表排好以后,它会自己解除。",
}
"""Kinds that end with what mended them, and how; cleared by hand they would only come back."""


def clear_seen_alarm(session: Session, *, alarm_id: UUID, why: str, actor: Actor, now: datetime) -> None:
    """Clear an alarm that the actor sees, with what was done about it.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        The actor sees no such alarm; it clears itself once it is mended; no reason.
    """
    found = next((one for one in alarms_seen(session, actor, now=now) if one.alarm_id == alarm_id), None)
    if found is None or found.cleared_at is not None:
        raise NotFoundError("没有找到这条告警,可能已经解除。")
    if found.kind in CLEARS_ITSELF:
        raise ConflictError(f"这条告警不用手工解除:{CLEARS_ITSELF[found.kind]}")
    clear_by_hand(session, alarm_id=alarm_id, why=why, actor=actor, now=now)
