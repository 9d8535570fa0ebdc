"""Growth against the weeks before: hand-worked windows, gaps, the budget, and what must not change an answer."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np
import pytest

from screening.growth.excess import Rule, dispersion_of, tail
from screening.growth.incidents import distinct, recorded
from screening.growth.replay import Round, replay

DAYS = 70
TODAY = 1_072  # a Monday: 1_072 % 7 == 1
BUSY = 99  # a stream of ten a day, so that every day is a recorded one


def world(bursts: dict[int, list[int]], *, busy_days: list[int] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return streams and days: those of ``bursts``, in days before today, beside the busy one."""
    days = [TODAY - ago for ago in (busy_days if busy_days is not None else range(1, DAYS + 1)) for _ in range(10)]
    stream = [BUSY] * len(days)
    for name, when in bursts.items():
        stream += [name] * len(when)
        days += [TODAY - ago for ago in when]
    return np.array(stream), np.array(days)


def rounds(
    events: tuple[np.ndarray, np.ndarray], as_of: range = range(TODAY, TODAY + 1), *, every: int = 7, budget: int = 10
) -> list[Round]:
    return list(replay(*events, as_of, every=every, budget=budget, rule=Rule()))


def told(one: Round) -> list[tuple[int, int, int]]:
    """Return stream, length of the window, and incidents."""
    windows = one.flags.windows
    columns = one.flags.stream, windows.end - windows.begin, windows.observed
    return list(zip(*(column.tolist() for column in columns), strict=True))


def windows_of(one: Round) -> list[tuple[int, int, int]]:
    """Return stream, first day, and the day after the last."""
    columns = one.flags.stream, one.flags.windows.begin, one.flags.windows.end
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_window_is_held_against_the_six_weeks_before_it():
    burst = [1, 2, 3, 4, 5, *range(8, 50, 7)]  # five in the week, six in the six weeks before

    one = rounds(world({1: burst}), every=1)[0]

    # Mean 1, variance 1 + 1/6: negative binomial of shape 6 and chance 1/7, so P(X >= 5) = P(Bin(10, 1/7) >= 5).
    by_hand = sum(comb(10, k) * (1 / 7) ** k * (6 / 7) ** (10 - k) for k in range(5, 11))
    assert told(one) == [(1, 7, 5)]
    assert one.dispersion == 1.0
    assert one.flags.windows.expected[0] == pytest.approx(1.0)
    assert one.flags.windows.p[0] == pytest.approx(by_hand)
    assert one.flags.interval[0] == pytest.approx(7 / by_hand)


def test_none_in_six_weeks_is_taken_as_three_and_comes_after_three_that_were_counted():
    never, thrice, once = [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 20, 30, 40], [1, 2, 3, 4, 5, 20]

    one = rounds(world({1: never, 2: thrice, 3: once}), every=1)[0]

    assert one.flags.stream.tolist() == [2, 3, 1]
    assert len(set(one.flags.windows.p.tolist())) == 1
    assert set(one.flags.windows.expected.tolist()) == {0.5}


def test_four_incidents_are_never_a_flag_and_a_steady_stream_is_none():
    few, steady = [1, 2, 3, 4], list(range(1, 60)) * 2

    assert told(rounds(world({1: few, 2: steady}))[0]) == []


def test_a_slow_rise_is_seen_in_a_fortnight_and_not_told_again():
    slow = [1, 2, 3, 4, 8, 9, 10, 11]  # four in each of two weeks, never five in one

    assert [told(one) for one in rounds(world({1: slow}), range(TODAY, TODAY + 8, 7))] == [[(1, 14, 8)], []]


def test_in_the_middle_of_a_week_the_last_full_one_comes_before_the_running_one():
    fresh, full = [-2, -1, 0, 1] * 3, [2, 3, 4, 5, 6, 7]  # Thursday knows three days after the full week
    events = world({1: fresh, 2: full}, busy_days=list(range(-2, DAYS)))

    one, two = (rounds(events, range(TODAY + 3, TODAY + 4), budget=budget)[0] for budget in (1, 2))

    assert told(one) == [(2, 7, 6)]
    assert one.held_back.stream.tolist() == [1]
    assert told(two) == [(1, 7, 12), (2, 7, 6)]


def test_days_on_which_nobody_recorded_are_no_days_without_incidents():
    known = [*range(1, 22), *range(36, 71)]  # two weeks of the base are missing
    burst = [1, 2, 3, 4, 5, 6, 7, 40, 41, 42, 43, 44, 45, 46]  # seven in the week, seven in four recorded weeks

    one = rounds(world({1: burst}, busy_days=known), every=1)[0]

    assert one.base_days == 28
    assert not one.is_short
    assert one.flags.windows.expected.tolist() == pytest.approx([7 * 7 / 28])


