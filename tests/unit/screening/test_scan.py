"""The scan: equal to a textbook, the same by both engines, and independent of how the data lie in files."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from screening.scan import scan as scanning
from screening.scan.clusters import Secondary
from screening.scan.engine import ARRAYS
from screening.scan.engine import FASTEST as COMPILED
from screening.scan.geometry import TooManyNeighboursError, along_the_curve, by_coordinates, nearest_zones, on_sphere
from screening.scan.inference import (
    Simulated,
    least_over_streams,
    monte_carlo,
    recurrence_interval,
    tail_p_value,
)
from screening.scan.scan import Chance, Limits, scan
from screening.scan.tables import Cases, Span, permutation, poisson
from tests.unit.screening.scan_worlds import MODELS, points_of, table_of, textbook_best

pytestmark = pytest.mark.xdist_group("scan")  # the loops are compiled once

FREE = Span(9, 9, is_nested=False)
LIMITS = Limits(share=0.5, radius=None, longest=4, least=2)


def lanes_of(table, points, engine, *, seed=5, first=0, lanes=6):
    zones = nearest_zones(points, table.weight, most_weight=0.5 * table.weight.sum(), radius=None)
    draw = scanning._drawing(table, zones, along_the_curve(points), LIMITS, seed=seed, loops=engine)
    return draw(first, lanes), zones


@pytest.mark.parametrize("span", [None, FREE], ids=["nested", "free"])
@pytest.mark.parametrize("model", MODELS)
def test_each_replicate_gets_the_maximum_that_a_textbook_finds(model, span):
    table, points = table_of(model, 3, span=span), points_of(3)
    found, zones = lanes_of(table, points, COMPILED)

    for lane in range(3):
        drawn = table.source.draw(1, seed=5, first=lane, engine=COMPILED)
        counts = table.in_columns(drawn.counted(table.expected.T.shape, np.int32)[:, :, 0].T)
        assert found[lane] == pytest.approx(textbook_best(table, counts, zones, longest=4, least=2), abs=1e-9)


@pytest.mark.parametrize("span", [None, FREE], ids=["nested", "free"])
@pytest.mark.parametrize("model", MODELS)
def test_compiled_loops_and_arrays_give_the_same_answers(model, span):
    table, points = table_of(model, 4, span=span), points_of(4)

    one, other = (
        scan(table, points, LIMITS, Chance(200, None, 7), rule=Secondary.ALL, engine=engine)
        for engine in (COMPILED, ARRAYS)
    )

    rounded = [[replace(c, statistic=round(c.statistic, 9)) for c in result.clusters] for result in (one, other)]
    assert rounded[0] == rounded[1]
    assert np.abs(one.simulated.maxima - other.simulated.maxima).max() < 1e-9


@pytest.mark.parametrize("size", [9_000, 40_000])
def test_many_cases_in_large_zones_are_counted_without_overflow(size):
    rng = np.random.default_rng(size)
    points = rng.integers(0, 60, (90, 2)).astype(float)
    points = points[by_coordinates(points, [str(at) for at in range(90)])]
    expected = np.exp(rng.normal(0, 1.5, (90, 1))) * np.ones((1, 9))
    place = rng.choice(90, size, p=expected[:, 0] / expected[:, 0].sum())
    cases = Cases(place.astype(np.int32), rng.integers(0, 9, size).astype(np.int32), np.zeros(size, np.int32))
    table = poisson(cases, expected, Span(9, 4, is_nested=True))

    one, zones = lanes_of(table, points, COMPILED)
    other, _ = lanes_of(table, points, ARRAYS)

    drawn = table.source.draw(1, seed=5, first=2, engine=ARRAYS)
    counts = table.in_columns(drawn.counted(table.expected.T.shape, np.int32)[:, :, 0].T)
    assert np.diff(zones.ptr).max() > 40
    assert np.abs(one - other).max() < 1e-9
    assert one[2] == pytest.approx(textbook_best(table, counts, zones, longest=4, least=2), abs=1e-9)


def test_batches_do_not_change_a_replicate():
    table, points = table_of("strata", 8), points_of(8)

    together, _ = lanes_of(table, points, COMPILED, lanes=9)
    apart = [lanes_of(table, points, COMPILED, first=first, lanes=3)[0] for first in (0, 3, 6)]

    assert np.array_equal(together, np.concatenate(apart))


def test_the_order_of_cases_does_not_matter_and_dates_may_be_shifted():
    rng = np.random.default_rng(1)
    place, period = rng.integers(0, 14, 80).astype(np.int32), rng.integers(0, 9, 80).astype(np.int32)
    points, mixed = points_of(1), rng.permutation(80)
    flat = np.zeros(80, np.int32)
    one = permutation(Cases(place, period, flat), 14, Span(9, 4, is_nested=True))
    later = permutation(Cases(place[mixed], period[mixed] + 3, flat), 14, Span(12, 4, is_nested=True))

    first, second = (scan(table, points, LIMITS, Chance(99, None, 2)) for table in (one, later))

    assert [replace(c, begin=c.begin + 3, last=c.last + 3) for c in first.clusters] == second.clusters
    assert np.array_equal(first.simulated.maxima, second.simulated.maxima)


def test_what_is_expected_in_a_window_adds_up_to_its_cases():
    table = table_of("strata", 6)

    assert np.allclose(table.expected.sum(axis=0), table.observed.sum(axis=0))


def test_p_is_uniform_under_the_null_hypothesis():
    points, rng = points_of(2, 30), np.random.default_rng(11)
    found = []
    for _ in range(150):
        place, period = rng.integers(0, 30, 400).astype(np.int32), rng.integers(0, 9, 400).astype(np.int32)
        table = permutation(Cases(place, period, np.zeros(400, np.int32)), 30, Span(9, 4, is_nested=True))
        result = scan(table, points, LIMITS, Chance(99, None, int(rng.integers(1 << 30))))
        found.append(result.simulated.p_value(result.clusters[0].statistic))

    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_all_cases_in_one_place_and_a_single_case_are_no_cluster():
    points = points_of(5)
    for size in (1, 20):
        cases = Cases(np.zeros(size, np.int32), np.full(size, 8, np.int32), np.zeros(size, np.int32))
        result = scan(permutation(cases, 14, Span(9, 4, is_nested=True)), points, LIMITS, Chance())

        assert result.clusters == []
        assert len(result.simulated.maxima) == 0


def test_a_cluster_that_was_put_in_is_found_where_and_when_it_is():
    rng = np.random.default_rng(3)
    points = np.array([[x, y] for x in range(8) for y in range(8)], float)
    place, period = rng.integers(0, 64, 600), rng.integers(0, 60, 600)
    place, period = np.append(place, [9, 10, 17, 18] * 6), np.append(period, [57, 58, 59] * 8)
    cases = Cases(place.astype(np.int32), period.astype(np.int32), np.zeros(624, np.int32))

    result = scan(permutation(cases, 64, Span(60, 14, is_nested=True)), points, Limits(0.5, 3.0, 14, 2), Chance())

    best = result.clusters[0]
    assert {9, 10, 17, 18} <= set(best.places)
    assert (best.begin, best.last) == (57, 59)
    assert result.simulated.p_value(best.statistic) == 1 / 1000


def test_weaker_clusters_are_reported_by_the_rule_that_was_chosen():
    table, points = table_of("permutation", 12), points_of(12)
    counts = {rule: len(scan(table, points, LIMITS, Chance(1), rule=rule, most=99).clusters) for rule in Secondary}

    assert counts[Secondary.NONE_OVERLAPPING] <= counts[Secondary.NO_CENTRES_IN_OTHERS]
    assert counts[Secondary.NO_CENTRES_IN_OTHERS] <= counts[Secondary.NO_CENTRES_IN_STRONGER]
    assert counts[Secondary.NO_CENTRES_IN_STRONGER] <= counts[Secondary.NO_PAIRS_OF_CENTRES]
    assert counts[Secondary.NO_PAIRS_OF_CENTRES] <= counts[Secondary.ALL]


def test_a_radius_and_a_share_cut_the_zones_and_of_equals_the_smaller_coordinate_comes_first():
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [5, 5]], float)
    weight = np.array([1.0, 1, 1, 0, 1])

    for radius in (1.5, None):
        zones = nearest_zones(points, weight, most_weight=3.0, radius=radius)
        assert zones.idx[zones.ptr[3] : zones.ptr[4]].tolist()[:3] == [1, 2, 0]  # places without weight are left out
        assert zones.idx[zones.ptr[0] : zones.ptr[1]].tolist() == [0, 1, 2]
        assert zones.idx[zones.ptr[4] : zones.ptr[5]].tolist()[:1] == [4]


def test_too_many_neighbours_are_refused_before_memory_ends(monkeypatch):
    monkeypatch.setattr("screening.scan.geometry.MOST_NEIGHBOURS", 100)

    with pytest.raises(TooManyNeighboursError):
        nearest_zones(points_of(1), np.ones(14), most_weight=14.0, radius=None)


def test_a_degree_on_the_globe_is_as_long_as_it_is():
    north = on_sphere(np.array([29.0, 30.0]), np.array([111.0, 111.0]))

    assert np.linalg.norm(north[0] - north[1]) == pytest.approx(111.12, abs=0.01)  # 6367 pi / 180


def test_drawing_stops_when_enough_were_as_strong_and_p_is_their_share():
    drawn = iter(range(1000))

    result = monte_carlo(
        lambda _first, lanes: np.array([float(next(drawn) % 4) for _ in range(lanes)]), 3.0, replicates=999, stop=50
    )

    assert result.stopped
    assert len(result.maxima) == 200
    assert result.p_value(3.0) == 0.25


def test_the_tail_is_used_only_where_replicates_end():
    rng = np.random.default_rng(1)
    simulated = Simulated(rng.gumbel(8.0, 1.0, 99_999), stopped=False)

    assert tail_p_value(simulated, 9.0) == simulated.p_value(9.0)
    assert tail_p_value(simulated, 25.0) == pytest.approx(float(np.exp(-17.0)), rel=0.5)
    assert tail_p_value(replace(simulated, stopped=True), 25.0) == 0.0


def test_earlier_analyses_make_a_recurrence_interval_longer():
    assert recurrence_interval(0.01, period_days=1) == 100
    assert recurrence_interval(0.01, period_days=1, earlier=9) == pytest.approx(1 / (1 - 0.99**0.1))


def test_the_smallest_p_of_several_streams_is_compared_with_smallest_ones():
    rng = np.random.default_rng(4)
    worlds = [rng.gumbel(size=999) for _ in range(4)]
    strong = float(np.quantile(worlds[0], 0.998))

    joint = least_over_streams([strong, 0.0, 0.0, 0.0], worlds)

    assert 0.002 < joint[0] < 0.02
    assert joint[1] > 0.9
