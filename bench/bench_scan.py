"""CPU seconds of the scan on one core: four sizes, a textbook scan beside it, memory, and the start of the command.

The kernels are compiled before anything is timed. Needs GRID_TEST_DATA for the set of 2,000 villages.
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
import time
from collections.abc import Callable
from datetime import date
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
    folder = os.environ.get("GRID_TEST_DATA")
    if not folder:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    examples = Path(folder) / "satscan_examples"
    with gzip.open(examples / "v2000_geo.csv.gz", "rt") as file:
        rows = list(csv.reader(file))[1:]
    points, names = np.array([[float(x), float(y)] for _, x, y in rows]), [row[0] for row in rows]
    order = by_coordinates(points, names)
    number = {names[at]: place for place, at in enumerate(order)}
    with gzip.open(examples / "v2000_cases.csv.gz", "rt") as file:
        lines = list(csv.reader(file))[1:]
    days = [(date(*map(int, line[2].split("/"))) - date(2024, 1, 1)).days for line in lines]
    counts = [int(line[1]) for line in lines]
    return points[order], cases_of(np.repeat([number[line[0]] for line in lines], counts), np.repeat(days, counts)), 90


def cases_of(place: object, day: object) -> Cases:
    """Return cases without strata."""
    where, when = np.asarray(place, np.int32), np.asarray(day, np.int32)
    return Cases(where, when, np.zeros(len(where), np.int32))


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
    """Scan twelve categories: 999 replicates, stopped at fifty."""
    for category in range(12):
        run(*county(category), longest=30, radius=None, chance=Chance(REPLICATES, 50, category))


def textbook(points: np.ndarray, cases: Cases, periods: int) -> float:
    """Return the CPU seconds that a textbook scan needs for 999 replicates, from three."""
    weight = np.bincount(cases.place, minlength=len(points)).astype(float)
    zones = nearest_zones(points, weight, most_weight=0.5 * weight.sum(), radius=10.0)
    began = time.process_time()
    simulated(cases.place, cases.period, zones, places=len(points), periods=periods, longest=14, replicates=3, seed=1)
    return (time.process_time() - began) / 3 * REPLICATES


def cold_start() -> float:
    """Return the seconds from calling the command to its answer, kernels taken from the disk."""
    examples = Path(os.environ["GRID_TEST_DATA"]) / "satscan_examples"
    options = ["--cases", str(examples / "NYCfevercas.csv"), "--coordinates", str(examples / "NYCfevergeo.csv")]
    options += ["--coordinate-type", "latlon", "--model", "space-time-permutation", "--analysis", "prospective"]
    options += ["--start", "2001-11-01", "--end", "2001-11-24", "--time-unit", "day", "--max-radius", "3"]
    command = [sys.executable, "-c", "from grid_app.cli.main import main; main()", "screen", "scan", *options, "--json"]
    taken = []
    for _ in range(4):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        taken.append(time.perf_counter() - began)
    return round(statistics.median(taken[1:]), 2)


def measure() -> dict[str, float]:
    """Return every figure."""
    full = Chance(REPLICATES, None, 1)
    one = villages()
    run(*one, longest=14, radius=10.0, chance=Chance(9, None, 1))
    found = {
        "v2000_radius_10": cpu(lambda: run(*one, longest=14, radius=10.0, chance=full)),
        "v2000_half": cpu(lambda: run(*one, longest=14, radius=None, chance=full)),
        "twelve_categories": cpu(daily_round),
        "arrays_radius_10": cpu(lambda: run(*one, longest=14, radius=10.0, chance=full, engine=ARRAYS), rounds=1),
        "textbook_radius_10": round(textbook(*one), 1),
    }
    grid = cells()
    found["cells_30000"] = cpu(lambda: run(*grid, longest=14, radius=10.0, chance=full), rounds=3)
    found["memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    found["textbook_ratio"] = round(found["textbook_radius_10"] / found["v2000_radius_10"])
    found["textbook_ratio_arrays"] = round(found["textbook_radius_10"] / found["arrays_radius_10"], 1)
    found["cold_start"] = cold_start()
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure()
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
