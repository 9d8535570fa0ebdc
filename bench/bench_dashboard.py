"""Measure the dashboard at a million disputes on PostGIS: the whole page, its first reckoning of trends, and after it.

Run from the root of the repository: ``python -m bench.bench_dashboard [--disputes 1000000] [--rounds 20] [--json]``.
The county is that of ``bench.bench_facts``: 1,500 villages, 30,000 grids. ``--url`` with a database that was filled
before leaves the filling out. Exits with 1 when the page takes 300 ms or more at the 95th percentile.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.bench_facts import NOW, SEED
from bench.bench_lists import BAR_MS, LOGINS
from bench.facts.world import make
from bench.lists.measure import Bench, figures
from grid_app.cli.heap import settle_heap
from grid_app.factory import create_app
from grid_app.settings import Settings
from grid_app.web.dashboard.pages import KEPT
from tests.fakes import FrozenClock
from tests.postgres import Cluster

SCOPES = ("county", "township")


def measure_on(url: str, folder: Path, *, rounds: int) -> dict[str, Any]:
    """Return for each scope the first page, which reckons the trends, and the pages after it."""
    app = create_app(Settings(instance_dir=folder, database_url=url), clock=FrozenClock(NOW))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    settle_heap()
    bench = Bench(app, LOGINS, NOW)
    found: dict[str, Any] = {}
    for scope in SCOPES:
        app.extensions.pop(KEPT, None)
        first = _page(bench, scope)
        found[scope] = {"first": round(first, 1), **figures([_page(bench, scope) for _ in range(rounds)])}
    with app.app_context():
        app.extensions["grid"].engine.dispose()
    return found


def _page(bench: Bench, scope: str) -> float:
    started = time.perf_counter()
    answer = bench.clients[scope].get("/dashboard")
    taken = (time.perf_counter() - started) * 1000
    assert answer.status_code == 200, answer.status_code
    return taken


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disputes", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--url", default="")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.url:
            found = measure_on(asked.url, Path(folder), rounds=asked.rounds)
        else:
            cluster = Cluster()
            cluster.start()
            try:
                url = cluster.create("bench_dashboard")
                make(url, total=asked.disputes, now=NOW, seed=SEED)
                found = measure_on(url, Path(folder), rounds=asked.rounds)
            finally:
                cluster.stop()
    found = {"disputes": asked.disputes, **found}
    print(json.dumps(found, indent=None if asked.json else 2))
    return int(any(found[scope]["p95"] >= BAR_MS for scope in SCOPES))


if __name__ == "__main__":
    sys.exit(main())
