"""Counting of terms against a brute count of days, and the edges: year ends, long holidays, unknown and leap years."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from grid_app.clocks.calendar import CalendarError, OwnDay, Source, WorkingCalendar, last_published_year
from grid_app.clocks.counting import ZONE, count, counted_from
from grid_app.clocks.rules import STANDING, ExtensionBy, Kind, LimitUnit, Passes, Rule

BY_CODE = {rule.code: rule for rule in STANDING}
CALENDAR = WorkingCalendar()
FIRST, LAST = date(2020, 1, 1), date(2030, 12, 31)
MONTH = Rule(
    code="m", version=1, name="一个月", trigger="received", limit=1, unit=LimitUnit.MONTHS, kind=Kind.LOCAL,
    passes=Passes.OVERDUE, basis="试", valid_from=FIRST,
)  # fmt: skip
EACH_RULE = pytest.mark.parametrize("rule", [*STANDING, MONTH], ids=lambda rule: rule.code)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour, 30), tzinfo=ZONE)


def works(day: date) -> bool:
    """Say whether people work, by the package alone and without our calendar."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


WORKS = {FIRST + timedelta(n): works(FIRST + timedelta(n)) for n in range((LAST - FIRST).days + 1300)}


def brute_last_day(rule: Rule, start: date) -> date:
    """Walk day by day, as one counts on a wall calendar."""
    day = start
    if rule.unit is LimitUnit.WORKING_DAYS:
        left = rule.limit
        while left:
            day += timedelta(1)
            left -= WORKS[day]
        return day
    if rule.unit is LimitUnit.DAYS:
        for _ in range(rule.limit):
            day += timedelta(1)
    else:
        months = rule.limit * (12 if rule.unit is LimitUnit.YEARS else 1)
        for _ in range(months):
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        day = min(day + timedelta(start.day - 1), following - timedelta(1))
    while not WORKS[day]:
        day += timedelta(1)
    return day


@EACH_RULE
def test_every_start_day_of_eleven_years_ends_where_a_brute_count_ends(rule: Rule):
    day = FIRST
    while day <= LAST:
        counted = count(rule, started_at=at(day), calendar=CALENDAR)
        if rule.unit is LimitUnit.HOURS:
            assert counted.due_at == at(day) + timedelta(hours=rule.limit)
        else:
            last = brute_last_day(rule, day)
            assert counted.last_day == last, day
            assert counted.due_at == datetime.combine(last, time(23, 59, 59), tzinfo=ZONE)
        day += timedelta(1)


@settings(max_examples=300, deadline=None)
@given(
    rule=some.sampled_from([*STANDING, MONTH]),
    moment=some.integers(1_577_808_000, 1_924_876_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    extra=some.integers(0, 30),
)
def test_what_every_count_keeps(rule: Rule, moment: datetime, extra: int):
    extra = min(extra, rule.extension)

    counted = count(rule, started_at=moment, calendar=CALENDAR, extra_days=extra)

    assert counted.due_at > moment
    assert counted_from(counted.as_data(), started_at=moment, due_at=counted.due_at) == counted
    assert counted.due_at >= count(rule, started_at=moment, calendar=CALENDAR).due_at
    assert count(rule, started_at=moment + timedelta(hours=1), calendar=CALENDAR).due_at >= (
        count(rule, started_at=moment, calendar=CALENDAR).due_at
    )
    if counted.last_day:
        assert WORKS[counted.last_day]
        assert not any(WORKS[one.day] for one in counted.skipped)
        assert counted.due_at.astimezone(ZONE).date() == counted.last_day


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        count(MONTH, started_at=datetime(2026, 1, 1), calendar=CALENDAR)  # noqa: DTZ001


@pytest.mark.parametrize("extra", [-1, 31])
def test_an_extension_beyond_the_rule_is_refused(extra: int):
    with pytest.raises(ValueError, match="extended"):
        count(BY_CODE["petition_finish"], started_at=at(FIRST), calendar=CALENDAR, extra_days=extra)


def test_a_rule_without_extension_cannot_be_extended():
    with pytest.raises(ValueError, match="extended"):
        count(BY_CODE["acceptance_notice"], started_at=at(FIRST), calendar=CALENDAR, extra_days=1)


@pytest.mark.parametrize(("code", "days"), [("petition_finish", 1), ("recheck_answer", -1)])
def test_no_pause_but_a_hearing_where_the_law_knows_it(code: str, days: int):
    with pytest.raises(ValueError, match="hearing"):
        count(BY_CODE[code], started_at=at(FIRST), calendar=CALENDAR, hearing_days=days)


def test_a_calendar_without_a_working_day_says_so():
    nothing = WorkingCalendar({date(2026, 1, 1) + timedelta(n): OwnDay(False, "休") for n in range(500)})

    with pytest.raises(CalendarError, match="没有工作日"):
        count(BY_CODE["triage"], started_at=at(date(2026, 1, 1)), calendar=nothing)


@pytest.mark.parametrize(
    ("code", "start", "last"),
    [
        ("triage", "2026-11-20", "2026-11-23"),  # Friday: Saturday moves to Monday
        ("acceptance_notice", "2026-12-20", "2027-01-04"),  # across the year end
        ("acceptance_notice", "2026-09-16", "2026-10-08"),  # the whole National Day week
        ("objection", "2026-02-11", "2026-02-25"),  # spring festival, with the make-up Saturday of 14 February
        ("accept_simple", "2026-02-11", "2026-02-14"),  # ends on the make-up Saturday itself
        ("objection", "2026-12-30", "2027-01-06"),  # an unknown year: weekends only
        ("labour_arbitration_limit", "2024-02-29", "2025-02-28"),
        ("land_arbitration_limit", "2022-02-28", "2024-02-28"),
        ("triage", "2024-02-28", "2024-02-29"),
    ],
)
def test_days_that_somebody_counted_by_hand(code: str, start: str, last: str):
    counted = count(BY_CODE[code], started_at=at(date.fromisoformat(start)), calendar=CALENDAR)

    assert counted.last_day == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("start", "last"), [("2024-01-31", "2024-02-29"), ("2023-01-31", "2023-02-28"), ("2025-12-31", "2026-02-02")]
)
def test_a_month_without_that_day_ends_on_its_last(start: str, last: str):
    counted = count(MONTH, started_at=at(date.fromisoformat(start)), calendar=CALENDAR)

    assert counted.last_day == date.fromisoformat(last)
    assert "民法典第二百零二条" in counted.articles


