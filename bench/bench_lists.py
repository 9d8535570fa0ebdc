"""Measure the lists at a million disputes on PostGIS: filters, words, first and deep pages, three scopes, cold, warm.

Run from the root of the repository: ``python -m bench.bench_lists [--disputes 1000000] [--rounds 7] [--json]``.
The county is invented and seeded (``bench/lists/``). Filling it takes some six minutes; ``--url`` with a database that
was filled before leaves that out and measures it warm only. A figure is the time of one page through the query alone,
and of the whole page through the application (counts on the tabs, choices of the filters, the template). Cold: the
database was stopped and the system dropped its files from memory. Exits with 1 when a list takes 300 ms or more.
"""

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from sqlalchemy import create_engine

from bench.lists.county import COUNTY, build_county
from bench.lists.disputes import fill
from bench.lists.measure import LISTS, SCOPES, Bench, figures, forget_files
from grid_app.cli.heap import settle_heap
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.settings import Settings
from tests.fakes import FrozenClock
from tests.postgres import Cluster

BAR_MS = 300
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SEED = 20261120
LOGINS = {"county": "county_officer", "township": "township_officer", "village": "village_lead"}


def make(url: str, total: int) -> dict[str, float]:
    """Fill a fresh database; return how long it took."""
    engine = create_engine(url)
    upgrade(engine)
    with transaction(engine) as session:
        county = build_county(session, NOW, np.random.default_rng(SEED))
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return fill(connection, county, total=total, now=NOW, seed=SEED)


def measure_on(url: str, folder: Path, *, rounds: int, cluster: Cluster | None) -> dict[str, Any]:
    """Return the figures of every list for every scope."""
    app = create_app(Settings(instance_dir=folder, database_url=url), clock=FrozenClock(NOW))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    settle_heap()  # as a serving process does when it has started
    bench = Bench(app, LOGINS, NOW)
    found: dict[str, Any] = {}
    for scope in SCOPES:
        for name in LISTS:
            bench.page(scope, name)
            pages = [bench.page(scope, name) for _ in range(rounds)]
            asked = [bench.query(scope, name)[0] for _ in range(rounds)]
            after = bench.deep(scope, name)
            deep = [bench.query(scope, name, after)[0] for _ in range(rounds)]
            found[f"{scope}: {name}"] = {"query": figures(asked), "deep": figures(deep), "page": figures(pages)}
    cold = cold_pages(app, bench, cluster) if cluster else {}
    with app.app_context():
        app.extensions["grid"].engine.dispose()
    return {"lists": found, "cold": cold}


def cold_pages(app: Any, bench: Bench, cluster: Cluster) -> dict[str, float]:
    """Return the milliseconds of some first pages, each after the database was stopped and its files were forgotten."""
    found = {}
    for name in ("open, due first", "ended", "a village", "two signs, in some", "words, open, due first"):
        with app.app_context():
            app.extensions["grid"].engine.dispose()
        cluster.halt()
        forget_files(cluster.folder)
        cluster.resume()
        found[name] = round(bench.page("county", name), 1)
    return found


class Halting(Cluster):
    """A cluster that can be stopped and started again with its data."""

    def halt(self) -> None:
        """Stop the server and let it write everything down."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-w", "stop")

    def resume(self) -> None:
        """Start the server again."""
        options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder} -p {self.port}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-o", options, "-l", log, "-w", "start")


def measure(*, total: int, rounds: int, url: str = "") -> dict[str, Any]:
    """Fill a county, unless ``url`` names one, and return all figures."""
    with tempfile.TemporaryDirectory() as name:
        if url:
            found = measure_on(url, Path(name) / "instance", rounds=rounds, cluster=None)
        else:
            cluster = Halting()
            cluster.start()
            try:
                url = cluster.create("bench_lists")
                filled = make(url, total)
                found = filled | measure_on(url, Path(name) / "instance", rounds=rounds, cluster=cluster)
            finally:
                cluster.stop()
    met = all(one["query"]["p95"] < BAR_MS for one in found["lists"].values())
    return {"disputes": total, "county": COUNTY, "rounds": rounds, "load": os.getloadavg()[0], "met": met, **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--disputes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--url", default="", help="a database that was filled before")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(total=given.disputes, rounds=given.rounds, url=given.url)
    if given.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        for name, one in found["lists"].items():
            print(f"{name:48}", *(f"{kind} {ms['p50']:.0f}/{ms['p95']:.0f}" for kind, ms in one.items()))
        print("cold", found["cold"])
    sys.exit(0 if found["met"] else 1)


if __name__ == "__main__":
    main()
