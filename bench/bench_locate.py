"""Points a second that the locator answers, against a plain Shapely search tree in the same run.

Needs GRID_TEST_DATA. Takes the 2,273 villages of ``changde`` and, for the stated size, 2,000 of them; the points
are uniform inside those villages. Every answer is compared with the search tree's.
"""

import argparse
import ctypes
import gc
import json
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import shapely
from shapely import STRtree

from geo.boundaries import read_boundaries
from geo.features import BoundaryFeature
from geo.locate import Locator

POINTS = 1_000_000
DISTANCE_POINTS = 50_000
ROUNDS = 3
SEED = 20_260_101


def resident_mb() -> float:
    """Return the memory the process holds now, freed heap given back first, in megabytes (Linux, glibc)."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def points_inside(polygons: list[shapely.MultiPolygon], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points uniform inside the union of the polygons."""
    rng = np.random.default_rng(SEED)
    whole = shapely.coverage_union_all(polygons)
    shapely.prepare(whole)
    west, south, east, north = whole.bounds
    x, y = np.empty(0), np.empty(0)
    while len(x) < count:
        tried = rng.uniform(west, east, count), rng.uniform(south, north, count)
        kept = shapely.contains_xy(whole, *tried)
        x, y = np.append(x, tried[0][kept]), np.append(y, tried[1][kept])
    return x[:count], y[:count]


def best_of(rounds: int, task) -> float:
    """Return the shortest of several durations in seconds."""
    durations = []
    for _ in range(rounds):
        started = time.perf_counter()
        task()
        durations.append(time.perf_counter() - started)
    return min(durations)


def read_villages() -> tuple[BoundaryFeature, ...]:
    """Return the villages of the test county, or stop with a sentence."""
    folder = os.environ.get("GRID_TEST_DATA")
    if not folder:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    path = Path(folder) / "changde" / "villages.geojson"
    return read_boundaries(path, level="village", source_crs="wgs84").features


def memory_of(count: int) -> float:
    """Return the megabytes that building and once using a locator adds; meant for a fresh process."""
    features = read_villages()[:count]
    codes, names, polygons = zip(*((f.code, f.name, f.polygon) for f in features), strict=True)
    before = resident_mb()
    locator = Locator(codes, names, polygons)
    locator.locate([111.7], [29.0])
    return resident_mb() - before


def measure_one(features: tuple[BoundaryFeature, ...]) -> dict[str, float]:
    """Return the figures for one set of villages."""
    codes, names = [f.code for f in features], [f.name for f in features]
    polygons = [f.polygon for f in features]
    x, y = points_inside(polygons, POINTS)
    started = time.perf_counter()
    locator = Locator(codes, names, polygons)
    build_seconds = time.perf_counter() - started
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        memory_mb = pool.apply(memory_of, (len(codes),))

    tree = STRtree(polygons)
    hits: list[np.ndarray] = []
    fast = best_of(ROUNDS, lambda: locator.locate(x, y, distances=False))
    plain = best_of(1, lambda: hits.append(tree.query(shapely.points(x, y), predicate="intersects")))
    some = slice(0, DISTANCE_POINTS)
    slow = best_of(1, lambda: locator.locate(x[some], y[some]))

    by_code = np.argsort(codes)
    wanted = np.full(len(x), len(codes))
    np.minimum.at(wanted, hits[0][0], np.argsort(by_code)[hits[0][1]])
    right = locator.locate(x, y, distances=False).index == np.append(by_code, -1)[wanted]
    return {
        "villages": len(codes),
        "vertices": int(shapely.get_num_coordinates(polygons).sum()),
        "points": len(x),
        "points_per_second": round(len(x) / fast),
        "plain_tree_points_per_second": round(len(x) / plain),
        "ratio": round(plain / fast, 1),
        "right_percent": 100.0 * float(right.mean()),
        "with_distance_points_per_second": round(DISTANCE_POINTS / slow),
        "build_seconds": round(build_seconds, 2),
        "memory_mb": round(memory_mb, 1),
        "cell_table_mb": round(locator.index_bytes / 1e6, 1),
    }


def measure() -> dict[str, dict[str, float]]:
    """Return the figures for exactly 2,000 villages and for all of them."""
    features = read_villages()
    return {"2000 villages": measure_one(features[:2000]), "all villages": measure_one(features)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    wants_json = parser.parse_args().json
    figures = measure()
    if wants_json:
        print(json.dumps(figures, indent=2))
        return
    columns = list(figures)
    print(f"{'':34}" + "".join(f"{column:>16}" for column in columns))
    for row in figures[columns[0]]:
        print(f"{row:34}" + "".join(f"{figures[column][row]:>16,}" for column in columns))


if __name__ == "__main__":
    main()
