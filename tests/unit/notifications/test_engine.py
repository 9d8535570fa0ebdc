"""The engine of ladders: one rung at a time, in time order, repeated, left lying, and not after an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.engine import (
    Climb,
    Course,
    Exhausted,
    Idle,
    Repeat,
    Stop,
    Wait,
    next_step,
    rung_due_at,
    when_due,
)
from notifications.hours import OfficeHours
from notifications.ladder import Ladder, LadderError, Rung

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ALL_DAYS = OfficeHours(lambda _day: True)
TOWNSHIP = Rung("township", timedelta(hours=2), ("inbox", "webpush"))
COUNTY = Rung("county", timedelta(hours=8), ("inbox", "webpush"))
LADDER = Ladder((TOWNSHIP, COUNTY))

waits = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=60))
repeats = st.one_of(st.just(timedelta(0)), st.timedeltas(timedelta(seconds=1), timedelta(days=90)))
ladders = st.lists(st.tuples(waits, repeats), min_size=2, max_size=6).map(
    lambda found: Ladder(
        tuple(Rung(f"unit-{n}", wait, ("inbox",), repeat=repeat) for n, (wait, repeat) in enumerate(found))
    )
)
moments = st.timedeltas(min_value=-timedelta(days=400), max_value=timedelta(days=4000)).map(lambda d: START + d)


def on(rung, ladder=LADDER, *, told_at=START, state="open", act_due_at=None):
    wait = ladder.rungs[rung].wait if 0 <= rung < len(ladder.rungs) else timedelta(hours=1)
    return Course(state, rung, told_at, START + wait, act_due_at)


def test_a_rung_that_is_not_on_the_ladder_is_refused():
    for rung in (-1, 2, 99):
        with pytest.raises(LadderError, match="没有第"):
            next_step(LADDER, on(rung), now=START)


def test_times_without_zone_are_refused():
    with pytest.raises(ValueError, match="aware"):
        next_step(LADDER, on(0), now=START.replace(tzinfo=None))


def test_it_waits_until_the_rung_is_over():
    due = START + timedelta(hours=2)

    assert next_step(LADDER, on(0), now=START) == Wait(until=due)
    assert next_step(LADDER, on(0), now=due - timedelta(microseconds=1)) == Wait(until=due)
    assert next_step(LADDER, on(0), now=due) == Climb(to_rung=1)


def test_the_last_rung_is_waited_for_before_the_ladder_is_exhausted():
    due = START + timedelta(hours=8)

    assert next_step(LADDER, on(1), now=due - timedelta(seconds=1)) == Wait(until=due)
    assert next_step(LADDER, on(1), now=due) == Exhausted()


def test_after_a_week_without_power_it_climbs_one_rung_only():
    assert next_step(LADDER, on(0), now=START + timedelta(days=7)) == Climb(to_rung=1)


@pytest.mark.parametrize("state", ["exhausted", "acted", "acknowledged"])
def test_nothing_is_asked_of_a_matter_that_an_office_has_or_whose_alarm_stands(state):
    assert next_step(LADDER, on(1, state=state), now=START + timedelta(days=7)) == Stop()
    assert next_step(LADDER, on(5, state=state), now=START) == Stop()


def test_a_rung_is_knocked_at_again_before_its_time_is_over_and_not_with_its_end():
    ladder = Ladder((replace(TOWNSHIP, repeat=timedelta(minutes=50)), COUNTY))
    course = on(0, ladder)
    minutes = timedelta(minutes=1)

    assert next_step(ladder, course, now=START) == Wait(START + 50 * minutes)
    assert next_step(ladder, course, now=START + 50 * minutes) == Repeat()
    again = replace(course, told_at=START + 100 * minutes)
    assert next_step(ladder, again, now=START + 101 * minutes) == Wait(course.rung_due_at)
    assert next_step(ladder, course, now=START + 120 * minutes) == Climb(1)


def test_after_a_long_sleep_a_rung_is_repeated_once_and_not_for_each_time_missed():
    ladder = Ladder((replace(COUNTY, repeat=timedelta(minutes=10)), COUNTY))
    late = START + timedelta(hours=7)

    assert next_step(ladder, on(0, ladder), now=late) == Repeat()
    assert next_step(ladder, on(0, ladder, told_at=late), now=late) == Wait(late + timedelta(minutes=10))


def test_what_was_taken_up_and_left_lying_waits_again():
    act_due_at = START + timedelta(hours=3)
    course = on(0, state="acknowledged", act_due_at=act_due_at)

    assert next_step(LADDER, course, now=START) == Wait(act_due_at)
    assert next_step(LADDER, course, now=act_due_at) == Idle()


def test_when_a_step_is_due():
    later = START + timedelta(hours=1)

    assert when_due(Wait(later), now=START) == later
    assert when_due(Climb(1), now=START) == START
    assert when_due(Stop(), now=START) is None


def test_a_rung_counted_in_office_hours_ends_on_a_working_day():
    friday_evening = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)  # 17:00 in Shanghai
    weekdays = OfficeHours(lambda day: day.weekday() < 5)
    rung = replace(TOWNSHIP, hours="working")

    due = rung_due_at(rung, heard_at=friday_evening, hours=weekdays)

    assert due == datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # Monday 10:00: half an hour on Friday, 8:30 to 10:00
    assert rung_due_at(TOWNSHIP, heard_at=friday_evening, hours=weekdays) == friday_evening + timedelta(hours=2)


@given(ladder=ladders, now=moments, data=st.data())
def test_it_never_climbs_when_acknowledged(ladder, now, data):
    rung = data.draw(st.integers(0, len(ladder.rungs) - 1))

    assert next_step(ladder, on(rung, ladder, state="acknowledged"), now=now) == Stop()


@given(ladder=ladders, now=moments, data=st.data())
def test_it_never_skips_a_rung_and_never_climbs_early(ladder, now, data):
    rung = data.draw(st.integers(0, len(ladder.rungs) - 1))

    found = next_step(ladder, on(rung, ladder), now=now)

    due = START + ladder.rungs[rung].wait
    last = rung == len(ladder.rungs) - 1
    if now >= due:
        assert found == (Exhausted() if last else Climb(rung + 1))
    elif isinstance(found, Wait):
        assert now < found.until <= due
    else:
        assert found == Repeat()


@given(ladder=ladders, gaps=st.lists(st.timedeltas(timedelta(hours=-2), timedelta(days=90)), max_size=60))
def test_a_walk_tells_every_rung_once_in_order_whatever_the_clock_does(ladder, gaps):
    now, course, told = START, on(0, ladder), [0]

    for gap in gaps:
        now += gap
        found = next_step(ladder, course, now=now)
        if isinstance(found, Climb):
            assert now >= course.rung_due_at
            due = rung_due_at(ladder.rungs[found.to_rung], heard_at=now, hours=ALL_DAYS)
            course = Course("open", found.to_rung, now, due)
            told.append(found.to_rung)
        elif isinstance(found, Repeat):
            course = replace(course, told_at=now)
        elif isinstance(found, Exhausted):
            course = replace(course, state="exhausted")

    assert told == list(range(len(told)))
    assert len(told) <= len(ladder.rungs)
