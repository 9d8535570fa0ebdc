"""Silence: a zero return weighed against the past of the place and its neighbours, and matters that are told late."""

from __future__ import annotations

import numpy as np
import pytest

from screening.silence import LateRule, chance_of_nothing, late_discovery, zero_returns

MISSING = np.nan


def chance(*, own: float, rounds: float, near: float, silent: float, season: float = 1.0) -> float:
    columns = {"own": own, "rounds": rounds, "near": near, "silent": silent, "season": season}
    return float(chance_of_nothing(**{name: np.array([value]) for name, value in columns.items()})[0])


def test_a_zero_return_is_weighed_against_the_own_past_and_the_neighbours():
    # 12 entries in 6 rounds, neighbours 1 a round: (10 / 11) ** (4 + 12).
    assert chance(own=12, rounds=6, near=1, silent=1) == pytest.approx((10 / 11) ** 16)
    assert chance(own=12, rounds=6, near=1, silent=2) == pytest.approx((10 / 12) ** 16)
    # A new place has only its neighbours: (4 / 7) ** (4 * 2) after three rounds.
    assert chance(own=0, rounds=0, near=2, silent=3) == pytest.approx((4 / 7) ** 8)


def test_quiet_places_quiet_seasons_and_entries_accuse_nobody():
    assert chance(own=0, rounds=20, near=0, silent=9) == 1.0
    assert chance(own=30, rounds=6, near=4, silent=0) == 1.0
    assert chance(own=30, rounds=6, near=4, silent=2, season=0) == 1.0
    assert chance(own=30, rounds=6, near=4, silent=2, season=0.2) > chance(own=30, rounds=6, near=4, silent=2)
    assert chance(own=30, rounds=6, near=4, silent=2, season=5) == chance(own=30, rounds=6, near=4, silent=2)


def test_the_chance_is_that_of_the_model():
    rng = np.random.default_rng(11)
    rate = rng.gamma(2 * 4.0, 1 / 4.0, 400_000)  # what neighbours with two a round lead one to expect
    before, silent = rng.poisson(rate * 6), rng.poisson(rate) == 0
    seen = before == 6

    assert silent[seen].mean() == pytest.approx(chance(own=6, rounds=6, near=2, silent=1), abs=0.01)


def test_the_history_of_a_place_is_taken_from_its_returns_and_its_neighbours():
    entries = np.array(
        [
            [2.0, MISSING, 4, 0, 0],  # silent for two rounds, once without a return
            [1.0, 1, 1, 1, 1],
            [0.0, 0, 0, 0, 0],  # never told anything
            [5.0, 5, 5, 5, MISSING],
            [0.0, 3, 0, 0, 3],
        ]
    )
    ptr, idx = np.array([0, 1, 2, 3, 4, 5]), np.array([1, 0, 1, 0, 0])

    found = zero_returns(entries, ptr, idx)

    assert found[0] == pytest.approx(chance(own=6, rounds=2, near=1, silent=2))
    assert found[2] == pytest.approx(chance(own=0, rounds=0, near=1, silent=5))
    assert found[[1, 3, 4]].tolist() == [1.0, 1.0, 1.0]
    assert zero_returns(entries, ptr, idx, dispersion=2.0)[0] == pytest.approx(found[0] ** 0.5)
    assert zero_returns(np.zeros((1, 0)), np.array([0, 0]), np.zeros(0, np.int64)).tolist() == [1.0]


@pytest.mark.parametrize("wrong", [{"own": -1}, {"near": float("nan")}, {"silent": float("inf")}])
def test_figures_that_cannot_be_true_are_refused(wrong):
    with pytest.raises(ValueError, match="negative or missing"):
        chance(**({"own": 1.0, "rounds": 1.0, "near": 1.0, "silent": 1.0} | wrong))


def test_a_place_that_learns_late_is_told_and_one_with_few_or_young_matters_is_not():
    ages = {0: [90.0, 120, 60, 75, 400, 80], 1: [200.0, 300], 2: [2.0] * 9 + [1.0] * 9, 3: [9.0] * 5}
    group, age = np.repeat(list(ages), [len(one) for one in ages.values()]), np.concatenate(list(ages.values()))

    found = late_discovery(group, age, LateRule())
    mixed = np.random.default_rng(2).permutation(len(age))
    again = late_discovery(group[mixed], age[mixed], LateRule())

    assert (found.group.tolist(), found.reports.tolist(), found.median.tolist()) == ([0], [6], [85.0])
    assert found.p[0] < 0.01
    assert (again.group.tolist(), again.p.tolist()) == (found.group.tolist(), found.p.tolist())


def test_unknown_ages_are_left_out_and_impossible_ones_refused():
    unknown = np.array([np.nan] * 8)

    assert len(late_discovery(np.zeros(8, np.int64), unknown, LateRule()).group) == 0
    with pytest.raises(ValueError, match="before it began"):
        late_discovery(np.array([0]), np.array([-1.0]), LateRule())
    with pytest.raises(ValueError, match="one place"):
        late_discovery(np.array([0, 1]), np.array([1.0]), LateRule())
