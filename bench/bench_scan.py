"""CPU seconds of the scan on one core: four sizes, a textbook scan beside it, memory, and the start of the command.

The large sets go through the command, from files to JSON, and the seconds are those it tells: reading, setting up,
scanning, replicates. The kernels are compiled before anything is timed. Needs GRID_TEST_DATA for the set of 2,000
villages.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from bench.textbook_scan import simulated
from screening.scan.engine import ARRAYS, Engine
from screening.scan.geometry import by_coordinates, nearest_zones
from screening.scan.scan import Chance, Limits, scan
from screening.scan.tables import Cases, Span, permutation

ROUNDS = 5
REPLICATES = 999


def villages() -> tuple[np.ndarray, Cases, int]:
    """Return the 2,000 villages with 50,060 cases in 90 days."""
    with gzip.open(examples() / "v2000_geo.csv.gz", "rt") as file:
        rows = list(csv.reader(file))[1:]
    points, names = np.array([[float(x), float(y)] for _, x, y in rows]), [row[0] for row in rows]
    order = by_coordinates(points, names)
    number = {names[at]: place for place, at in enumerate(order)}
    with gzip.open(examples() / "v2000_cases.csv.gz", "rt") as file:
        lines = list(csv.reader(file))[1:]
    days = [(date(*map(int, line[2].split("/"))) - date(2024, 1, 1)).days for line in lines]
    counts = [int(line[1]) for line in lines]
    return points[order], cases_of(np.repeat([number[line[0]] for line in lines], counts), np.repeat(days, counts)), 90


def cases_of(place: object, day: object) -> Cases:
    """Return cases without strata."""
    where, when = np.asarray(place, np.int32), np.asarray(day, np.int32)
    return Cases(where, when, np.zeros(len(where), np.int32))


def examples() -> Path:
    """Return the folder of the real sets."""
    folder = os.environ.get("GRID_TEST_DATA")
    if not folder:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    return Path(folder) / "satscan_examples"


def cells() -> tuple[np.ndarray, Cases, int]:
    """Return 30,000 cells of a grid, 150 x 200, with as many cases in 90 days."""
    rng = np.random.default_rng(7)
    x, y = np.meshgrid(np.arange(200.0), np.arange(150.0), indexing="ij")
    points = np.column_stack([x.ravel(), y.ravel()])
    return points, cases_of(rng.integers(0, 30_000, 30_000), rng.integers(0, 90, 30_000)), 90


def county(category: int) -> tuple[np.ndarray, Cases, int]:
    """Return 500 villages in a square of 50 km with one category's year, about one case a day."""
    rng = np.random.default_rng(category)
    points = np.random.default_rng(99).uniform(0, 50, (500, 2))
    points = points[by_coordinates(points, [str(at) for at in range(500)])]
    size = int(rng.integers(200, 700))
    return points, cases_of(rng.integers(0, 500, size), rng.integers(0, 365, size)), 365


def run(
    points: np.ndarray,
    cases: Cases,
    periods: int,
    *,
    longest: int,
    radius: float | None,
    chance: Chance,
    engine: Engine | None = None,
) -> None:
    """Do one scan, its table included."""
    table = permutation(cases, len(points), Span(periods, longest, is_nested=True))
    scan(table, points, Limits(0.5, radius, longest, 2), chance, engine=engine)


def cpu(task: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Return the median CPU seconds of several runs."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        task()
        taken.append(time.process_time() - began)
    return round(statistics.median(taken), 3)


def daily_round() -> None:
    """Scan twelve categories: up to 9,999 replicates, stopped at fifty."""
    for category in range(12):
        run(*county(category), longest=30, radius=None, chance=Chance(9_999, 50, category))


def command(cases: Path, coordinates: Path, *options: str) -> list[str]:
    """Return the command that scans two files."""
    files = ["--cases", str(cases), "--coordinates", str(coordinates), "--model", "space-time-permutation"]
    options = ("--analysis", "prospective", "--time-unit", "day", *options, "--json")
    return [sys.executable, "-c", "from grid_app.cli.main import main; main()", "screen", "scan", *files, *options]


def told(asked: list[str]) -> float:
    """Return the median CPU seconds that the command tells, after a first run that compiles what is not compiled."""
    runs = [subprocess.run(asked, check=True, capture_output=True).stdout for _ in range(ROUNDS + 1)]
    return round(statistics.median(sum(json.loads(one)["seconds"].values()) for one in runs[1:]), 3)


FULL = ("--coordinate-type", "cartesian", "--start", "2024-01-01", "--end", "2024-03-30", "--max-temporal", "14")
FULL = (*FULL, "--replications", str(REPLICATES), "--sequential", "off")


def villages_told(*options: str) -> float:
    """Return the seconds for the 2,000 villages."""
    return told(command(examples() / "v2000_cases.csv.gz", examples() / "v2000_geo.csv.gz", *FULL, *options))


def cells_told() -> float:
    """Return the seconds for the 30,000 cells."""
    points, cases, _ = cells()
    with tempfile.TemporaryDirectory() as folder:
        coordinates, events = Path(folder) / "cells.csv", Path(folder) / "cases.csv"
        coordinates.write_text("".join(f"{at},{x:g},{y:g}\n" for at, (x, y) in enumerate(points)))
        when = [date(2024, 1, 1) + timedelta(days=int(day)) for day in cases.period]
        events.write_text("".join(f"{at},1,{day}\n" for at, day in zip(cases.place, when, strict=True)))
        return told(command(events, coordinates, *FULL, "--max-radius", "10"))


def textbook(points: np.ndarray, cases: Cases, periods: int) -> float:
    """Return the CPU seconds that a textbook scan needs for 999 replicates, from three."""
    weight = np.bincount(cases.place, minlength=len(points)).astype(float)
    zones = nearest_zones(points, weight, most_weight=0.5 * weight.sum(), radius=10.0)
    began = time.process_time()
    simulated(cases.place, cases.period, zones, places=len(points), periods=periods, longest=14, replicates=3, seed=1)
    return (time.process_time() - began) / 3 * REPLICATES


def cold_start() -> float:
    """Return the CPU seconds of the command from its start to its answer, kernels taken from the disk."""
    options = ["--coordinate-type", "latlon", "--start", "2001-11-01", "--end", "2001-11-24", "--max-radius", "3"]
    asked = command(examples() / "NYCfevercas.csv", examples() / "NYCfevergeo.csv", *options)
    taken = []
    for _ in range(4):
        began = _children_seconds()
        subprocess.run(asked, check=True, capture_output=True)
        taken.append(_children_seconds() - began)
    return round(statistics.median(taken[1:]), 2)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure() -> dict[str, float]:
    """Return every figure."""
    one = villages()
    run(*county(0), longest=30, radius=None, chance=Chance(9, None, 1))
    on_arrays = partial(run, *one, longest=14, radius=10.0, chance=Chance(REPLICATES, None, 1), engine=ARRAYS)
    found = {
        "v2000_radius_10": villages_told("--max-radius", "10"),
        "v2000_half": villages_told(),
        "cells_30000": cells_told(),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024),
        "twelve_categories": cpu(daily_round),
        "arrays_radius_10": cpu(on_arrays, rounds=1),
        "textbook_radius_10": round(textbook(*one), 1),
        "cold_start": cold_start(),
    }
    found["textbook_ratio"] = round(found["textbook_radius_10"] / found["v2000_radius_10"])
    found["textbook_ratio_arrays"] = round(found["textbook_radius_10"] / found["arrays_radius_10"], 1)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure()
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