def test_weekends_without_entries_are_no_gap_and_a_silent_fortnight_is():
    week = [20] * 5 + [0] * 2
    days = np.array(week * 5 + [0] * 14 + week * 3)

    found = recorded(days)

    assert found[:33].all()
    assert not found[33:49].any()  # from the Friday on which nobody wrote any more
    assert found[49:].all()
    assert recorded(np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 1])).all()  # too little to call a silence a gap


def test_a_short_base_gives_three_flags_at_most_and_says_so():
    events = world({name: [1, 2, 3] * 10 for name in range(12)}, busy_days=list(range(1, 31)))

    one = rounds(events)[0]

    assert (one.base_days, one.is_short, len(one.flags), len(one.held_back)) == (23, True, 3, 9)


@pytest.mark.parametrize("every", [1, 2, 3, 7, 14])
def test_no_seven_days_bring_more_flags_than_the_budget_and_the_strongest_come_first(every):
    rng = np.random.default_rng(5)
    start = rng.integers(1, 30, 40)
    bursts = {name: [*rng.integers(1, 60, 3), *rng.integers(start[name], start[name] + 7, 9)] for name in range(40)}
    events = world(bursts)

    found = rounds(events, range(TODAY - 35, TODAY + 1, every), every=every, budget=4)

    for one in found:
        near = [other for other in found if one.as_of - 7 < other.as_of <= one.as_of]
        assert sum(len(other.flags) for other in near) <= 4
        assert one.flags.windows.p.tolist() == sorted(one.flags.windows.p)
        early = [end - begin != 7 or end % 7 != 1 for other in near for _, begin, end in windows_of(other)]
        assert every >= 7 or sum(early) <= 1
    assert sum(len(one.flags) for one in found) >= 4
    assert sum(len(one.held_back) for one in found) > 0


def test_a_stream_is_told_again_within_a_week_only_when_it_grew():
    events = world({1: [ago for ago in range(1, 15) for _ in range(5)]})  # five a day for two weeks, none before

    daily = rounds(events, range(TODAY - 20, TODAY + 1), every=1)
    found = [(one.as_of, observed) for one in daily for _, _, observed in told(one)]

    assert len(found) >= 2
    for (before, few), (after, many) in pairwise(found):
        assert after - before >= 7 or many >= 1.2 * few


@pytest.mark.parametrize("off", range(7))
def test_the_weekday_of_the_rounds_does_not_hide_a_week(off):
    events = world({1: [5, 6, 7, 8, 9, 10, 11] * 2})  # from one Thursday to the next

    found = rounds(events, range(TODAY - 14 + off, TODAY + 7, 7))

    whole = [row for one in found for row in told(one)]
    assert len(whole) >= 1
    assert max(observed for _, _, observed in whole) >= 8


def test_neither_the_order_of_rows_nor_repeats_nor_the_date_change_an_answer():
    rng = np.random.default_rng(3)
    stream, moment = rng.integers(0, 8, 900), rng.integers(0, 70 * 24, 900)
    stream[:60], moment[:60] = 5, rng.integers(63 * 24, 70 * 24, 60)

    def answer(stream: np.ndarray, moment: np.ndarray, shift: int = 0) -> list[tuple[object, ...]]:
        kept = distinct(stream, moment)
        days = range(56 + shift, 71 + shift, 7)
        return [
            (one.as_of - shift, one.flags.stream.tolist(), one.flags.windows.p.tolist())
            for one in rounds((stream[kept], moment[kept] // 24 + shift), days)
        ]

    plain, mixed = answer(stream, moment), rng.permutation(900)

    assert plain[-1][1] == [5]
    assert answer(stream[mixed], moment[mixed]) == plain
    assert answer(np.tile(stream, 3), np.tile(moment, 3)) == plain
    assert answer(stream, moment, shift=7 * 1_763) == plain


def test_streams_that_swing_widely_make_every_window_less_surprising():
    swinging = np.array([[0, 12, 0, 12, 0, 12]] * 5)
    share = np.full(6, 1 / 6)

    spread = dispersion_of(swinging, share)

    assert spread == pytest.approx(6 * 6**2 / 6 / (5 * (1 - 2 / 45) ** 3))
    assert dispersion_of(np.array([[2, 2, 2, 2, 2, 2]]), share) == 1.0
    assert tail(np.array([12.0]), np.array([6.0]), spread)[0] > 5 * tail(np.array([12.0]), np.array([6.0]), 1.01)[0]


def test_with_nothing_or_almost_nothing_there_are_rounds_without_flags():
    nothing = np.zeros(0, np.int64)

    for stream, day in ((nothing, nothing), (np.array([0]), np.array([TODAY - 1]))):
        found = rounds((stream, day), range(TODAY - 7, TODAY + 8, 7))

        assert [len(one.flags) + len(one.held_back) for one in found] == [0, 0, 0]
        assert all(one.is_short for one in found)
