"""False alarms without any rise, and days until a rise is found: daily runs of the scan in seeded worlds.

500 villages in a square of 50 km, zones of 10 km at most, windows of 2 to 14 days, a base of 90 days, at least three
incidents. Without a rise: four years of daily runs at 1, 5 and 20 incidents a day, once as they are and once written
down in 1.67 rows each and merged again. With one: 40 times one or two more incidents each day within
4 km, and two on average.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from bench.alarm_worlds import (
    BASE_DAYS,
    DAY_ONE,
    World,
    even_world,
    merged,
    ordinary,
    rise,
    together,
    towns_world,
    written_down,
)
from screening.episodes import Episode, Signal, follow
from screening.streams import Incidents, StreamCluster, screen
from screening.watching import Watching

YEARS = 4
LONGEST = 14
WATCHING = Watching(base_days=BASE_DAYS, least_base_days=BASE_DAYS, longest=LONGEST, lag_days=0)
ALERTED = replace(WATCHING, replicates=999)
"""Enough where only RI 100 is asked."""
INTERVALS = (30, 100, 365)
BACKGROUNDS = (1, 5, 20)
TIMES = 40
RISE_BACKGROUND, RISE_INTERVAL = 5.0, 100
LOOKED_AFTER = (7, 14, 21)
WORLDS = {"towns and villages": towns_world, "even": even_world}
RISES = (
    ("towns and villages", 1, False),
    ("towns and villages", 2, False),
    ("towns and villages", 2, True),
    ("even", 2, False),
)
"""World, incidents a day more, and whether that is only their mean."""


@dataclass
class Watch:
    """What signals with one recurrence interval or more came to."""

    least: float
    days: int = 0
    episodes: int = 0
    live: tuple[Episode, ...] = ()

    def see(self, clusters: tuple[StreamCluster, ...], day: int) -> None:
        signals = [_signal(one, day) for one in clusters if one.recurrence_interval >= self.least]
        followed = follow(self.live, signals, day, next_number=self.episodes + 1)
        newest = max((one.number for one in (*followed.live, *followed.ended)), default=0)
        self.live, self.episodes = followed.live, max(self.episodes, newest)
        self.days += bool(signals)


def _signal(one: StreamCluster, day: int) -> Signal:
    known = frozenset(map(str, one.incidents))
    return Signal(
        stream="one", day=day, places=frozenset(one.places), incidents=known, p=one.p,
        recurrence_interval=one.recurrence_interval,
    )  # fmt: skip


def clusters_on(
    found: Incidents, world: World, day: int, seed: int, watching: Watching = WATCHING
) -> tuple[StreamCluster, ...]:
    """Return what a run on one day signals."""
    today = date.fromordinal(day)
    done = screen(found, world.ground, watching, today=today, seed=seed, recorded_from=date.fromordinal(DAY_ONE),
                  streams=["one"])  # fmt: skip
    return done.streams[0].clusters


def without_a_rise(a_day: float, *, is_doubled: bool, years: float, seed: int) -> dict[str, Any]:
    """Return signal days and episodes a year when nothing happens."""
    began = time.process_time()
    world, rng = even_world(seed), np.random.default_rng(seed + 1)
    runs = round(365.25 * years)
    found = true = ordinary(world, rng, a_day=a_day, days=BASE_DAYS + runs)
    rows = len(true.day)
    if is_doubled:
        written = written_down(true, rng)
        rows, found = len(written), merged(written, LONGEST)
    watches = [Watch(least) for least in INTERVALS]
    for day in range(DAY_ONE + BASE_DAYS - 1, DAY_ONE + BASE_DAYS - 1 + runs):
        clusters = clusters_on(found, world, day, seed)
        for watch in watches:
            watch.see(clusters, day)
    return {
        "a_day": a_day,
        "doubled": is_doubled,
        "rows": rows,
        "incidents": len(true.day),
        "counted": len(found.day),
        "signal_days": {str(one.least): round(one.days / years, 2) for one in watches},
        "episodes": {str(one.least): round(one.episodes / years, 2) for one in watches},
        "seconds": round(time.process_time() - began, 1),
    }


def with_a_rise(name: str, a_day: int, *, is_poisson: bool, times: int, seed: int) -> dict[str, Any]:
    """Return the share of rises that were found after so many days of them."""
    began = time.process_time()
    days = np.array([days_until_found(name, a_day, is_poisson=is_poisson, seed=seed + 10 * at) for at in range(times)])
    return {
        "world": name,
        "a_day": a_day,
        "poisson": is_poisson,
        "times": times,
        "found": {str(most): round(float((days <= most).mean()), 3) for most in LOOKED_AFTER},
        "days": sorted(days.tolist()),
        "seconds": round(time.process_time() - began, 1),
    }


def days_until_found(name: str, a_day: int, *, is_poisson: bool, seed: int) -> int:
    """Return on which day of a rise a cluster at RI >= 100 days holds a village of it; the day after all if none."""
    world, rng = WORLDS[name](seed), np.random.default_rng(seed + 1)
    most = max(LOOKED_AFTER)
    usual = ordinary(world, rng, a_day=RISE_BACKGROUND, days=BASE_DAYS + most)
    risen, near = rise(world, rng, a_day=a_day, is_poisson=is_poisson, first=DAY_ONE + BASE_DAYS, days=most)
    found = together(usual, risen)
    where = {world.ground.names[at] for at in near}
    for after in range(most):
        clusters = clusters_on(found, world, DAY_ONE + BASE_DAYS + after, seed, ALERTED)
        if any(one.recurrence_interval >= RISE_INTERVAL and where & set(one.places) for one in clusters):
            return after + 1
    return most + 1


def measure(years: float, times: int) -> dict[str, Any]:
    """Return every figure."""
    began = time.process_time()
    null = [
        without_a_rise(a_day, is_doubled=is_doubled, years=years, seed=100 + at)
        for at, a_day in enumerate(BACKGROUNDS)
        for is_doubled in (False, True)
    ]
    rises = [
        with_a_rise(name, a_day, is_poisson=is_poisson, times=times, seed=7_000) for name, a_day, is_poisson in RISES
    ]
    return {"years": years, "null": null, "rises": rises, "seconds": round(time.process_time() - began, 1)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--years", type=float, default=YEARS)
    parser.add_argument("--rises", type=int, default=TIMES)
    options = parser.parse_args()
    figures = measure(options.years, options.rises)
    print(json.dumps(figures, indent=None if options.json else 1))
