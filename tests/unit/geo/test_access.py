"""Access against plain loops over all pairs, and the cases that break averages."""

import numpy as np
import pytest

from geo.coordinates import haversine_metres
from geo.coverage.access import access_of, closing_of, totals_of
from geo.coverage.hours import hours_open
from geo.coverage.opening import read_opening
from geo.coverage.places import NOBODY, Rooms, Villages

HOURS = ("周一至周五 8:30-17:30", "周三上午", "", "24小时", "暂停开放")


def world(seed, villages=12, rooms=7, unknown=False):
    rng = np.random.default_rng(seed)
    households = rng.integers(0, 200, villages).tolist()
    if unknown:
        households[0] = None
    texts = [HOURS[number] for number in rng.integers(0, len(HOURS), rooms)]
    openings = [read_opening(text) for text in texts]
    lon = 111 + rng.random(rooms) * 0.06
    lon[rng.random(rooms) < 0.15] = np.nan
    return (
        Villages.of(111 + rng.random(villages) * 0.06, 29 + rng.random(villages) * 0.06, households,
                    rng.random(villages) < 0.5),
        Rooms.of(lon, 29 + rng.random(rooms) * 0.06, active=rng.random(rooms) < 0.8,
                 home=rng.integers(-1, villages, rooms), effective=rng.integers(-1, 2, rooms),
                 hours=hours_open(openings), hours_known=[text != "" for text in texts]),
    )  # fmt: skip


def by_loops(villages, rooms):
    usable = [room for room in range(len(rooms.lon)) if rooms.active[room] and not np.isnan(rooms.lon[room])]
    weights = villages.weights()
    nearest, reached, load = [], [], np.zeros(len(rooms.lon))
    by_hour = np.zeros((7, 24))
    for village, limit in enumerate(villages.limits()):
        here = villages.lon[village], villages.lat[village]
        ways = {room: float(haversine_metres(*here, rooms.lon[room], rooms.lat[room])) for room in usable}
        nearest.append(min(ways, key=ways.get, default=NOBODY))
        near = [room for room in usable if ways[room] <= limit]
        reached.append(len(near))
        if usable:
            load[nearest[-1]] += weights[village]
        by_hour += weights[village] * np.any([rooms.hours[room] for room in near] or [np.zeros((7, 24))], axis=0)
    return nearest, reached, load, by_hour / weights.sum()


@pytest.mark.parametrize("unknown", [False, True])
def test_access_equals_plain_loops(unknown):
    for seed in range(30):
        villages, rooms = world(seed, unknown=unknown)

        found = access_of(villages, rooms)

        nearest, reached, load, by_hour = by_loops(villages, rooms)
        assert found.nearest.tolist() == nearest
        assert found.reached.tolist() == reached
        np.testing.assert_allclose(found.load, load)
        np.testing.assert_allclose(found.by_hour, by_hour, atol=1e-12)
        totals = totals_of(villages, rooms, found)
        assert totals.basis == ("villages" if unknown else "households")
        assert (totals.unknown_households, totals.weight) == (int(unknown), villages.weights().sum())
        assert totals.within == villages.weights()[np.array(reached) > 0].sum()
        assert totals.second == villages.weights()[np.array(reached) > 1].sum()


def test_a_room_on_record_counts_for_its_village_and_its_point_for_ways():
    villages = Villages.of([111.0, 111.1], [29.0, 29.0], [10, 30], [False, False])
    rooms = Rooms.of(
        [111.1, None, 111.0], [29.0, None, 29.0], active=[True, True, False], home=[0, 1, 1], effective=[0, -1, 1],
        hours=np.zeros((3, 7, 24), dtype=bool), hours_known=[True, False, True],
    )  # fmt: skip

    found = access_of(villages, rooms)
    totals = totals_of(villages, rooms, found)

    assert (found.has_room.tolist(), found.effective.tolist(), found.reached.tolist()) == ([True] * 2, [0, -1], [0, 1])
    assert (totals.share, totals.rooms, totals.rooms_without_point, totals.rooms_without_hours) == (0.75, 2, 1, 1)


def test_nobody_to_count_and_no_room_have_defined_results():
    empty = Rooms.of([], [], active=[], home=[], effective=[], hours=np.zeros((0, 7, 24), bool), hours_known=[])
    villages = Villages.of([111.0], [29.0], [0], [True])

    found = access_of(villages, empty)

    assert (found.nearest.tolist(), found.metres.tolist(), found.load.tolist()) == ([NOBODY], [np.inf], [])
    assert np.isnan(totals_of(villages, empty, found).share)
    assert np.isnan(found.by_hour).all()
    nobody = Villages.of([], [], [], [])
    assert totals_of(nobody, empty, access_of(nobody, empty)).villages == 0


def test_a_closing_takes_what_only_that_room_gave():
    villages = Villages.of([111.0, 111.01, 111.05], [29.0] * 3, [10, 20, 40], [False] * 3)
    rooms = Rooms.of(
        [111.0, 111.025, 111.06], [29.0] * 3, active=[True] * 3, home=[0, 1, NOBODY], effective=[1, 1, 1],
        hours=np.ones((3, 7, 24), dtype=bool), hours_known=[True] * 3,
    )  # fmt: skip

    change = closing_of(villages, rooms, 0)

    assert (change.before.within, change.after.within) == (70.0, 60.0)
    assert [found.tolist() for found in (change.lose_room, change.lose_access, change.lose_second, change.farther)] == [
        [0], [0], [1], [0, 1],
    ]  # fmt: skip
    assert change.more_load.tolist() == [-30.0, 30.0, 0.0]
    with pytest.raises(IndexError):
        closing_of(villages, rooms, 3)
