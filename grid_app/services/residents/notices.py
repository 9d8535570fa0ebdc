"""What an office publishes of itself: address, hours, days of reception; and the next days that follow from it.

Market days are counted by the solar calendar (the last figure of the day of the month) or typed in one by one, as a
place that goes by the lunar calendar does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.models.residents import PublicNotice
from grid_app.policy import Actor, covers
from grid_app.queries.accounts import under
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.typed import day_of

KINDS: Final = (
    "county_office", "county_lead_office", "township_government", "mediation_committee", "village_committee",
)  # fmt: skip
LONGEST: Final = {"address": 200, "hours": 200, "note": 300}
WHAT: Final = {"address": "地址", "hours": "时间", "note": "说明"}
DAYS_AHEAD: Final = 62
MOST_DATES: Final = 24
NOT_SAVED: Final = "还没有保存,已填的都还在。"


@dataclass(frozen=True)
class Published:
    """What somebody typed about an office: figures of market days as ``3,8``, dates as ``2026-11-21``, one a line."""

    address: str = ""
    hours: str = ""
    weekday: str = ""
    market_days: str = ""
    first_market_only: bool = False
    dates: str = ""
    note: str = ""


@dataclass(frozen=True)
class OfficeNotice:
    """An office and what it publishes, if anything yet."""

    unit_id: UUID
    name: str
    phone: str
    notice: PublicNotice | None


def offices_to_publish(session: Session, actor: Actor) -> list[OfficeNotice]:
    """Return the open offices of the actor's area that residents turn to, by place."""
    rows = session.execute(
        select(Unit, PublicNotice)
        .join(Division, Division.code == Unit.division_code)
        .outerjoin(PublicNotice, PublicNotice.unit_id == Unit.id)
        .where(under(actor.division_path), Unit.kind.in_(KINDS), Unit.closed_at.is_(None))
        .order_by(Unit.division_code, Unit.name)
    )
    return [OfficeNotice(unit.id, unit.name, unit.duty_phone, notice) for unit, notice in rows]


def publish(session: Session, *, unit_id: UUID, typed: Published, actor: Actor, now: datetime) -> None:
    """Keep what an office publishes.

    Raises
    ------
    NotFoundError
        There is no such office in the actor's area.
    InvalidError
        A field is too long, no date, or holds a word of control.
    """
    row = session.execute(
        select(Unit, Division.path)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.id == unit_id, Unit.kind.in_(KINDS), Unit.closed_at.is_(None))
    ).first()
    if row is None or not covers(actor, row.path):
        raise NotFoundError("没有这个单位,或者它不归您管理。")
    values = _checked(typed)
    notice = session.get(PublicNotice, unit_id) or PublicNotice(unit_id=unit_id)
    for name, value in values.items():
        setattr(notice, name, value)
    notice.changed_at, notice.changed_by = now, actor.assignment_id
    session.add(notice)
    record_audit(session, actor, "office.notice_published", now=now, target=("unit", str(unit_id)))


def next_days(notice: PublicNotice, *, today: date, most: int = 4) -> list[date]:
    """Return the next days of reception, today included, within two months.

    Examples
    --------
    >>> next_days(PublicNotice(weekday=5, market_days="", dates=[]), today=date(2026, 11, 21), most=2)
    [datetime.date(2026, 11, 27), datetime.date(2026, 12, 4)]
    """
    return [day for day in _days(today) if _receives(notice, day)][:most]


def _days(today: date) -> Iterator[date]:
    return (today + timedelta(days=number) for number in range(DAYS_AHEAD))


def _receives(notice: PublicNotice, day: date) -> bool:
    if day.isoformat() in notice.dates or notice.weekday == day.isoweekday():
        return True
    figures = [figure for figure in notice.market_days.split(",") if figure]
    if str(day.day % 10) not in figures:
        return False
    return not notice.first_market_only or day.day == min(int(figure) or 10 for figure in figures)


def _checked(typed: Published) -> dict[str, object]:
    texts = {name: " ".join(getattr(typed, name).split()) for name in LONGEST}
    problems = {
        name: f"{WHAT[name]}最多 {LONGEST[name]} 个字,现在有 {len(text)} 个字。"
        for name, text in texts.items()
        if len(text) > LONGEST[name]
    }
    weekday = typed.weekday.strip()
    if weekday and weekday not in tuple("1234567"):
        problems["weekday"] = "请选星期几。"
    figures = [
        one for one in typed.market_days.replace("、", ",").replace(",", ",").replace(" ", ",").split(",") if one
    ]
    if any(one not in tuple("0123456789") for one in figures):
        problems["market_days"] = "请写赶集日的尾数,例如 3,8(逢三、八)。"
    lines = [line.strip() for line in typed.dates.replace(",", "\n").replace(",", "\n").splitlines() if line.strip()]
    days = [day_of(line) for line in lines]
    if None in days or len(days) > MOST_DATES:
        problems["dates"] = f"日期一行一个,写成 2026-11-21 这样,最多 {MOST_DATES} 个。"
    if problems:
        raise InvalidError(NOT_SAVED, fields=problems)
    refuse_control_words(texts)
    return {
        **texts,
        "weekday": int(weekday) if weekday else None,
        "market_days": ",".join(sorted(set(figures))),
        "first_market_only": typed.first_market_only,
        "dates": sorted({day.isoformat() for day in days if day}),
    }
