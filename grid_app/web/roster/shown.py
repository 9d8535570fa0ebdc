"""A roster as people read it: the month, who is on duty, gaps, leave, patterns in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from flask import url_for

from grid_app.clock import local, local_date
from grid_app.clocks.calendar import Day, WorkingCalendar
from grid_app.queries.roster_pages import LeaveRow, ShiftRow
from grid_app.services.duty_roster.access import Office
from grid_app.services.duty_roster.pattern import DAYS_WORDS, KIND_WORDS, TURN_WORDS, Pattern
from grid_app.services.duty_roster.patterns import clock_of
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time
from notifications.roster import MAIN, OnDuty, Roster, Shift, Span, on_duty_at, uncovered

WEEK: Final = 7
MONTHS_AHEAD: Final = 6
SOMEBODY: Final = "有人"
NOBODY: Final = "没有人"
NOT_PUBLISHED: Final = "{year} 年的放假安排还没有公布,这里先按周末算。公布以后,轮班会自动跟着改,手工改过的不动。"


@dataclass(frozen=True)
class Cell:
    """A day of the month; ``shifts`` are lines with words, an address and a warning, ``note`` says a holiday."""

    day: date
    words: str
    note: str
    rests: bool
    is_today: bool
    is_past: bool
    inside: bool
    add_url: str
    shifts: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Month:
    """A month in weeks from Monday on, with the addresses of its neighbours and what is only a guess."""

    title: str
    weeks: tuple[tuple[Cell, ...], ...]
    before_url: str
    after_url: str
    guess: str


def month_asked(text: str, today: date) -> date:
    """Return the first day of the month that ``2026-12`` names, from the present one until half a year ahead."""
    present = today.replace(day=1)
    try:
        wanted = date.fromisoformat(f"{text}-01")
    except ValueError:
        return present
    return min(max(wanted, present), _month_after(present, MONTHS_AHEAD))


def month_span(first: date) -> tuple[date, date]:
    """Return the Monday on which the first week of a month begins and the Sunday on which the last one ends."""
    last = _month_after(first, 1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=WEEK - 1 - last.weekday())


def month_of(
    office: Office, first: date, shifts: Iterable[Mapping[str, str]], calendar: WorkingCalendar, *, today: date
) -> Month:
    """Return a month with its shifts (from ``shift_line``) on their days; days that are past stay empty."""
    lines = [dict(one) for one in shifts]
    begin, end = month_span(first)
    days = [calendar.look(begin + timedelta(days=at)) for at in range((end - begin).days + 1)]
    cells = [_cell(office, one, first, today, [line for line in lines if line["day"] == str(one.day)]) for one in days]
    weeks = [tuple(cells[at : at + WEEK]) for at in range(0, len(cells), WEEK)]
    guesses = sorted({one.day.year for one in days if one.is_guess})
    return Month(
        title=f"{first.year} 年 {first.month} 月",
        weeks=tuple(week for week in weeks if not all(one.is_past for one in week)),
        before_url=_month_url(office, _month_after(first, -1)) if first > today.replace(day=1) else "",
        after_url=_month_url(office, _month_after(first, 1))
        if first < _month_after(today.replace(day=1), MONTHS_AHEAD)
        else "",
        guess=NOT_PUBLISHED.format(year=guesses[0]) if guesses else "",
    )


def shift_line(office: Office, row: ShiftRow, roster: Roster, names: Mapping[UUID, str]) -> dict[str, str]:
    """Return a shift as a line of its day: kind, hours, who is asked, what is wrong."""
    alone = Roster((Shift(Span(row.starts_at, row.ends_at), row.people),), roster.leaves, roster.able)
    holes = uncovered(alone, [Span(row.starts_at, row.ends_at)])
    who = people_words(on_duty_at(alone, row.starts_at), names) if office.shows_names else SOMEBODY
    return {
        "day": str(local_date(row.starts_at)),
        "kind": KIND_WORDS[row.kind],
        "hours": hours_words(row.starts_at, row.ends_at),
        "who": "不值班" if row.called_off else who if who and not _is_empty(holes, row) else NOBODY,
        "warning": "" if row.called_off or not holes else "空档" if _is_empty(holes, row) else "有一段没有人",
        "off": "1" if row.called_off else "",
        "by_hand": "1" if row.by_hand and row.pattern_id else "",
        "url": url_for("roster.shift", unit_id=office.unit_id, shift_id=row.shift_id) if office.may_edit else "",
    }


def people_words(found: Sequence[OnDuty], names: Mapping[UUID, str]) -> str:
    """Return who is on duty, such as ``王立春(代李雨水);副班 张惊蛰``."""
    first = [_person(one, names) for one in found if one.place == MAIN]
    others = [_person(one, names) for one in found if one.place != MAIN]
    deputies = f"副班 {'、'.join(others)}" if others else ""
    return ";".join(part for part in ("、".join(first), deputies) if part)


def now_words(office: Office, found: Sequence[OnDuty], names: Mapping[UUID, str]) -> str:
    """Return who can be reached now, without names for whoever may not read them."""
    if not found:
        return "现在没有人值班"
    return people_words(found, names) if office.shows_names else "现在有人值班"


def gap_words(gap: Span, *, now: datetime, last: datetime) -> str:
    """Return a gap as people say it: from when until when."""
    begins = "现在" if gap.begins <= now else local_time(gap.begins)
    if gap.ends is None or gap.ends >= last:
        return f"从 {begins} 起,后面都没有人"
    return f"从 {begins} 到 {local_time(gap.ends)}"


def hours_words(starts_at: datetime, ends_at: datetime) -> str:
    """Return the hours of a shift, such as ``17:30-次日 08:30``."""
    days = (local_date(ends_at) - local_date(starts_at)).days
    until = "" if days == 0 else "次日 " if days == 1 else f"{days} 天后 "
    return f"{local(starts_at):%H:%M}-{until}{local(ends_at):%H:%M}"


def pattern_words(pattern: Pattern) -> str:
    """Return a pattern in one sentence."""
    next_day = "次日 " if pattern.ends <= pattern.begins else ""
    groups = sum(1 for group in pattern.groups if group)
    return (
        f"{DAYS_WORDS[pattern.days]},{clock_of(pattern.begins)}-{next_day}{clock_of(pattern.ends)};"
        f"{groups} 组,{TURN_WORDS[pattern.turn]};一直排到 {pattern.weeks} 周以后"
    )


def leave_line(office: Office, row: LeaveRow) -> dict[str, str]:
    """Return a leave as a line of the page."""
    return {
        "title": f"{row.name}请假",
        "detail": f"{local_time(row.starts_at)} 到 {local_time(row.ends_at)}",
        "meta": f"{row.substitute}代班" if row.substitute else "没有人代",
        "url": url_for("roster.end_leave", unit_id=office.unit_id, leave_id=row.leave_id),
    }


def note_of(day: Day) -> str:
    """Return what is special about a day, empty for a usual one."""
    usual = day.works and not day.name.endswith("上班")
    return "" if usual or not (day.works or day.is_holiday) else day.name


def _cell(office: Office, day: Day, first: date, today: date, lines: list[dict[str, str]]) -> Cell:
    is_past = day.day < today
    return Cell(
        day=day.day,
        words=day_words(day.day),
        note=note_of(day),
        rests=not day.works,
        is_today=day.day == today,
        is_past=is_past,
        inside=day.day.month == first.month,
        add_url=""
        if is_past or not office.may_edit
        else url_for("roster.new_shift", unit_id=office.unit_id, day=day.day.isoformat()),
        shifts=() if is_past else tuple(lines),
    )


def _person(one: OnDuty, names: Mapping[UUID, str]) -> str:
    name = names.get(one.assignment_id, "")
    return f"{name}(代{names.get(one.instead_of, '')})" if one.instead_of else name


def _is_empty(holes: Sequence[Span], row: ShiftRow) -> bool:
    return bool(holes) and holes[0] == Span(row.starts_at, row.ends_at)


def _month_url(office: Office, first: date) -> str:
    return url_for("roster.unit", unit_id=office.unit_id, month=f"{first:%Y-%m}")


def _month_after(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
