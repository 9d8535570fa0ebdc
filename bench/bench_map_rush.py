"""Measure five hundred leaders who open the map at nine: spread over a minute, and all in the same second.

Run: ``python -m bench.bench_map_rush [--json] [--leaders 500] [--villages 2000] [--grids 30000] [--seconds 60]``. The
server is started as operators start it: ``grid-app web`` with two workers on PostGIS, and ``grid-app serve`` on SQLite.
Every leader has an account and a session of its own; one in five leads the county, the others its townships. Each opens
page and frame, then lists of codes, facts and six tiles over six connections, and the line of changes. The crowd is one
process on the same cores; its own share is told. Exits with 1 when a request was answered wrongly or not at all.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from flask import Flask

from bench.map.county import fill, placed_shapes
from bench.rush.people import Leader, add_leaders
from bench.rush.servers import server
from geo.tiles.mercator import side_of, to_units
from grid_app.adapters.tile_files import FORMAT
from grid_app.database.engine import KEPT_OPEN, MORE_AT_ONCE
from grid_app.factory import create_app
from grid_app.http.tiles import cut, tile_files
from grid_app.settings import Settings
from tests.postgres import Cluster

WORKERS, TILES, ZOOM, SEED = 2, 6, 11, 20261123
PAUSE_SECONDS = 12
"""Between two crowds, so that nothing of the first is remembered."""


def addresses(leader: Leader, generation: UUID, square: tuple[int, int]) -> dict[str, Any]:
    """Return what a browser of this leader asks for."""
    root = leader.root
    codes = [f"/map/codes/{generation}/{root}/{level}.json?f={FORMAT}" for level in ("townships", "villages")]
    tiles = [
        f"/map/tiles/{generation}/{root}/villages/{ZOOM}/{square[0] + at % 3}/{square[1] + at // 3}.mvt?f={FORMAT}"
        for at in range(TILES)
    ]
    facts = [f"/map/facts.json?layer=disputes&root={root}&level={level}" for level in ("villages", "townships")]
    rest = [*(("codes", one) for one in codes), *(("facts", one) for one in facts), *(("tile", one) for one in tiles)]
    return {"page": "/map", "frame": "/map/frame?layer=disputes", "rest": rest, "line": "/map/events"}


def square_of(app: Flask, generation: UUID) -> tuple[int, int]:
    """Return column and row of the tile at the north-west of the county's middle."""
    with app.app_context():
        places = tile_files().places(generation, "villages", "/")
    middle = places[len(places) // 2].label
    x, y = to_units(*middle)
    return int(float(x) // side_of(ZOOM)) - 1, int(float(y) // side_of(ZOOM))


def crowd(port: int, people: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """Let a crowd come; return its times, and how many connections the database had at most."""
    most, stop = [0], threading.Event()
    watching = threading.Thread(target=_watch, args=(url, most, stop))
    if url.startswith("postgresql"):
        watching.start()
    done = subprocess.run(
        [sys.executable, "-m", "bench.rush.crowd", str(port)], input=json.dumps(people), capture_output=True, text=True,
        timeout=600, check=True,
    )  # fmt: skip
    stop.set()
    if watching.ident:
        watching.join()
    told: dict[str, Any] = json.loads(done.stdout)
    return told | {"connections": most[0] or None}


def _watch(url: str, most: list[int], stop: threading.Event) -> None:
    with closing(psycopg.connect(url.replace("+psycopg", ""), autocommit=True)) as connection:
        own = connection.info.backend_pid
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
        while not stop.wait(0.1):
            row = connection.execute(asked, [own]).fetchone()
            most[0] = max(most[0], row[0] if row else 0)


def run_of(told: dict[str, Any], form: str, way: str) -> dict[str, Any]:
    """Return one crowd's figures: median, 95th percentile and longest by kind."""
    seconds = {}
    for kind, times in told["seconds"].items():
        ordered = sorted(times)
        picked = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1]
        seconds[kind] = [round(one, 2) for one in picked]
    for one in sorted(set(told["failures"])):
        print(f"{form}, {way}: {told['failures'].count(one)} x {one}", file=sys.stderr)
    return {
        "form": form, "way": way, "errors": len(told["failures"]), "requests": told["requests"],
        "whole": round(told["whole"], 1), "lines": told["lines"], "own_cpu": round(told["own_cpu"], 1),
        "connections": told["connections"], "seconds": seconds,
    }  # fmt: skip


def measured(
    form: str, url: str, folder: Path, made: dict[str, Any], given: argparse.Namespace
) -> list[dict[str, Any]]:
    """Fill a database, start its server, and let both crowds come."""
    now = datetime.now(UTC)
    app = create_app(Settings(instance_dir=folder, database_url=url))
    engine = app.extensions["grid"].engine
    generation = fill(engine, made["shapes"], now=now)
    leaders = add_leaders(app, given.leaders, now=now)
    with app.app_context():
        path = tile_files().path_of(generation)
        if "tiles" in made:  # of the same shapes
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(made["tiles"], path)
        else:
            cut(generation)
            made["tiles"] = path
    square = square_of(app, generation)
    engine.dispose()
    chance, runs = random.Random(SEED), []  # noqa: S311 - when people come
    with server(form, folder, url, workers=WORKERS) as port:
        for way, spread in (("minute", given.seconds), ("second", 0.0)):
            people = [
                {
                    "cookie": one.cookie,
                    "after": chance.uniform(0, spread),
                    "addresses": addresses(one, generation, square),
                }
                for one in leaders
            ]
            if runs:
                time.sleep(PAUSE_SECONDS)
            runs.append(run_of(crowd(port, people, url), form, way))
    return runs


def run(given: argparse.Namespace) -> dict[str, Any]:
    """Measure both forms."""
    made: dict[str, Any] = {"shapes": placed_shapes(given.villages, given.grids)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = measured(
            "embedded", f"sqlite:///{folder / 'embedded' / 'grid.sqlite'}", folder / "embedded", made, given
        )
        cluster = Cluster().start()
        try:
            runs = measured("server", cluster.create("rush"), folder / "server", made, given) + runs
        finally:
            cluster.stop()
    for one in runs:
        one["allowed"] = WORKERS * (KEPT_OPEN + MORE_AT_ONCE)
    return {"leaders": given.leaders, "villages": given.villages, "grids": given.grids, "runs": runs}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--leaders", type=int, default=500)
    parser.add_argument("--villages", type=int, default=2_000)
    parser.add_argument("--grids", type=int, default=30_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    found = run(given)
    print(json.dumps(found) if given.json else json.dumps(found, indent=1))
    return int(any(one["errors"] for one in found["runs"]))


if __name__ == "__main__":
    sys.exit(main())