def test_a_year_nobody_published_is_counted_by_weekends_and_says_so():
    counted = count(BY_CODE["acceptance_notice"], started_at=at(date(2026, 12, 22)), calendar=CALENDAR)

    assert counted.guessed_years == (2027,)
    assert count(BY_CODE["triage"], started_at=at(date(2026, 6, 2)), calendar=CALENDAR).guessed_years == ()
    assert CALENDAR.look(date(last_published_year() + 1, 1, 1)).source is Source.WEEKENDS_ONLY


def test_the_countys_own_entry_goes_before_what_is_published():
    own = WorkingCalendar({date(2027, 1, 6): OwnDay(False, "本县放假"), date(2026, 11, 21): OwnDay(True, "本县上班")})

    moved = count(BY_CODE["acceptance_notice"], started_at=at(date(2026, 12, 22)), calendar=own)
    kept = count(BY_CODE["triage"], started_at=at(date(2026, 11, 20)), calendar=own)

    assert (moved.last_day, moved.guessed_years) == (date(2027, 1, 7), (2027,))
    assert [one.name for one in moved.skipped] == ["本县放假"]
    assert (kept.last_day, kept.has_moved) == (date(2026, 11, 21), False)


def test_the_day_is_that_of_shanghai():
    late = datetime(2026, 11, 17, 16, 30, tzinfo=UTC)  # 00:30 on the 18th there

    assert count(BY_CODE["triage"], started_at=late, calendar=CALENDAR).last_day == date(2026, 11, 19)


def test_hearing_days_are_left_out_and_an_extension_follows_the_unmoved_last_day():
    heard = count(BY_CODE["recheck_answer"], started_at=at(date(2026, 3, 2)), calendar=CALENDAR, hearing_days=4)
    longer = count(BY_CODE["petition_finish"], started_at=at(date(2026, 3, 4)), calendar=CALENDAR, extra_days=30)

    assert heard.nominal == date(2026, 3, 2) + timedelta(34)
    assert "信访工作条例第三十六条" in heard.articles
    assert longer.nominal == date(2026, 3, 4) + timedelta(90)


def test_hours_run_through_the_night_and_over_holidays():
    counted = count(BY_CODE["protection_order"], started_at=at(date(2026, 9, 30), 23), calendar=CALENDAR)

    assert counted.due_at == at(date(2026, 10, 3), 23)
    assert counted.last_day is None


def test_an_extension_may_be_shortened_by_a_rule():
    short = replace(BY_CODE["petition_finish"], extension=5, extension_by=ExtensionBy.APPROVAL, version=2)

    with pytest.raises(ValueError, match="extended"):
        count(short, started_at=at(FIRST), calendar=CALENDAR, extra_days=6)
