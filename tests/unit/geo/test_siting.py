"""Sites against every choice there is, and the ends that must be defined."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from geo.coverage.access import access_of, totals_of
from geo.coverage.places import Rooms, Villages
from geo.coverage.siting import cover_most, next_rooms


def rooms_at(lon, lat):
    many = len(lon)
    return Rooms.of(
        lon, lat, active=[True] * many, home=[-1] * many, effective=[0] * many,
        hours=np.zeros((many, 7, 24), dtype=bool), hours_known=[False] * many,
    )  # fmt: skip


def case(seed):
    rng = np.random.default_rng(seed)
    shape = int(rng.integers(1, 16)), int(rng.integers(1, 9))
    within = (rng.random(shape) < rng.choice([0.1, 0.3, 0.5])).astype(float)
    return within, rng.integers(0, 9, shape[0]).astype(float), rng.random(shape[0]) < 0.2, int(rng.integers(0, 6))


def most_of_all(within, weights, there, number):
    return max(
        weights[there | (within[:, list(sites)].sum(axis=1) > 0)].sum()
        for sites in combinations(range(within.shape[1]), min(number, within.shape[1]))
    )


def test_the_sites_reach_as_many_as_the_best_of_every_choice():
    for seed in range(60):
        within, weights, there, number = case(seed)

        found = cover_most(csr_array(within), weights, there, number=number)

        reached = weights[there | (within[:, found.sites].sum(axis=1) > 0)].sum()
        assert (found.proof, found.gap) == ("optimal", 0.0)
        assert found.after == reached == most_of_all(within, weights, there, number), seed
        assert found.gains.sum() == found.after - found.before
        assert (found.gains > 0).all()
        assert len(set(found.sites.tolist())) == len(found.sites) <= number


def test_the_best_pair_is_found_where_taking_the_largest_first_fails():
    within = csr_array(np.array([[1, 0, 1], [1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 1], [0, 1, 0]], dtype=float))

    found = cover_most(within, np.ones(6), np.zeros(6, dtype=bool), number=2)

    assert (found.sites.tolist(), found.gains.tolist(), found.bound) == ([0, 1], [3, 3], 6)


def test_without_time_the_gap_is_stated():
    def late(matrix, gains, number, seconds):
        return np.empty(0, dtype=np.int64), 6.0

    within = csr_array(np.array([[1, 0, 1], [1, 0, 1], [1, 0, 0], [0, 1, 1], [0, 1, 1], [0, 1, 0]], dtype=float))

    found = cover_most(within, np.ones(6), np.zeros(6, dtype=bool), number=2, solve=late)

    assert (found.after, found.bound, found.proof, round(found.gap, 3)) == (5, 6, "gap", 0.167)


def test_equal_sites_are_taken_in_their_order_and_nothing_more_is_no_site():
    villages = Villages.of([111.0, 111.1, 112.0], [29.0] * 3, [10, 10, 5], [False] * 3)
    spots = [111.1, 111.0, 111.0, 113.0]

    found = next_rooms(villages, rooms_at([], []), spots, [29.0] * 4, number=9)

    assert (found.sites.tolist(), found.gains.tolist()) == ([0, 1], [10, 10])
    assert (found.total, found.before, found.after, found.out_of_reach, found.proof) == (25, 0, 20, 5, "optimal")


def test_nothing_left_nobody_there_and_no_candidate_are_answers():
    villages = Villages.of([111.0], [29.0], [10], [True])
    nobody = Villages.of([111.0], [29.0], [0], [True])
    unknown = Villages.of([111.0, 111.5], [29.0] * 2, [None, 7], [True] * 2)

    covered = next_rooms(villages, rooms_at([111.0], [29.0]), [111.0], [29.0], number=3)
    empty = next_rooms(nobody, rooms_at([], []), [111.0], [29.0], number=1)
    none = next_rooms(villages, rooms_at([], []), [], [], number=1)
    by_village = next_rooms(unknown, rooms_at([], []), [111.0], [29.0], number=1)

    assert [len(one.sites) for one in (covered, empty, none)] == [0, 0, 0]
    assert [(one.after, one.bound, one.gap) for one in (covered, empty, none)] == [(10, 10, 0), (0, 0, 0), (0, 0, 0)]
    assert (none.out_of_reach, by_village.basis, by_village.after) == (10, "villages", 1)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_further_room_never_lowers_coverage_and_never_beats_the_chosen_one(seed):
    rng = np.random.default_rng(seed)
    villages = Villages.of(
        111 + rng.random(9) * 0.1, 29 + rng.random(9) * 0.1, rng.integers(0, 50, 9).tolist(), rng.random(9) < 0.5
    )
    lon, lat = 111 + rng.random(4) * 0.1, 29 + rng.random(4) * 0.1
    reached = [
        totals_of(villages, rooms, access_of(villages, rooms)).within
        for rooms in (rooms_at(lon[:2], lat[:2]), rooms_at(lon[:3], lat[:3]))
    ]

    best = next_rooms(villages, rooms_at(lon[:2], lat[:2]), lon[2:], lat[2:], number=1)

    assert reached[0] == best.before <= reached[1] <= best.after
