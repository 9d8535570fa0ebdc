"""Time the siting of 20 rooms among 2,000 candidates in made counties, from the points to the proven answer.

Run: ``python -m bench.bench_siting [--json] [--candidates N] [--rooms N]``. Villages lie in clusters and alone,
households are skewed, every village's point is a candidate; with 300 rooms that exist and with none.
"""

from __future__ import annotations

import argparse
import json
import sys
import time

import numpy as np

from geo.coverage.access import access_of, closing_of, totals_of
from geo.coverage.hours import hours_open
from geo.coverage.opening import read_opening
from geo.coverage.places import Rooms, Villages
from geo.coverage.siting import Siting, next_rooms

# Degrees of the square that holds the county: a town, a dense plain, a usual county, wide mountains.
COUNTIES = {"town": 0.12, "dense": 0.35, "usual": 0.7, "wide": 1.2}
EXISTING = 300
HOURS = ("周一至周五 08:30-17:30", "周二、周四 09:00-12:00", "周三 14:00-17:00", "")


def county(side: float, villages: int, seed: int) -> tuple[Villages, Rooms]:
    """Return a made county of so many villages, a fifth of them urban, with rooms in some."""
    rng = np.random.default_rng(seed)
    centres = rng.random((60, 2)) * side
    loose = rng.random(villages) < 0.4
    points = centres[rng.integers(0, len(centres), villages)] + rng.normal(0, side / 40, (villages, 2))
    points[loose] = rng.random((int(loose.sum()), 2)) * side
    households = np.maximum(5, rng.lognormal(5.8, 0.6, villages)).astype(int).tolist()
    lon, lat = 111 + points[:, 0], 28 + points[:, 1]
    home = rng.choice(villages, EXISTING, replace=False)
    openings = [read_opening(HOURS[number % len(HOURS)]) for number in range(EXISTING)]
    rooms = Rooms.of(
        lon[home], lat[home], active=[True] * EXISTING, home=home, effective=[1] * EXISTING,
        hours=hours_open(openings), hours_known=[opening.state == "read" for opening in openings],
    )  # fmt: skip
    return Villages.of(lon, lat, households, rng.random(villages) < 0.2), rooms


def sited(name: str, candidates: int, number: int, *, existing: bool) -> dict[str, object]:
    """Return the CPU seconds and the proof of one county."""
    villages, rooms = county(COUNTIES[name], candidates, seed=7)
    if not existing:
        rooms = Rooms.of([], [], active=[], home=[], effective=[], hours=hours_open([]), hours_known=[])
    began, clock = time.process_time(), time.perf_counter()
    found: Siting = next_rooms(villages, rooms, villages.lon, villages.lat, number=number)
    return {
        "county": name, "rooms_before": len(rooms.lon), "candidates": candidates, "asked": number,
        "cpu_seconds": round(time.process_time() - began, 2), "seconds": round(time.perf_counter() - clock, 2),
        "sites": len(found.sites), "proof": found.proof, "gap_percent": round(100 * found.gap, 3),
        "share_before": round(found.before / found.total, 4), "share_after": round(found.after / found.total, 4),
    }  # fmt: skip


def accessed(candidates: int) -> dict[str, float]:
    """Return the CPU seconds of access with totals, and of a closing."""
    villages, rooms = county(COUNTIES["usual"], candidates, seed=7)
    began = time.process_time()
    totals_of(villages, rooms, access_of(villages, rooms))
    middle = time.process_time()
    closing_of(villages, rooms, 0)
    return {"access_cpu": round(middle - began, 3), "closing_cpu": round(time.process_time() - middle, 3)}


def main() -> int:
    """Measure and print; 1 when an answer took ten CPU seconds or more, or has a gap."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_siting", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--candidates", type=int, default=2_000)
    parser.add_argument("--rooms", type=int, default=20)
    options = parser.parse_args()
    runs = [
        sited(name, options.candidates, options.rooms, existing=existing)
        for name in COUNTIES
        for existing in (True, False)
    ]
    found = {"runs": runs, **accessed(options.candidates)}
    if options.json:
        print(json.dumps(found))
    else:
        print(*runs, {key: value for key, value in found.items() if key != "runs"}, sep="\n")
    return int(any(float(str(run["cpu_seconds"])) >= 10 for run in runs))


if __name__ == "__main__":
    sys.exit(main())
