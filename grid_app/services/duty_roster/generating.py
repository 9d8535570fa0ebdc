"""Making shifts from patterns, again and again: what a person changed by hand stays, everything else follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.clocks.calendar import WorkingCalendar
from grid_app.database.base import new_id
from grid_app.models.duty_roster import DutyRoster, RosterPattern, RosterPlace, RosterShift
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.duty_roster.pattern import WEEK, Pattern, Planned, plan
from grid_app.services.duty_roster.shifts import WantedShift, put


@dataclass(frozen=True)
class Foreseen:
    """A shift as a pattern would make it, and whether what stands there by hand stays instead."""

    planned: Planned
    stays: bool


def pattern_of(row: RosterPattern) -> Pattern:
    """Return what a stored pattern asks for."""
    groups = tuple(tuple(UUID(who) for who in group) for group in row.groups)
    return Pattern(row.kind, row.days, row.begins, row.ends, row.turn, groups, row.first_day, row.weeks)


def foresee(
    session: Session, unit_id: UUID, pattern: Pattern, *, pattern_id: UUID | None, now: datetime
) -> list[Foreseen]:
    """Return the shifts that a pattern would make from now on; nothing is written."""
    standing = _standing(session, pattern_id, first=_first(now))
    typed = _typed(session, unit_id, now=now)
    return [
        Foreseen(one, _stays(standing.get(one.day.day), now=now) or _is_typed(pattern.kind, one, typed))
        for one in _planned(pattern, own_calendar(session), now=now)
    ]


def generate(session: Session, row: RosterPattern, *, calendar: WorkingCalendar, now: datetime) -> int:
    """Make the shifts of a pattern for its weeks ahead and return how many were made, changed or removed.

    Shifts that have begun, and those that somebody changed, called off or entered by hand for the same time, stay.
    """
    pattern, changed = pattern_of(row), 0
    standing = _standing(session, row.id, first=_first(now))
    typed = _typed(session, row.unit_id, now=now)
    people = _people(session, row.id, first=_first(now))
    for one in _planned(pattern, calendar, now=now):
        shift = standing.pop(one.day.day, None)
        if _stays(shift, now=now) or (shift is None and _is_typed(pattern.kind, one, typed)):
            continue
        wanted = WantedShift(pattern.kind, one.starts_at, one.ends_at, one.people)
        if shift is None or _said(shift, people.get(shift.id, ())) != wanted:
            shift = shift or _new(session, row, one.day.day)
            put(session, shift, wanted, by_hand=False, now=now)
            changed += 1
    return changed + _remove(session, [one for one in standing.values() if not _stays(one, now=now)])


def generate_all(session: Session, *, now: datetime) -> int:
    """Make the shifts of every pattern of every roster that is kept; return how many changed."""
    calendar = own_calendar(session)
    rows = session.scalars(
        select(RosterPattern)
        .join(DutyRoster, DutyRoster.unit_id == RosterPattern.unit_id)
        .where(RosterPattern.ended_at.is_(None), DutyRoster.ended_at.is_(None))
        .order_by(RosterPattern.id)
    ).all()
    return sum(generate(session, row, calendar=calendar, now=now) for row in rows)


def remove_ahead(session: Session, pattern_id: UUID, *, now: datetime) -> int:
    """Remove the shifts of a pattern that have not begun and that nobody changed by hand; return how many."""
    rows = session.scalars(
        select(RosterShift).where(
            RosterShift.pattern_id == pattern_id, RosterShift.starts_at > now, RosterShift.by_hand.is_(False)
        )
    )
    return _remove(session, list(rows))


def _planned(pattern: Pattern, calendar: WorkingCalendar, *, now: datetime) -> list[Planned]:
    today = local_date(now)
    found = plan(pattern, calendar, first=_first(now), last=today + timedelta(days=WEEK * pattern.weeks - 1))
    return [one for one in found if one.ends_at > now]


def _first(now: datetime) -> date:
    """Return the first day of which a shift may still run: that of last night."""
    return local_date(now) - timedelta(days=1)


def _standing(session: Session, pattern_id: UUID | None, *, first: date) -> dict[date, RosterShift]:
    if pattern_id is None:
        return {}
    rows = session.scalars(select(RosterShift).where(RosterShift.pattern_id == pattern_id, RosterShift.day >= first))
    return {row.day: row for row in rows}


def _typed(session: Session, unit_id: UUID, *, now: datetime) -> list[RosterShift]:
    return list(
        session.scalars(
            select(RosterShift).where(
                RosterShift.unit_id == unit_id, RosterShift.pattern_id.is_(None), RosterShift.ends_at > now
            )
        )
    )


def _people(session: Session, pattern_id: UUID, *, first: date) -> dict[UUID, tuple[UUID, ...]]:
    found: dict[UUID, tuple[UUID, ...]] = {}
    for shift_id, who in session.execute(
        select(RosterPlace.shift_id, RosterPlace.assignment_id)
        .join(RosterShift, RosterShift.id == RosterPlace.shift_id)
        .where(RosterShift.pattern_id == pattern_id, RosterShift.day >= first)
        .order_by(RosterPlace.position)
    ):
        found[shift_id] = (*found.get(shift_id, ()), who)
    return found


def _stays(shift: RosterShift | None, *, now: datetime) -> bool:
    return shift is not None and (shift.by_hand or shift.starts_at <= now)


def _is_typed(kind: str, one: Planned, typed: list[RosterShift]) -> bool:
    """Say whether somebody entered a shift of the kind for the day and the time."""
    return any(
        row.kind == kind and row.day == one.day.day and row.starts_at < one.ends_at and row.ends_at > one.starts_at
        for row in typed
    )


def _said(row: RosterShift, people: tuple[UUID, ...]) -> WantedShift:
    return WantedShift(row.kind, row.starts_at, row.ends_at, people)


def _new(session: Session, row: RosterPattern, day: date) -> RosterShift:
    shift = RosterShift(id=new_id(), unit_id=row.unit_id, day=day, pattern_id=row.id)
    session.add(shift)
    return shift


def _remove(session: Session, rows: list[RosterShift]) -> int:
    for row in rows:
        session.execute(delete(RosterPlace).where(RosterPlace.shift_id == row.id))
        session.delete(row)
    session.flush()  # a shift of the same pattern and day may be made next
    return len(rows)
