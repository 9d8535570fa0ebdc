"""Runs over streams: what signals, what is not looked at, and that nothing depends on order or on later entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from screening.ground import Gap, Ground, ground_on_globe, ground_on_plane
from screening.scan.geometry import cut_zones, nearest_zones
from screening.streams import ALL, Incidents, screen
from screening.watching import Watching, budget
from tests.unit.screening.scan_worlds import points_of

pytestmark = pytest.mark.xdist_group("scan")  # the loops are compiled once

TODAY = date(2026, 6, 30)
LAST = TODAY.toordinal() - 1
NAMES = [f"v{x}{y}" for x in range(6) for y in range(6)]
GRID = np.array([[x, y] for x in range(6) for y in range(6)], float)
PLAIN = Watching(base_days=120, longest=14, replicates=999)


def ground(order: list[int] | None = None) -> Ground:
    order = order or list(range(36))
    return ground_on_plane([NAMES[at] for at in order], GRID[order], 2.0)


def year(*, rise: int = 12, seed: int = 3) -> Incidents:
    """Two incidents a day of two categories in 36 villages, and a rise in four of them in the last three days."""
    rng = np.random.default_rng(seed)
    place, day = rng.integers(0, 36, 240), rng.integers(LAST - 119, LAST + 1, 240)
    place = np.append(place, [8, 13, 14, 15] * (rise // 4))
    day = np.append(day, np.repeat([LAST, LAST - 1, LAST - 2], 4)[:rise])
    category = np.where(np.arange(len(day)) % 2 == 0, "07", "09")
    category[240:] = "09"
    return Incidents(place, day, category, np.arange(len(day)))


def run(found: Incidents, where: Ground | None = None, watching: Watching = PLAIN, **more: object):
    return screen(found, where or ground(), watching, today=TODAY, seed=5, **more)


def test_a_rise_is_found_in_its_stream_with_everything_that_is_to_be_shown() -> None:
    screened = run(year())
    by_name = {one.stream: one for one in screened.streams}
    best = by_name["09"].clusters[0]
    inside = [at for at in range(252) if NAMES[year().place[at]] in best.places and year().category[at] == "09"]

    assert list(by_name) == ["07", "09", ALL]
    assert set(best.places) == {"v12", "v21", "v22", "v23"}
    assert (best.begin, best.last) == (date(2026, 6, 27), date(2026, 6, 29))
    assert set(range(240, 252)) <= set(best.incidents) <= set(inside)
    assert best.ratio == pytest.approx(len(best.incidents) / best.expected)
    assert best.households == len(best.incidents)
    assert best.recurrence_interval == pytest.approx(1 / best.p)
    assert best.recurrence_interval >= 100
    assert by_name["09"].replicates == 999
    assert all(one.recurrence_interval < 30 for one in by_name["07"].clusters)
    assert sum(one.incidents for one in screened.streams[:2]) == screened.streams[2].incidents == 252


def test_the_order_of_places_and_incidents_and_what_comes_later_change_nothing() -> None:
    rng = np.random.default_rng(1)
    found, other = year(), rng.permutation(36).tolist()
    rank = np.argsort(other)
    more = rng.permutation(260)
    place, day = np.append(found.place, [3] * 8), np.append(found.day, [LAST + 1] * 4 + [LAST - 400] * 4)
    mixed = Incidents(rank[place][more], day[more], np.append(found.category, ["09"] * 8)[more])

    one = run(replace(found, household=None))
    same = run(mixed, ground(other), recorded_from=date(2025, 1, 1))

    assert [
        [replace(c, incidents=tuple(sorted(more[list(c.incidents)].tolist()))) for c in s.clusters]
        for s in same.streams
    ] == [list(s.clusters) for s in one.streams]


def test_a_household_with_many_matters_is_no_cluster() -> None:
    found = year()
    one_home = np.where(np.arange(252) >= 240, 1_000, found.household)

    stream = run(replace(found, household=one_home), streams=["09"]).streams[0]

    assert stream.too_few_households == 1
    assert all(c.begin.toordinal() != LAST - 2 for c in stream.clusters)


def test_what_is_not_looked_at_is_said() -> None:
    found = year()
    rare = replace(found, category=np.where(np.arange(252) < 3, "15", found.category))
    young = run(found, recorded_from=TODAY - timedelta(days=48))
    none = run(Incidents(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, "U2")))

    by_name = {one.stream: one for one in run(rare).streams}
    assert by_name["15"].not_screened == "近120天只有3件，不足12件，统计扫描看不出变化，由共性诉求规则照看。"
    assert by_name["07"].not_screened is None
    assert {one.not_screened for one in young.streams} == {"记录只有48天，满90天后才做统计扫描。"}
    assert [one.not_screened for one in none.streams] == ["记录只有0天，满90天后才做统计扫描。"]


def test_places_without_coordinates_or_with_a_gap_are_left_out_and_named() -> None:
    points = GRID.copy()
    points[35] = np.nan
    where = ground_on_plane(NAMES, points, 2.0)
    day = TODAY - timedelta(days=5)
    long_ago = TODAY - timedelta(days=100)
    gaps = [Gap(14, day, day), Gap(3, long_ago, long_ago + timedelta(days=12)), Gap(4, long_ago, long_ago)]
    found = year()
    found.place[:2] = -1

    screened = run(found, where, gaps=gaps)

    assert [one.place for one in screened.missing] == ["v55", "v03", "v22"]
    assert [one.reason for one in screened.missing] == [
        "没有坐标，不能参加统计扫描。",
        "基线内有13天没有上传，超过一成，不参加统计扫描。",
        "比较的时段内有1天没有上传，不参加统计扫描。",
    ]
    assert screened.unplaced == int(np.isin(found.place, [-1, 35, 3, 14]).sum())
    assert not {"v55", "v03", "v22"} & {name for s in screened.streams for c in s.clusters for name in c.places}


def test_nothing_shorter_than_the_shortest_window_signals() -> None:
    found = year(rise=4)

    for shortest in (1, 2, 5):
        clusters = run(found, watching=replace(PLAIN, shortest=shortest), streams=["09"]).streams[0].clusters
        assert all((one.last - one.begin).days + 1 >= shortest for one in clusters)
        assert all(one.incidents for one in clusters)


def test_earlier_analyses_raise_p_and_leave_the_recurrence_interval() -> None:
    alone, after = (
        run(year(), watching=replace(PLAIN, earlier=earlier, by_weekday=True), streams=["09"]).streams[0].clusters[0]
        for earlier in (0, 9)
    )

    assert after.p == pytest.approx(1 - (1 - alone.p) ** 10)
    assert after.recurrence_interval == pytest.approx(alone.recurrence_interval)


def test_zones_cut_from_lists_found_before_are_those_found_anew() -> None:
    rng = np.random.default_rng(2)
    for radius in (None, 2.0):
        points, weight = points_of(9, 40), rng.integers(0, 3, 40).astype(float)
        near = nearest_zones(points, np.ones(40), most_weight=40.0, radius=radius)
        anew = nearest_zones(points, weight, most_weight=0.5 * weight.sum(), radius=radius)

        cut = cut_zones(near, weight, most_weight=0.5 * weight.sum())

        assert (cut.ptr.tolist(), cut.idx.tolist()) == (anew.ptr.tolist(), anew.idx.tolist())


def test_figures_and_places_out_of_range_are_refused() -> None:
    for wrong in ({"longest": 60}, {"share": 0.6}, {"least_incidents": 1}, {"lag_days": -1}):
        with pytest.raises(ValueError, match=r"is above|or more|Windows"):
            Watching(**wrong)
    with pytest.raises(ValueError, match="name"):
        ground_on_plane(["a", "a"], GRID[:2], 2.0)
    with pytest.raises(ValueError, match="month"):
        budget(0, 3)
    assert ground_on_globe(["a", "b"], np.array([29.0, np.nan]), np.array([111.0, 111.0]), 10.0).number.tolist() == [
        0,
        -1,
    ]
