"""Looking after messages that nobody comes for: what has ended is put away, what is stuck is said aloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.orm import Session, aliased

from grid_app.adapters.outbox_alarms import Alarms, first_county
from grid_app.adapters.outbox_ends import stop
from grid_app.adapters.outbox_rows import TAKEN_UP, is_free
from grid_app.models.channels import Alarm
from grid_app.models.escalations import Escalation, OutboxMessage

STUCK_AFTER: Final = timedelta(minutes=15)
"""Longer than any lease: whatever is due for so long has no dispatcher that comes for it."""
STUCK: Final = "outbox_stuck"
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found: messages stopped because their matter had ended, merged ones closed, and stuck ones."""

    stopped: int = 0
    closed: int = 0
    stuck: int = 0

    def __str__(self) -> str:
        """Return the counts that are not nought."""
        counts = {"stopped": self.stopped, "closed": self.closed, "stuck": self.stuck}
        return " ".join(f"{name}={count}" for name, count in counts.items() if count)


def needs_sweeping(session: Session, *, now: datetime) -> bool:
    """Say whether there is anything to put away, to say or to take back; reads only."""
    return bool(
        _of_ended(session, now=now)
        or _left_open(session)
        or session.scalar(select(OutboxMessage.id).where(_is_stuck(now)).limit(1))
        or session.scalar(select(Alarm.id).where(Alarm.key == STUCK, Alarm.cleared_at.is_(None)))
    )


def sweep(session: Session, alarms: Alarms, *, now: datetime) -> Swept:
    """Put away what has ended, let an alarm stand while messages are stuck, and return what was found."""
    ended, closed = _of_ended(session, now=now), _left_open(session)
    stop(session, ended, now=now)
    if closed:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(closed))
            .values(finished_at=now)
            .execution_options(synchronize_session=False)
        )
    stuck, oldest = session.execute(select(func.count(), func.min(OutboxMessage.due_at)).where(_is_stuck(now))).one()
    if stuck:
        _say_stuck(session, alarms, stuck, int((now - oldest).total_seconds() // 60), now=now)
    else:
        alarms.clear_alarm(session, key=STUCK, now=now)
    return Swept(len(ended), len(closed), stuck)


def _is_stuck(now: datetime) -> ColumnElement[bool]:
    return and_(OutboxMessage.state == "due", OutboxMessage.due_at <= now - STUCK_AFTER, is_free(now - STUCK_AFTER))


def _of_ended(session: Session, *, now: datetime) -> list[UUID]:
    """Return what still waits of escalations that an office has taken up."""
    asked = (
        select(OutboxMessage.id)
        .join(Escalation, Escalation.id == OutboxMessage.escalation_id)
        .where(
            OutboxMessage.state == "due",
            OutboxMessage.purpose == "escalation",
            is_free(now),
            Escalation.state.in_(TAKEN_UP),
        )
        .limit(MOST_AT_ONCE)
    )
    return list(session.scalars(asked.with_for_update(skip_locked=True, of=OutboxMessage)))


def _left_open(session: Session) -> list[UUID]:
    """Return merged messages that were not closed with what they went out in."""
    carrier = aliased(OutboxMessage)
    asked = (
        select(OutboxMessage.id)
        .join(carrier, carrier.id == OutboxMessage.merged_into)
        .where(OutboxMessage.state == "merged", OutboxMessage.finished_at.is_(None), carrier.finished_at.is_not(None))
        .limit(MOST_AT_ONCE)
    )
    return list(session.scalars(asked))


def _say_stuck(session: Session, alarms: Alarms, stuck: int, minutes: int, *, now: datetime) -> None:
    alarms.raise_alarm(
        session,
        kind=STUCK,
        key=STUCK,
        text=(
            f"有 {stuck} 条消息到时间没有发出,最早的已等了 {minutes} 分钟。请系统管理员检查发送程序是否在运行"
            "(grid-app dispatch 或定时任务);恢复以前,请值班室看收件箱,急事打电话。"
        ),
        division_code=first_county(session),
        now=now,
    )
