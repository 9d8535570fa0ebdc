"""Overdue disputes that pile up: by share, by Fisher's test, and never from one or two."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from screening.pile_up import PileRule, pile_ups

NOTHING = np.zeros(0, np.int64)


def test_two_overdue_are_no_pile_and_three_of_four_are():
    group, late = np.array([0, 0, 1, 1, 1, 1]), np.array([9, 9, 1, 2, 3, 0])

    found = pile_ups(group, late, PileRule())

    assert (found.group.tolist(), found.open.tolist(), found.overdue.tolist(), found.oldest.tolist()) == (
        [1],
        [4],
        [3],
        [3],
    )
    # Five of six are late; three or four of this group's four: (C(5,3) C(1,1) + C(5,4)) / C(6,4).
    assert found.p[0] == pytest.approx((comb(5, 3) * 1 + comb(5, 4)) / comb(6, 4))


def test_a_smaller_share_is_told_only_when_others_are_not_as_late():
    group = np.repeat([0, 1], [20, 180])
    late = np.where(np.arange(200) % 20 < 6, 5, 0)  # six of twenty everywhere
    others_in_time = np.where(group == 0, late, 0)

    assert len(pile_ups(group, late, PileRule()).group) == 0
    assert pile_ups(group, others_in_time, PileRule()).group.tolist() == [0]


def test_the_most_and_then_the_longest_wait_come_first_whatever_the_order():
    group = np.repeat([4, 2, 9], [3, 5, 3])
    late = np.array([1, 1, 8, 2, 2, 2, 2, 2, 30, 1, 1])
    mixed = np.random.default_rng(1).permutation(len(group))

    found = pile_ups(group[mixed], late[mixed], PileRule())

    assert found.group.tolist() == [2, 9, 4]
    assert found.oldest.tolist() == [2, 30, 8]


def test_nothing_open_gives_nothing_and_wrong_arrays_are_refused():
    assert len(pile_ups(NOTHING, NOTHING, PileRule()).group) == 0
    for group, late in ((np.array([0]), NOTHING), (np.array([-1]), np.array([3]))):
        with pytest.raises(ValueError, match="Each open dispute"):
            pile_ups(group, late, PileRule())
