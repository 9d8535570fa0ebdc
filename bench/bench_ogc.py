"""Time pages of the layers for other programs over a made county of 2,000 villages and 30,000 grids on SQLite.

Run: ``python -m bench.bench_ogc [--json] [--villages N] [--grids N] [--rounds N]``. A figure is the time of one answer
through the application, as QGIS asks: a box of the screen and pages of features.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient

from bench.map.county import LOGIN, PASSWORD, fill, placed_shapes
from bench.tiles.county import SIDE, SOUTH, WEST
from grid_app.factory import create_app
from grid_app.settings import Settings
from tests.fakes import FrozenClock

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SEED = 20_261_120
Asked = tuple[str, float, int, int]
"""A layer, the side of a box as a part of the county's (0: no box), and which page."""
ASKED: tuple[tuple[str, Asked], ...] = (
    ("grids, a box of a hundredth of the county, pages of 1,000", ("grids", 0.1, 1_000, 0)),
    ("grids, a box of a quarter of the county, pages of 1,000", ("grids", 0.5, 1_000, 0)),
    ("grids, the whole county, the fifteenth page of 1,000", ("grids", 0.0, 1_000, 14_000)),
    ("grids, the whole county, pages of 10", ("grids", 0.0, 10, 0)),
    ("villages, a box of a quarter of the county, pages of 1,000", ("villages", 0.5, 1_000, 0)),
)


def timed(client: FlaskClient, how: Asked, *, rounds: int) -> dict[str, Any]:
    """Return the 95th of a hundred answers in milliseconds, and how many features match in the last box."""
    layer, part, limit, offset = how
    rng, times, matched = np.random.default_rng(SEED), [], 0
    for _ in range(rounds):
        box = ""
        if part:
            west, south = WEST + rng.uniform(0, SIDE * (1 - part)), SOUTH + rng.uniform(0, SIDE * (1 - part))
            box = f"&bbox={west:.5f},{south:.5f},{west + SIDE * part:.5f},{south + SIDE * part:.5f}"
        begun = time.perf_counter()
        answer = client.get(f"/ogc/collections/{layer}/items?limit={limit}&offset={offset}{box}")
        times.append((time.perf_counter() - begun) * 1000)
        page = json.loads(answer.data)
        if answer.status_code != 200 or not page["features"]:
            raise SystemExit(f"{layer}: no features, status {answer.status_code}")
        matched = page["numberMatched"]
    return {"matched": matched, "p95_ms": round(float(np.percentile(times, 95)), 1)}


def run(villages: int, grids: int, rounds: int) -> dict[str, Any]:
    """Make the county and ask for every kind of page."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        settings = Settings(instance_dir=folder / "instance", database_url=f"sqlite:///{folder / 'grid.sqlite'}")
        app = create_app(settings, clock=FrozenClock(NOW))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
        fill(app.extensions["grid"].engine, placed_shapes(villages, grids), now=NOW)
        client = app.test_client()
        if client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD}).status_code != 302:
            raise SystemExit("the leader could not sign in")
        first = timed(client, ("grids", 0.1, 10, 0), rounds=1)["p95_ms"]
        asked = [{"what": what, **timed(client, how, rounds=rounds)} for what, how in ASKED]
        app.extensions["grid"].engine.dispose()
    return {"villages": villages, "grids": grids, "first_ms": first, "asked": asked}


def main() -> None:
    """Measure and print, as JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--villages", type=int, default=2_000)
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    found = run(given.villages, given.grids, given.rounds)
    print(json.dumps(found, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
