"""Villages spread over their grids: sums against plain loops, and what a closing takes from a part of a village."""

from dataclasses import fields

import numpy as np
import pytest

from geo.coordinates import haversine_metres
from geo.coverage.access import access_of, closing_of, totals_of
from geo.coverage.hours import hours_open
from geo.coverage.opening import read_opening
from geo.coverage.places import Rooms, Villages
from geo.coverage.spots import closing_spread, spread, totals_spread

GRIDS = 60


def county(seed, *, unknown=False):
    """Return eight villages, sixty grids in the first six of them, and seven rooms, all at random."""
    rng = np.random.default_rng(seed)
    households = [int(one) for one in rng.integers(0, 90, 8)]
    villages = Villages.of(
        111 + rng.random(8) * 0.1, 29 + rng.random(8) * 0.1, [*households[:7], None if unknown else households[7]],
        rng.random(8) < 0.4,
    )  # fmt: skip
    grids = {
        "village": rng.integers(0, 6, GRIDS), "lon": 111 + rng.random(GRIDS) * 0.1, "lat": 29 + rng.random(GRIDS) * 0.1,
        "households": rng.integers(0, 12, GRIDS).astype(float),
    }  # fmt: skip
    openings = [read_opening(("周一上午", "周六 9:00-17:00", "")[at % 3]) for at in range(7)]
    rooms = Rooms.of(
        111 + rng.random(7) * 0.1, 29 + rng.random(7) * 0.1, active=rng.random(7) < 0.8, home=rng.integers(-1, 8, 7),
        effective=rng.integers(-1, 2, 7), hours=hours_open(openings), hours_known=[True] * 7,
    )  # fmt: skip
    return villages, grids, rooms


def by_loops(villages, grids, rooms):
    """Return weight, weight that reaches one and two rooms, spot by spot."""
    sums = [0.0, 0.0, 0.0]
    counts_villages = np.isnan(villages.households).any()
    for at in range(8):
        own = [number for number in range(GRIDS) if grids["village"][number] == at]
        whole = sum(grids["households"][number] for number in own)
        parts = [(grids["lon"][n], grids["lat"][n], grids["households"][n] / whole) for n in own] if whole else []
        for lon, lat, part in parts or [(villages.lon[at], villages.lat[at], 1.0)]:
            weight = part * (1.0 if counts_villages else villages.households[at])
            limit = 1000 if villages.urban[at] else 2000
            near = sum(
                rooms.active[room] and haversine_metres(lon, lat, rooms.lon[room], rooms.lat[room]) <= limit
                for room in range(7)
            )
            for least in (0, 1, 2):
                sums[least] += weight * (near >= least)
    return sums


@pytest.mark.parametrize("unknown", [False, True])
def test_sums_of_grids_are_those_of_plain_loops(unknown):
    for seed in range(12):
        villages, grids, rooms = county(seed, unknown=unknown)
        spots = spread(villages, **grids)

        found = totals_spread(
            spots, rooms, access_of(spots.points, rooms), totals_of(villages, rooms, access_of(villages, rooms))
        )

        assert (found.weight, found.within, found.second) == pytest.approx(tuple(by_loops(villages, grids, rooms)))
        assert found.basis == ("villages" if unknown else "households")
        assert (found.villages, found.unknown_households) == (8, int(unknown))


def test_a_village_stays_as_large_as_it_is_said_to_be():
    villages, grids, _ = county(3)

    spots = spread(villages, **grids)

    sums = np.bincount(spots.village, spots.points.households, 8)
    np.testing.assert_allclose(sums, villages.households)
    np.testing.assert_allclose(spots.share(np.ones(len(spots.village), dtype=bool)), 1.0)
    assert spots.by_grids.tolist() == [True] * 6 + [False] * 2


def test_without_grids_nothing_changes():
    villages, _, rooms = county(5)
    nowhere = np.empty(0)

    spots = spread(villages, np.empty(0, dtype=np.int64), nowhere, nowhere, nowhere)

    np.testing.assert_array_equal(spots.points.lon, villages.lon)
    here, there = access_of(spots.points, rooms), access_of(villages, rooms)
    for one in fields(here):
        np.testing.assert_array_equal(getattr(here, one.name), getattr(there, one.name))
    assert closing_spread(spots, villages, rooms, 0).before == closing_of(villages, rooms, 0).before


def test_a_closing_that_takes_the_room_from_one_grid_says_how_much_of_the_village_it_is():
    """Two grids of 30 and 60 households four kilometres apart, a room at each; the first room closes."""
    villages = Villages.of([111.02], [29.0], [90], [False])
    rooms = Rooms.of(
        [111.0, 111.04], [29.0, 29.0], active=[True] * 2, home=[0, 0], effective=[1, 1],
        hours=hours_open([read_opening("每天 9:00-12:00")] * 2), hours_known=[True] * 2,
    )  # fmt: skip
    spots = spread(villages, np.array([0, 0]), np.array([111.0, 111.04]), np.array([29.0] * 2), np.array([30.0, 60.0]))

    found = closing_spread(spots, villages, rooms, 0)

    assert (found.before.within, found.after.within) == pytest.approx((90.0, 60.0))
    assert found.lose_access.tolist() == [0]
    assert found.lost_share.tolist() == pytest.approx([1 / 3])
    assert (found.lose_room.tolist(), found.more_load.tolist()) == ([], pytest.approx([-30.0, 30.0]))


def test_a_day_counts_whoever_reaches_a_room_open_in_any_of_its_hours():
    villages = Villages.of([111.0, 111.5], [29.0] * 2, [30, 10], [False] * 2)
    rooms = Rooms.of(
        [111.0, 111.5], [29.0] * 2, active=[True] * 2, home=[0, 1], effective=[1, 1],
        hours=hours_open([read_opening("周一 8:00-9:00"), read_opening("周一 20:00-22:00、周日 9:00-12:00")]),
        hours_known=[True] * 2,
    )  # fmt: skip

    found = access_of(villages, rooms)

    assert found.by_day.tolist() == [1.0, 0, 0, 0, 0, 0, 0.25]
    assert found.by_hour[0].max() == 0.75
