"""Zones by steps over borders and by lists: what a ridge parts is never one zone."""

from __future__ import annotations

import numpy as np
import pytest

from screening.scan.adjacency import zones_by_steps, zones_of_lists
from screening.scan.scan import Chance, Limits, scan
from screening.scan.tables import Cases, Span, permutation

pytestmark = pytest.mark.xdist_group("scan")  # the loops are compiled once

SIDE = 8
POINTS = np.array([[x, y] for x in range(SIDE) for y in range(SIDE)], float)
RIDGE = 3.5
"""Between the fourth and the fifth row there is no way across."""


def borders() -> np.ndarray:
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    along = np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1)
    across = np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1)
    return np.concatenate([along, across[(POINTS[across[:, 0], 0] < RIDGE) == (POINTS[across[:, 1], 0] < RIDGE)]])


def cluster(near):
    rng = np.random.default_rng(3)
    rows = SIDE * np.array([3, 3, 4, 4]) + np.array([2, 3, 2, 3])
    place = np.append(rng.integers(0, SIDE * SIDE, 600), np.repeat(rows[:2], 12))
    period = np.append(rng.integers(0, 60, 600), np.tile([57, 58, 59], 8))
    cases = Cases(place.astype(np.int32), period.astype(np.int32), np.zeros(len(place), np.int32))
    table = permutation(cases, len(POINTS), Span(60, 14, is_nested=True))
    return scan(table, POINTS, Limits(0.5, None, 14, 2), Chance(), near=near).clusters[0], set(rows[:2].tolist())


def test_no_zone_crosses_a_ridge_and_the_cluster_before_it_is_found():
    found, planted = cluster(zones_by_steps(borders(), POINTS))

    assert planted <= set(found.places)
    assert (POINTS[list(found.places), 0] < RIDGE).all()


def test_only_whole_areas_are_zones_where_each_list_is_one():
    quarter = (POINTS[:, 0] // 4 * 2 + POINTS[:, 1] // 4).astype(np.int32)
    cases = Cases(
        np.append(quarter[::2], [1] * 9),
        np.append(np.arange(32) % 20, [19] * 9).astype(np.int32),
        np.zeros(41, np.int32),
    )
    table = permutation(cases, 4, Span(20, 5, is_nested=True))

    found = scan(table, POINTS[:4], Limits(0.5, None, 5, 2), Chance(), near=zones_of_lists([[0], [1], [2], [3]], 4))

    assert [list(one.places) for one in found.clusters[:1]] == [[1]]


def test_steps_may_be_limited_and_an_island_is_alone():
    zones = zones_by_steps(np.array([[0, 1], [1, 2]]), POINTS[:4], most_steps=1)

    assert [zones.idx[zones.ptr[at] : zones.ptr[at + 1]].tolist() for at in range(4)] == [
        [0, 1],
        [1, 0, 2],
        [2, 1],
        [3],
    ]


@pytest.mark.parametrize(
    ("lists", "sentence"), [([[0]], "one list for each"), ([[0, 0], [1]], "twice"), ([[0], [2]], "does not exist")]
)
def test_lists_that_cannot_be_zones_are_refused(lists, sentence):
    with pytest.raises(ValueError, match=sentence):
        zones_of_lists(lists, 2)


def test_a_border_with_a_place_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="not among the points"):
        zones_by_steps(np.array([[0, 9]]), POINTS[:4])
