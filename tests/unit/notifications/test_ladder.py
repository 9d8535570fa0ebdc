"""The ladder: one rung at a time, in time order, and not after an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.ladder import Climb, Exhausted, Ladder, LadderError, Rung, Stop, Wait, next_step

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TOWNSHIP = Rung("township", timedelta(hours=2), ("inbox", "webpush"))
COUNTY = Rung("county", timedelta(hours=8), ("inbox", "webpush"))
LADDER = Ladder((TOWNSHIP, COUNTY))

waits = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=60))
ladders = st.lists(waits, min_size=2, max_size=6).map(
    lambda found: Ladder(tuple(Rung(f"unit-{n}", wait, ("inbox",)) for n, wait in enumerate(found)))
)
moments = st.timedeltas(min_value=-timedelta(days=400), max_value=timedelta(days=4000)).map(lambda d: START + d)


def step(now, *, rung=0, acknowledged=False, ladder=LADDER):
    return next_step(ladder, current_rung=rung, rung_started_at=START, acknowledged=acknowledged, now=now)


@pytest.mark.parametrize(
    ("rungs", "word"),
    [
        ((), "至少要有两级"),
        ((TOWNSHIP,), "至少要有两级"),
        ((TOWNSHIP, replace(COUNTY, unit_kind=" ")), "第2级没有写明单位"),
        ((replace(TOWNSHIP, channels=()), COUNTY), "第1级没有写明用什么方式通知"),
        ((TOWNSHIP, replace(COUNTY, channels=("inbox", ""))), "第2级没有写明用什么方式通知"),
        ((TOWNSHIP, replace(COUNTY, wait=timedelta(0))), "第2级的等待时间必须大于零"),
        ((replace(TOWNSHIP, wait=-timedelta(hours=1)), COUNTY), "第1级的等待时间必须大于零"),
    ],
)
def test_a_ladder_on_which_a_matter_could_rest_unseen_is_refused(rungs, word):
    with pytest.raises(LadderError, match=word):
        Ladder(rungs)


@pytest.mark.parametrize("rung", [-1, 2, 99])
def test_a_rung_that_is_not_on_the_ladder_is_refused(rung):
    with pytest.raises(LadderError, match="没有第"):
        step(START, rung=rung)


def test_times_without_zone_are_refused():
    with pytest.raises(ValueError, match="aware"):
        step(START.replace(tzinfo=None))


def test_it_waits_until_the_rung_is_over():
    due = START + timedelta(hours=2)

    assert step(START) == Wait(until=due)
    assert step(due - timedelta(microseconds=1)) == Wait(until=due)
    assert step(due) == Climb(to_rung=1)


def test_the_last_rung_is_waited_for_before_the_ladder_is_exhausted():
    due = START + timedelta(hours=8)

    assert step(due - timedelta(seconds=1), rung=1) == Wait(until=due)
    assert step(due, rung=1) == Exhausted()


def test_after_a_week_without_power_it_climbs_one_rung_only():
    assert step(START + timedelta(days=7)) == Climb(to_rung=1)


def test_an_answer_stops_even_an_exhausted_ladder():
    assert step(START + timedelta(days=7), rung=1, acknowledged=True) == Stop()


def test_an_answer_stops_a_ladder_that_was_shortened_meanwhile():
    assert step(START, rung=5, acknowledged=True) == Stop()


@given(ladder=ladders, now=moments, data=st.data())
def test_it_never_climbs_when_acknowledged(ladder, now, data):
    rung = data.draw(st.integers(0, len(ladder.rungs) - 1))

    assert step(now, rung=rung, ladder=ladder, acknowledged=True) == Stop()


@given(ladder=ladders, now=moments, data=st.data())
def test_it_never_skips_a_rung_and_never_climbs_early(ladder, now, data):
    rung = data.draw(st.integers(0, len(ladder.rungs) - 1))

    found = step(now, rung=rung, ladder=ladder)

    due = START + ladder.rungs[rung].wait
    last = rung == len(ladder.rungs) - 1
    assert found == (Wait(due) if now < due else Exhausted() if last else Climb(rung + 1))


@given(ladder=ladders, earlier=moments, later=moments, data=st.data())
def test_a_later_look_never_takes_a_step_back(ladder, earlier, later, data):
    rung = data.draw(st.integers(0, len(ladder.rungs) - 1))
    earlier, later = sorted((earlier, later))

    first, second = (step(moment, rung=rung, ladder=ladder) for moment in (earlier, later))

    assert isinstance(first, Wait) or first == second


@given(ladder=ladders, gaps=st.lists(st.timedeltas(timedelta(0), timedelta(days=90)), max_size=60))
def test_a_walk_tells_every_rung_once_in_order(ladder, gaps):
    now, rung, started_at, told = START, 0, START, [0]

    for gap in gaps:
        now += gap
        found = next_step(ladder, current_rung=rung, rung_started_at=started_at, acknowledged=False, now=now)
        if isinstance(found, Climb):
            assert now - started_at >= ladder.rungs[rung].wait
            rung, started_at = found.to_rung, now
            told.append(rung)

    assert told == list(range(len(told)))
    assert len(told) <= len(ladder.rungs)
