"""Measure the map's facts at a million disputes and thirty thousand grids on PostGIS, and many leaders at nine o'clock.

Run from the root of the repository: ``python -m bench.bench_facts [--disputes 1000000] [--rounds 20] [--json]``.
The county is the lists' with more places (``bench/facts/``); filling it takes some four minutes, which ``--url`` with a
database that was filled before leaves out. A figure is the time of one answer through the application: signed in,
counted anew each time, encoded and compressed; what is kept for the next is told beside it. At nine o'clock so many
leaders open the map on one server (``grid-app web``): page, facts, and a line or, past the places, the version; their
requests come from threads of one other process. Exits with 1 when a bar was missed.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask

from bench.facts.crowd import crowd
from bench.facts.world import make
from bench.lists.county import PASSWORD
from bench.lists.measure import figures
from grid_app.adapters.map_memo import KEPT_SECONDS, USUAL_SECONDS
from grid_app.cli.heap import settle_heap
from grid_app.database.transaction import reading
from grid_app.factory import create_app
from grid_app.jobs.map_weeks import keep_weeks_job
from grid_app.queries.map_past import past_weeks
from grid_app.queries.map_version import versions
from grid_app.settings import Settings
from tests.fakes import FrozenClock
from tests.postgres import Cluster

BAR_MS, BAR_BYTES = 300, 60_000
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SEED = 20261120
LEADERS = 500


def addresses() -> dict[str, str]:
    """Return what is asked for, by name."""
    latest, earliest = past_weeks(NOW)[0], past_weeks(NOW)[-1]
    return {
        "open, grids": "layer=disputes&level=grids",
        "open, villages": "layer=disputes&level=villages",
        "open, townships": "layer=disputes&level=townships",
        "open, red, grids": "layer=disputes&level=grids&grade=red",
        "late, grids": "layer=clocks&level=grids",
        "last week, grids": f"layer=disputes&level=grids&week={latest}",
        "26 weeks ago, grids": f"layer=disputes&level=grids&week={earliest}",
        "namings, grids": "layer=namings&level=grids",
    }


def measure_on(url: str, folder: Path, *, rounds: int, leaders: int) -> dict[str, Any]:
    """Return the figures of every kind of facts, of the weeks, of the version, and of the crowd."""
    settings = Settings(instance_dir=folder, database_url=url)
    app = create_app(settings, clock=FrozenClock(NOW))
    app.config.update({"TESTING": True, "WTF_CSRF_ENABLED": False, KEPT_SECONDS: 0})
    started = time.perf_counter()
    with app.app_context():
        weeks = keep_weeks_job()
    kept = round(time.perf_counter() - started, 1)
    settle_heap()
    found = {name: facts_of(app, f"/map/facts.json?{asked}", rounds) for name, asked in addresses().items()}
    pages = {"page": timed(app, "/map", rounds), "search": timed(app, "/map/places.json?q=shqc", rounds)}
    app.config[KEPT_SECONDS] = USUAL_SECONDS
    pages |= {"page kept": timed(app, "/map", rounds), "facts kept": timed(app, "/map/facts.json?level=grids", rounds)}
    with app.app_context():
        engine = app.extensions["grid"].engine
        times = [_version_ms(engine) for _ in range(30)]
        engine.dispose()
    return {
        "facts": found, "pages": pages, "version_ms": round(median(times), 1),
        "weeks": {"kept": weeks, "seconds": kept}, "crowd": crowd(url, folder, leaders),
    }  # fmt: skip


def facts_of(app: Flask, address: str, rounds: int) -> dict[str, float]:
    """Return median and worst milliseconds and the compressed size of one answer."""
    client = signed_in(app)
    times, size = [], 0
    for number in range(rounds + 1):
        begun = time.perf_counter()
        answer = client.get(address, headers={"Accept-Encoding": "gzip"})
        if number:  # the first loads the codes of the places
            times.append((time.perf_counter() - begun) * 1000)
        assert answer.status_code == 200, answer.status_code
        size = len(answer.data)
        assert json.loads(gzip.decompress(answer.data))["values"]
    return {**figures(times), "worst": round(max(times), 1), "bytes": size}


def timed(app: Flask, address: str, rounds: int) -> float:
    """Return the median milliseconds of an answer, the first left out."""
    client = signed_in(app)
    times = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        assert client.get(address).status_code == 200
        times.append((time.perf_counter() - begun) * 1000)
    return round(median(times[1:]), 1)


def signed_in(app: Flask) -> Any:
    """Return a client of the county's office."""
    client = app.test_client()
    assert client.post("/sign-in", data={"login": "county_officer", "password": PASSWORD}).status_code == 302
    return client


def _version_ms(engine: Any) -> float:
    begun = time.perf_counter()
    with reading(engine) as session:
        versions(session, now=NOW)
    return (time.perf_counter() - begun) * 1000


def measure(*, total: int, rounds: int, leaders: int, url: str = "") -> dict[str, Any]:
    """Fill a county, unless ``url`` names one, and return all figures."""
    with tempfile.TemporaryDirectory() as name:
        cluster = None
        try:
            filled: dict[str, float] = {}
            if not url:
                cluster = Cluster()
                cluster.start()
                url = cluster.create("bench_facts")
                filled = make(url, total=total, now=NOW, seed=SEED)
            found = filled | measure_on(url, Path(name) / "instance", rounds=rounds, leaders=leaders)
        finally:
            if cluster:
                cluster.stop()
    met = all(one["p95"] < BAR_MS and one["bytes"] < BAR_BYTES for one in found["facts"].values())
    return {"disputes": total, "rounds": rounds, "load": os.getloadavg()[0], "met": met, **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--disputes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--leaders", type=int, default=LEADERS)
    parser.add_argument("--url", default="", help="a database that was filled before")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(total=given.disputes, rounds=given.rounds, leaders=given.leaders, url=given.url)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    sys.exit(0 if found["met"] else 1)


if __name__ == "__main__":
    main()
