"""The auditor at work: each difference between promise and history is an alarm that a person has to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.models.channels import Alarm
from grid_app.queries.escalation_audit import LOOKED_BACK, Audited, Uncaused, audited_page, uncaused
from grid_app.services.alarms import BY_ITSELF, raise_alarm
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.escalations.events import BY_CODE
from notifications.auditor import Difference, differences

KIND: Final = "audit_difference"
AT_ONCE: Final = 200
COUNTY_DIGITS: Final = 6
WORDS: Final = {
    "not_begun": "没有开始",
    "not_told": "没有放进任何收件箱",
    "skipped": "跳过了第{rung}级",
    "early": "第{rung}级没有等到时间就转走了",
    "late": "第{rung}级到时间后过了几分钟才转走,提醒系统可能停过",
    "overdue": "第{rung}级到时间了还没有转走",
    "not_asked_again": "确认后到时间没有处置,也没有重新提醒",
    "not_repeated": "第{rung}级到时间没有再提醒",
    "repeated_late": "第{rung}级的再提醒晚了几分钟才发,或者一直没有发,提醒系统可能停过",
    "wrong_office": "第{rung}级再提醒的不是现在接着的单位",
    "state": "状态和经过对不上",
    "inbox": "第{rung}级有单位的收件箱里没有它,或者多了一份",
    "not_queued": "第{rung}级答应的推送或消息没有排队",
    "sent_after_answer": "已经有单位确认,过了很久还在发消息",
}


@dataclass(frozen=True)
class Audit:
    """How many escalations were looked at, and how many differences stand."""

    looked_at: int
    found: int
    last: UUID | None


def audit_some(session: Session, *, now: datetime, after: UUID | None = None, limit: int = AT_ONCE) -> Audit:
    """Audit some escalations, from the one after ``after`` on; raise what differs and clear what does not any more."""
    calendar = own_calendar(session)

    def works(day: date) -> bool:
        return calendar.look(day).works

    page, last = audited_page(session, now=now, after=after, limit=limit)
    found = sum(_audit(session, one, now=now, works=works) for one in page)
    return Audit(len(page), found, last)


def audit_causes(session: Session, *, now: datetime) -> int:
    """Raise each cause of the last two days that has no escalation, and return how many there are."""
    missing = [one for one in uncaused(session, now=now, since=now - LOOKED_BACK) if not _was_cleared(session, one)]
    for one in missing:
        at = local(one.at)
        raise_alarm(
            session,
            kind=KIND,
            key=_cause_key(one),
            text=f"{at:%m-%d %H:%M}“{BY_CODE[one.kind].words}”没有发出提醒。请马上通知有关单位,并请系统管理员查日志。",
            division_code=one.division_code[:COUNTY_DIGITS],
            now=now,
        )
    return len(missing)


def _audit(session: Session, one: Audited, *, now: datetime, works: Callable[[date], bool]) -> int:
    found = differences(one.told, now=now, works=works)
    standing = [difference for difference in found if not _was_looked_at(session, one, difference)]
    for difference in standing:
        raise_alarm(
            session,
            kind=KIND,
            key=_key(one, difference.code),
            text=_sentence(one, difference),
            division_code=one.division_code[:COUNTY_DIGITS],
            escalation_id=one.escalation_id,
            now=now,
        )
    _clear_others(session, one, {_key(one, difference.code) for difference in found}, now=now)
    return len(standing)


def _was_looked_at(session: Session, one: Audited, difference: Difference) -> bool:
    """Say whether a person has cleared this very difference since it arose."""
    cleared = select(Alarm.id).where(
        Alarm.key == _key(one, difference.code), Alarm.cleared_by.is_not(None), Alarm.cleared_at >= difference.at
    )
    return session.scalar(cleared.limit(1)) is not None


def _clear_others(session: Session, one: Audited, keys: set[str], *, now: datetime) -> None:
    session.execute(
        update(Alarm)
        .where(
            Alarm.escalation_id == one.escalation_id,
            Alarm.kind == KIND,
            Alarm.cleared_at.is_(None),
            Alarm.key.not_in(keys),
        )
        .values(cleared_at=now, cleared_why=BY_ITSELF)
        .execution_options(synchronize_session=False)
    )


def _was_cleared(session: Session, one: Uncaused) -> bool:
    """Say whether a person has seen to a cause without its escalation."""
    cleared = select(Alarm.id).where(Alarm.key == _cause_key(one), Alarm.cleared_by.is_not(None))
    return session.scalar(cleared.limit(1)) is not None


def _cause_key(one: Uncaused) -> str:
    return f"audit:cause:{one.kind}:{one.key}"[:120]


def _key(one: Audited, code: str) -> str:
    return f"audit:{one.escalation_id}:{code}"


def _sentence(one: Audited, difference: Difference) -> str:
    at = local(difference.at)
    what = WORDS[difference.code].format(rung=difference.rung + 1)
    return f"提醒{one.code}{what}(应在 {at:%m-%d %H:%M})。请打开这条提醒,打电话确认有关单位知道;系统管理员请查日志。"
