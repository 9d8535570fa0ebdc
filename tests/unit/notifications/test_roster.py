"""Who is on duty and when nobody is, against asking minute by minute in the plainest way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from notifications.roster import (
    DEPUTY,
    MAIN,
    Leave,
    OnDuty,
    Roster,
    Shift,
    Span,
    circle_of,
    on_duty_at,
    uncovered,
)

BEGIN = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # midnight in Shanghai
STEP, STEPS = timedelta(minutes=1), 90
ONE, TWO, THREE, FOUR = PEOPLE = tuple(UUID(int=number) for number in range(1, 5))
ALWAYS = {who: (Span(BEGIN - timedelta(days=400), None),) for who in PEOPLE}
hour = timedelta(hours=1)


def span(first: int, last: int) -> Span:
    return Span(BEGIN + first * STEP, BEGIN + last * STEP)


minutes = some.integers(-5, STEPS + 5)
spans = some.tuples(minutes, some.integers(1, 40)).map(lambda pair: span(pair[0], pair[0] + pair[1]))
who = some.sampled_from(PEOPLE)
shifts = some.builds(Shift, spans, some.lists(who, max_size=3, unique=True).map(tuple))
leaves = some.builds(Leave, who, spans, some.none() | who)
rights = some.dictionaries(who, some.lists(spans, max_size=2).map(tuple), max_size=4)
rosters = some.builds(
    Roster, some.lists(shifts, max_size=5).map(tuple), some.lists(leaves, max_size=5).map(tuple), rights
)


def within(one: Span, moment: datetime) -> bool:
    return one.begins <= moment < one.ends


def reachable(roster: Roster, person: UUID, moment: datetime) -> set[UUID]:
    """Return everybody along all chains of substitutes who is there, by widening a set until it stays."""
    asked, away = {person}, [one for one in roster.leaves if within(one.span, moment)]
    while more := {one.substitute for one in away if one.who in asked and one.substitute} - asked:
        asked |= more
    gone = {one.who for one in away}
    able = {one for one in asked if any(within(span, moment) for span in roster.able.get(one, ()))}
    return able - gone


def brute_gaps(roster: Roster, asked: Span) -> Iterator[datetime]:
    """Give the minutes of a span in which nobody comes."""
    moment = asked.begins
    while moment < asked.ends:
        on = [shift for shift in roster.shifts if within(shift.span, moment)]
        if not any(reachable(roster, person, moment) for shift in on for person in shift.people):
            yield moment
        moment += STEP


@given(rosters, spans)
@settings(max_examples=150, deadline=None)
def test_the_gaps_are_the_minutes_in_which_nobody_comes(roster, asked):
    gaps = uncovered(roster, [asked])

    told = [gap.begins + at * STEP for gap in gaps for at in range(int((gap.ends - gap.begins) / STEP))]
    assert told == list(brute_gaps(roster, asked))
    assert all(gap.ends < after.begins for gap, after in pairwise(gaps))


@given(rosters, minutes)
@settings(max_examples=150, deadline=None)
def test_whoever_is_on_duty_is_there_may_act_and_is_named_once_the_first_places_first(roster, minute):
    moment = BEGIN + minute * STEP

    found = on_duty_at(roster, moment)

    assert len({one.assignment_id for one in found}) == len(found)
    assert [one.place for one in found] == sorted((one.place for one in found), key=(MAIN, DEPUTY).index)
    for one in found:
        wanted = one.instead_of or one.assignment_id
        assert one.assignment_id in reachable(roster, wanted, moment)
        assert any(wanted in shift.people for shift in roster.shifts if within(shift.span, moment))


def test_a_shift_that_ends_when_another_begins_leaves_no_gap_and_no_two_on_duty():
    before, after = Shift(span(0, 30), (ONE,)), Shift(span(30, 60), (TWO,))
    roster = Roster((after, before), able=ALWAYS)

    assert uncovered(roster, [span(0, 60)]) == ()
    assert on_duty_at(roster, BEGIN + 30 * STEP) == (OnDuty(TWO, MAIN),)


def test_a_night_shift_goes_on_past_midnight():
    night = Shift(Span(BEGIN - 6 * hour, BEGIN + 8 * hour), (ONE,))
    roster = Roster((night,), able=ALWAYS)

    assert on_duty_at(roster, BEGIN) == (OnDuty(ONE, MAIN),)
    assert uncovered(roster, [Span(BEGIN, BEGIN + 9 * hour)]) == (Span(BEGIN + 8 * hour, BEGIN + 9 * hour),)


def test_of_shifts_at_the_same_time_the_first_places_come_before_all_others():
    roster = Roster((Shift(span(10, 60), (THREE, FOUR)), Shift(span(0, 60), (ONE, TWO))), able=ALWAYS)

    assert [one.assignment_id for one in on_duty_at(roster, BEGIN + 20 * STEP)] == [ONE, THREE, TWO, FOUR]


def test_a_substitute_who_is_away_is_replaced_by_the_own_substitute():
    away = (Leave(ONE, span(0, 60), TWO), Leave(TWO, span(0, 30), THREE))
    roster = Roster((Shift(span(0, 60), (ONE, FOUR)),), away, ALWAYS)

    assert on_duty_at(roster, BEGIN)[0] == OnDuty(THREE, MAIN, instead_of=ONE)
    assert on_duty_at(roster, BEGIN + 30 * STEP)[0] == OnDuty(TWO, MAIN, instead_of=ONE)


def test_a_circle_of_substitutes_is_a_gap_and_never_an_endless_search():
    away = (Leave(ONE, span(0, 60), TWO), Leave(TWO, span(0, 60), ONE))

    roster = Roster((Shift(span(0, 60), (ONE,)),), away, ALWAYS)

    assert on_duty_at(roster, BEGIN) == ()


def test_a_substitute_without_the_right_leaves_the_place_to_the_deputy():
    able = {who: spans for who, spans in ALWAYS.items() if who != TWO}
    roster = Roster((Shift(span(0, 60), (ONE, THREE)),), (Leave(ONE, span(0, 60), TWO),), able)

    assert on_duty_at(roster, BEGIN) == (OnDuty(THREE, DEPUTY),)


def test_whose_right_has_ended_is_not_on_duty():
    roster = Roster((Shift(span(0, 60), (ONE,)),), able={ONE: (Span(BEGIN - hour, BEGIN + 20 * STEP),)})

    assert uncovered(roster, [span(0, 60)]) == (span(20, 60),)


@pytest.mark.parametrize(("last", "closes"), [(60, True), (20, False)])
def test_a_circle_is_one_only_where_the_times_meet(last: int, closes: bool):
    standing = [Leave(TWO, span(30, last) if last > 30 else span(0, last), THREE), Leave(THREE, span(0, 60), ONE)]

    assert circle_of(standing, Leave(ONE, span(30, 50), TWO)) is closes
