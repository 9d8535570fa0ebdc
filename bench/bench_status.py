"""Time the month's assessment of 2,000 villages with 200,000 disputes, on SQLite and on PostGIS, and its pages.

Run: ``python -m bench.bench_status [--json] [--disputes N]``. The county is invented and seeded (``bench/status/``).
The assessment runs as the job does, one township after the other. Exits with 1 when it takes a minute or more.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, text

from bench.bulk import copy_over
from bench.lists.county import COUNTY, PASSWORD
from bench.status.rows import STATUS_BAR_SECONDS
from bench.status.world import build
from grid_app.cli.heap import settle_heap
from grid_app.clock import start_of_day
from grid_app.database.engine import prepare_engine
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import reading, transaction
from grid_app.factory import create_app
from grid_app.services.villages.assessing import begin_month, draft_next, record_rows
from grid_app.settings import Settings
from tests.fakes import FrozenClock
from tests.postgres import Cluster, PostgresMissingError

MONTH = date(2026, 12, 1)
NOW = start_of_day(MONTH) + timedelta(hours=1)
FILLED = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
SEED, ROUNDS = 20261201, 5


def assessed() -> tuple[int, float, list[float]]:
    """Assess the month as the job does; return how many villages are on record, all seconds, and each write's."""
    taken: list[float] = []
    begun = time.perf_counter()
    with transaction() as session:
        begin_month(session, month=MONTH, now=NOW)
    while True:
        with reading() as session:
            rows = draft_next(session, month=MONTH)
        began = time.perf_counter()
        with transaction() as session:
            progress = record_rows(session, rows, month=MONTH, now=NOW)
        taken.append(time.perf_counter() - began)
        if progress.finished:
            return progress.done, time.perf_counter() - begun, taken


def page_ms(client: FlaskClient, address: str) -> float:
    """Return the median milliseconds of a page."""
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = client.get(address)
        found.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, (address, answer.status_code)
    return round(sorted(found)[ROUNDS // 2], 1)


def made(path: Path, disputes: int) -> dict[str, int]:
    """Fill a SQLite file and return how many rows there are."""
    engine = _upgraded(f"sqlite:///{path}")
    sizes = build(engine, disputes=disputes, now=FILLED, seed=SEED)
    engine.dispose()
    return sizes


def _upgraded(url: str) -> Engine:
    engine = create_engine(url)
    prepare_engine(engine)
    upgrade(engine)
    return engine


def measure_on(url: str, folder: Path, *, villages: int) -> dict[str, Any]:
    """Return the figures of a database that was filled."""
    app = create_app(Settings(instance_dir=folder, database_url=url), clock=FrozenClock(NOW))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    settle_heap()
    with app.app_context():
        engine = app.extensions["grid"].engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        done, seconds, taken = assessed()
        assert done == villages
        client = app.test_client()
        assert client.post("/sign-in", data={"login": "county_officer", "password": PASSWORD}).status_code == 302
        found = {
            "seconds": round(seconds, 1), "longest": round(max(taken), 2),
            "table": page_ms(client, "/villages/status"), "page": page_ms(client, f"/villages/{COUNTY}001201/status"),
        }  # fmt: skip
        engine.dispose()
    return found


def measure(disputes: int) -> dict[str, Any]:
    """Return the figures of both databases; PostGIS is left out where it is not installed."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, file = Path(name), Path(name) / "grid.sqlite"
        sizes = made(file, disputes)
        urls = {"sqlite": f"sqlite:///{file}"}
        with suppress(PostgresMissingError):
            cluster = Cluster().start()
            stack.callback(cluster.stop)
            urls["postgis"] = cluster.create("bench_status")
            _upgraded(urls["postgis"]).dispose()
            copy_over(file, urls["postgis"])
        found = {key: measure_on(url, folder / key, villages=sizes["villages"]) for key, url in urls.items()}
    return {**sizes, **found}


def main() -> int:
    """Measure and print; 1 when a month took a minute or more."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_status", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--disputes", type=int, default=200_000)
    options = parser.parse_args()
    found = measure(options.disputes)
    print(json.dumps(found, indent=None if options.json else 2))
    return int(any(found[key]["seconds"] >= STATUS_BAR_SECONDS for key in ("sqlite", "postgis") if key in found))


if __name__ == "__main__":
    sys.exit(main())
