"""On which days offices receive (接待日), and who receives: what was published, and what is planned for a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.models.receptions import ReceptionDuty, ReceptionSession
from grid_app.models.residents import PublicNotice
from grid_app.queries.accounts import under
from grid_app.services.residents.notices import next_days
from grid_app.vocabulary.leading import leading_rules

RECEIVING: Final = ("county_lead_office", "county_office", "township_government", "department")
AHEAD: Final = timedelta(days=31)
MOST_DAYS: Final = 4
OPEN: Final = "open"
"""A day of reception for which nobody has been named yet."""


@dataclass(frozen=True)
class OnDuty:
    """Who receives: the part taken (a code), name and post, as the board at the door says."""

    duty: str
    name: str
    post: str


@dataclass(frozen=True)
class ReceptionDay:
    """One office on one day; ``state`` is open, planned or cancelled."""

    unit_id: UUID
    unit: str
    day: date
    state: str = OPEN
    hours: str = ""
    place: str = ""
    note: str = ""
    people: tuple[OnDuty, ...] = ()
    changed_at: datetime | None = None
    session_id: UUID | None = None


def coming_under(session: Session, path: str, *, today: date) -> list[ReceptionDay]:
    """Return the days of reception ahead of the offices in a subtree, the nearest first."""
    return _coming(session, under(path), today=today)


def coming_along(session: Session, codes: Collection[str], *, today: date) -> list[ReceptionDay]:
    """Return the days of reception ahead of the offices of these very places, the nearest first."""
    return _coming(session, Unit.division_code.in_(codes), today=today)


def reception_of(session: Session, unit: Unit, day: date) -> ReceptionDay:
    """Return what is planned for an office on a day; an open day when nothing is."""
    planned = _planned(session, [unit.id], first=day, last=day).get(unit.id, {})
    notice = session.get(PublicNotice, unit.id)
    empty = ReceptionDay(
        unit.id, unit.name, day, hours=notice.hours if notice else "", place=notice.address if notice else ""
    )
    return planned.get(day) or empty


def _coming(session: Session, where: ColumnElement[bool], *, today: date) -> list[ReceptionDay]:
    rows = session.execute(
        select(Unit, PublicNotice)
        .join(Division, Division.code == Unit.division_code)
        .outerjoin(PublicNotice, PublicNotice.unit_id == Unit.id)
        .where(where, Unit.kind.in_(RECEIVING), Unit.closed_at.is_(None))
    ).all()
    last = today + AHEAD
    planned = _planned(session, [unit.id for unit, _ in rows], first=today, last=last)
    found = []
    for unit, notice in rows:
        days = [day for day in next_days(_notice(unit, notice), today=today, most=MOST_DAYS) if day <= last]
        known = planned.get(unit.id, {})
        hours, place = (notice.hours, notice.address) if notice else ("", "")
        open_days = (
            ReceptionDay(unit.id, unit.name, day, hours=hours, place=place) for day in days if day not in known
        )
        found += [*known.values(), *open_days]
    return sorted(found, key=lambda one: (one.day, one.unit))


def _notice(unit: Unit, notice: PublicNotice | None) -> PublicNotice:
    """Return what the office published; where it named no days, the county's list by kind of office counts."""
    if notice is not None and (notice.weekday or notice.market_days or notice.dates):
        return notice
    return PublicNotice(weekday=leading_rules().reception_weekdays.get(unit.kind), market_days="", dates=[])


def _planned(
    session: Session, units: Collection[UUID], *, first: date, last: date
) -> dict[UUID, dict[date, ReceptionDay]]:
    rows = session.execute(
        select(ReceptionSession, Unit.name)
        .join(Unit, Unit.id == ReceptionSession.unit_id)
        .where(ReceptionSession.unit_id.in_(units), ReceptionSession.day.between(first, last))
    ).all()
    people: dict[UUID, list[OnDuty]] = defaultdict(list)
    keys = [one.id for one, _ in rows]
    duties = select(ReceptionDuty).where(ReceptionDuty.session_id.in_(keys)).order_by(ReceptionDuty.number)
    for duty in session.scalars(duties):
        people[duty.session_id].append(OnDuty(duty.duty, duty.name, duty.post))
    found: dict[UUID, dict[date, ReceptionDay]] = defaultdict(dict)
    for one, unit in rows:
        found[one.unit_id][one.day] = ReceptionDay(
            one.unit_id, unit, one.day, one.state, one.hours, one.place, one.note, tuple(people[one.id]),
            one.changed_at, one.id,
        )  # fmt: skip
    return found
