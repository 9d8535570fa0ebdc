"""The auditor agrees with the engine on whatever the engine does, and finds what somebody took away or put in."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.auditor import AskedRung, Entry, Queued, Told, differences
from tests.simulated_ladders import START, Simulated, faults_of, simulated, works

STORIES = 1_500


def _codes(told: Told, now) -> set[str]:
    return {one.code for one in differences(told, now=now, works=works)}


def test_the_second_reckoning_agrees_with_the_engine_on_thousands_of_ladders():
    rng = random.Random(20261123)  # noqa: S311 - a story
    for number in range(STORIES):
        one, now = simulated(rng)

        assert _codes(one.told(), now) == set(), f"story {number}"
        assert not +faults_of(one), f"story {number}"


def test_a_machine_that_slept_is_late_and_skips_nobody():
    rng, codes = random.Random(7), set()  # noqa: S311 - a story
    for _ in range(600):
        one, now = simulated(rng, asleep=True)

        found = _codes(one.told(), now)
        assert found <= {"late", "overdue", "not_asked_again", "repeated_late"}
        assert not +faults_of(one)
        codes |= found
    assert codes >= {"late", "repeated_late"}


def _story(*, climbs: int) -> tuple[Simulated, object]:
    rng = random.Random(11)  # noqa: S311 - a story
    while True:
        one, now = simulated(rng)
        told = [entry for entry in one.entries if entry.kind == "told"]
        if one.bounces:
            continue
        if len({entry.rung for entry in told}) >= climbs and one.course.state == "open" and not one.ladder.idle:
            return one, now


def test_a_telling_that_was_taken_away_is_found():
    one, now = _story(climbs=3)
    second = [entry for entry in one.entries if entry.kind == "told"][1]
    without = tuple(entry for entry in one.entries if entry.at != second.at)

    assert "skipped" in _codes(replace(one.told(), entries=without), now)


def test_a_message_an_inbox_row_and_a_beginning_that_are_missing_are_found():
    one, now = _story(climbs=2)
    told = one.told()

    assert _codes(replace(told, messages=told.messages[1:]), now) == {"not_queued"}
    assert _codes(replace(told, lies_with=told.lies_with[1:]), now) == {"inbox"}
    assert _codes(replace(told, lies_with=(*told.lies_with, told.lies_with[0])), now) == {"inbox"}
    assert "not_begun" in _codes(replace(told, entries=(), messages=()), now)


def test_a_step_that_came_too_early_and_one_that_never_came_are_found():
    one, now = _story(climbs=2)
    told = one.told()
    first = told.entries[0].at
    hasty = tuple(replace(entry, at=first + timedelta(seconds=1)) if entry.rung else entry for entry in told.entries)

    assert "early" in _codes(replace(told, entries=hasty), now)
    assert "overdue" in _codes(told, now + timedelta(days=30))


def test_a_state_that_the_history_does_not_tell_is_found():
    one, now = _story(climbs=2)

    assert _codes(replace(one.told(), state="acknowledged"), now) >= {"state"}


@pytest.mark.parametrize(("minutes", "found"), [(1, set()), (13, {"sent_after_answer"})])
def test_what_is_sent_long_after_the_answer_is_found(minutes: int, found: set[str]):
    one, now = _story(climbs=2)
    at = now + timedelta(minutes=5)
    one.answer(at)
    told = one.told()
    late = Queued(told.messages[0].at, 0, told.messages[0].unit, sent_at=at + timedelta(minutes=minutes))
    messages = (late, *told.messages[1:])

    assert _codes(replace(told, messages=messages, idle=timedelta(0)), at) == found


def test_an_escalation_that_hands_over_stays_on_its_rung():
    one, now = _story(climbs=2)
    rung, at = one.course.rung, now + timedelta(seconds=1)
    handed = (Entry(at, "handed_over", rung, "unit-9"), Entry(at, "told", rung, "unit-8", promised=0))
    told = replace(one.told(), entries=(*one.entries, *handed), lies_with=(*one.lies_with, "unit-8"))

    assert _codes(told, at) == set()


def _handed_over(**given: object) -> Told:
    """Return what is known of a matter that office A handed over to office B on a rung of a day, knocked at hourly."""
    at = START + timedelta(minutes=5)
    entries = (
        Entry(START, "opened", 0),
        Entry(START, "told", 0, "A"),
        Entry(at, "handed_over", 0, "A"),
        Entry(at, "told", 0, "B"),
    )
    rungs = (AskedRung(timedelta(days=1), repeat=timedelta(hours=1)), AskedRung(timedelta(days=1)))
    return replace(Told("open", True, rungs, timedelta(0), entries, ("A", "B")), **given)


@pytest.mark.parametrize(
    ("knocked", "excused", "found"),
    [
        (["B"], set(), set()),
        (["A"], set(), {"wrong_office"}),
        (["A", "B"], set(), {"wrong_office"}),
        (["A"], {"B"}, set()),
    ],
)
def test_a_repeat_knocks_at_the_office_that_it_was_handed_over_to(
    knocked: list[str], excused: set[str], found: set[str]
):
    told, again = _handed_over(excused=frozenset(excused)), START + timedelta(minutes=65)
    entries = (*told.entries, *(Entry(again, "repeated", 0, unit) for unit in knocked))

    assert _codes(replace(told, entries=entries), again) == found


def test_a_repeat_that_never_came_is_found():
    again, minute = START + timedelta(minutes=65), timedelta(minutes=1)

    assert _codes(_handed_over(), again + minute) == set()
    assert _codes(_handed_over(), again + 5 * minute) == {"not_repeated"}


@pytest.mark.parametrize(
    ("minutes", "what", "found"),
    [
        (68, "repeated", set()),  # a tick, and the lease of a machine that died
        (69, "repeated", {"repeated_late"}),
        (69, "acknowledged", {"repeated_late"}),  # it never came while there was time
        (69, "handed_over", {"repeated_late"}),
        (68, "acknowledged", set()),
    ],
)
def test_a_repeat_that_came_late_is_found_afterwards(minutes: int, what: str, found: set[str]):
    at = START + timedelta(minutes=minutes)
    since = (Entry(at, what, 0, "B"), *((Entry(at, "told", 0, "A"),) if what == "handed_over" else ()))
    state = "acknowledged" if what == "acknowledged" else "open"
    told = _handed_over(state=state)

    assert _codes(replace(told, entries=(*told.entries, *since)), at + timedelta(minutes=1)) == found


def test_each_repeat_counts_from_the_one_before():
    told, minute = _handed_over(), timedelta(minutes=1)
    in_time = [Entry(START + number * minute, "repeated", 0, "B") for number in (67, 129)]
    late = [Entry(START + number * minute, "repeated", 0, "B") for number in (65, 129)]
    entries, now = told.entries, START + 130 * minute

    assert _codes(replace(told, entries=(*entries, *in_time)), now) == set()
    assert _codes(replace(told, entries=(*entries, *late)), now) == {"repeated_late"}


def test_a_repeat_that_nobody_may_be_asked_for_is_not_late():
    told, at = _handed_over(excused=frozenset({"B"})), START + timedelta(hours=3)

    assert _codes(replace(told, entries=(*told.entries, Entry(at, "repeated", 0, "A"))), at) == set()


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"B", "C"}, set()), ({"A"}, {"wrong_office"}), ({"B"}, {"wrong_office"}), ({"C"}, {"wrong_office"})],
)
def test_what_was_left_lying_is_told_to_who_has_it_and_to_who_left_it(asked: set[str], found: set[str]):
    told, idle = _handed_over(state="open", idle=timedelta(hours=1)), START + timedelta(hours=2)
    taken = Entry(START + timedelta(hours=1), "acknowledged", 0, "C")
    again = (Entry(idle, "idle", 0, "C"), *(Entry(idle, "told", 0, unit) for unit in sorted(asked)))

    lies_with = tuple({"A", "B"} | asked)
    assert _codes(replace(told, entries=(*told.entries, taken, *again), lies_with=lies_with), idle) == found
