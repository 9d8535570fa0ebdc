"""Time the pages about coverage in a county of 2,000 villages and 300 rooms, through the application on SQLite.

Run: ``python -m bench.bench_coverage [--json] [--rounds N]``. The county is invented and seeded (``bench/coverage/``).
A figure is the CPU time of the whole page: session, query, figures, template. Exits with 1 when a page takes 300 ms or
more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from flask.testing import FlaskClient
from sqlalchemy import create_engine

from bench.coverage.rows import PAGE_BAR_MS
from bench.coverage.world import CASES, ROOMS, add_cases, add_places
from bench.lists.county import COUNTY, PASSWORD, build_county
from grid_app.cli.heap import settle_heap
from grid_app.database.engine import prepare_engine
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import reading, transaction
from grid_app.factory import create_app
from grid_app.models.siting import SitingRun
from grid_app.settings import Settings
from tests.fakes import FrozenClock

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SEED = 20261120
PAGES = {
    "county": "/coverage?day=2&hour=10",
    "villages without a room": "/coverage?state=none",
    "rooms": "/coverage/rooms",
    "township": f"/coverage?root={COUNTY}001",
}


def make(url: str) -> None:
    """Fill a fresh database."""
    engine = create_engine(url)
    prepare_engine(engine)
    upgrade(engine)
    rng = np.random.default_rng(SEED)
    with transaction(engine) as session:
        county = build_county(session, NOW, rng, per_township=100, grids=1)
        rooms = add_places(session, county, rng, NOW)
        add_cases(session, county, rooms, rng, NOW)
    engine.dispose()


def timed(client: FlaskClient, address: str) -> float:
    """Return the milliseconds of one page on one core, whatever else the machine does."""
    began = time.process_time()
    answer = client.get(address)
    passed = (time.process_time() - began) * 1000
    assert answer.status_code == 200, (address, answer.status_code)
    return passed


def searched(app: Any, client: FlaskClient) -> dict[str, Any]:
    """Return the seconds of a search for twenty rooms from the form to its answer, and the proof."""
    form = {"number": "20", "kind": "without", "existing": "open", "root": COUNTY}
    began = time.perf_counter()
    answer = client.post("/coverage/siting", data=form)
    passed = time.perf_counter() - began
    assert answer.status_code == 302, answer.get_data(as_text=True)[:300]
    with app.app_context(), reading() as session:
        result = session.query(SitingRun).one().result
    return {"seconds": round(passed, 2), "sites": len(result["sites"]), "proof": result["proof"]}


def measure(rounds: int) -> dict[str, Any]:
    """Fill a county and return all figures."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/grid.sqlite"
        make(url)
        app = create_app(Settings(instance_dir=Path(name) / "instance", database_url=url), clock=FrozenClock(NOW))
        app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, ANALYSIS_PATIENCE_SECONDS=60)
        settle_heap()  # as a serving process does when it has started
        client = app.test_client()
        assert client.post("/sign-in", data={"login": "county_officer", "password": PASSWORD}).status_code == 302
        pages = {}
        for page, address in PAGES.items():
            timed(client, address)
            found = sorted(timed(client, address) for _ in range(rounds))
            p95 = found[min(len(found) - 1, round(0.95 * len(found)))]
            pages[page] = {"median": round(found[len(found) // 2], 1), "p95": round(p95, 1)}
        first, again = (round(timed(client, "/coverage/map.svg")) for _ in range(2))
        search = searched(app, client)
        with app.app_context():
            app.extensions["grid"].engine.dispose()
    met = all(one["p95"] < PAGE_BAR_MS for one in pages.values())
    return {
        "villages": 2000, "rooms": ROOMS, "cases": CASES, "rounds": rounds, "pages": pages,
        "picture": {"first": first, "again": again}, "search": search, "met": met,
    }  # fmt: skip


def main() -> int:
    """Measure and print; 1 when a page took 300 ms or more."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_coverage", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    found = measure(options.rounds)
    print(json.dumps(found) if options.json else found)
    return int(not found["met"])


if __name__ == "__main__":
    sys.exit(main())
