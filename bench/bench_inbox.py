"""Measure a thousand open inboxes on the server form, and a hundred on the embedded one.

Run: ``python -m bench.bench_inbox [--json] [--inboxes 1000] [--embedded 100] [--escalations 200000] [--seconds 48]``.
Both forms are started as operators start them: ``grid-app web`` with two workers on PostgreSQL, ``grid-app serve`` on
SQLite. Every inbox has an account and a session of its own; ten belong to county leads, forty to the county office,
the others to 190 townships. Every four seconds something is raised, in turn for a township and for the county office,
and the time from its raising to the last line that must hear of it is taken, and to the last list fetched; meanwhile
ten people open the page once a second. The crowd is one process on the same cores. Exits with 1 when a line missed
something, heard what is not its own, or a page was answered wrongly.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.inbox.county import COUNTY, Filled, fill, raise_one
from bench.rush.servers import server
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.settings import Settings
from tests.postgres import Cluster

WORKERS, EVERY_SECONDS, REST_SECONDS = 2, 4.0, 12.0


def raise_in_turn(app: Any, filled: Filled, seconds: float) -> list[dict[str, Any]]:
    """Raise an escalation every few seconds; return when each was begun, and who must hear of it."""
    engine, raised, end = app.extensions["grid"].engine, [], time.monotonic() + seconds - REST_SECONDS
    while time.monotonic() < end:
        code, unit = filled.places.townships[len(raised) * 7 % len(filled.places.townships)]
        if len(raised) % 2:
            code, unit = COUNTY, filled.places.office
        at = time.monotonic()  # before it: on two busy cores a line hears before this process has its turn again
        with transaction(engine) as session:
            raise_one(session, filled, unit, code, now=datetime.now(UTC))
        must = [number for number, one in enumerate(filled.readers) if one.unit in (None, unit)]
        raised.append({"at": at, "must": must, "of_county": code == COUNTY})
        time.sleep(EVERY_SECONDS)
    return raised


def run_of(told: dict[str, Any], raised: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one form: how late the last of those who must hear did, and who heard wrongly."""
    refused = set(told["refused"])
    late: dict[str, list[float]] = {"heard": [], "shown": []}
    missed = 0
    for one in raised:
        for kind, seconds in late.items():
            waits = []
            for reader in set(one["must"]) - refused:
                after = [at - one["at"] for at in told[kind].get(str(reader), []) if at > one["at"]]
                missed += not after and kind == "heard"
                waits += after[:1]
            seconds.append(max(waits, default=0.0))
    must = sum(reader not in refused for one in raised for reader in one["must"])
    of_each = Counter(reader for one in raised for reader in one["must"])
    too_many = sum(
        max(0, len(times) - of_each[int(reader)])
        for reader, times in told["heard"].items()
        if int(reader) not in refused
    )
    polled = [
        min((at - one["at"] for at in told["heard"].get(str(reader), []) if at > one["at"]), default=0.0)
        for one in raised
        for reader in set(one["must"]) & refused
    ]
    pages = sorted(told["pages"])
    return {
        "lines": told["lines"], "refused": len(refused), "broken": told["broken"], "raised": len(raised),
        "told": must, "missed": missed, "too_many": too_many,
        "last_heard": _picked(late["heard"]), "last_shown": _picked(late["shown"]),
        "polled": round(max(polled, default=0.0), 2), "opened_seconds": round(told["opened_seconds"], 1),
        "pages": len(pages), "page_p50": round(pages[len(pages) // 2], 3),
        "page_p95": round(pages[int(len(pages) * 0.95)], 3), "failures": told["failures"][:5],
        "failed": len(told["failures"]), "crowd_cpu": round(told["own_cpu"], 1),
    }  # fmt: skip


def _picked(seconds: list[float]) -> list[float]:
    ordered = sorted(seconds)
    return [round(ordered[len(ordered) // 2], 2), round(ordered[-1], 2)] if ordered else [0.0, 0.0]


def memory_of(folder: Path) -> float:
    """Return the resident memory in MB of the server whose instance folder this is, all its processes together."""
    found = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes().split(b"\0")
            if f"GRID_INSTANCE_DIR={folder}".encode() in environment:
                row = next(row for row in (process / "status").read_text().splitlines() if row.startswith("VmRSS"))
                found += int(row.split()[1])
        except (OSError, StopIteration):
            continue
    return round(found / 1024)


def measured(form: str, url: str, folder: Path, *, inboxes: int, escalations: int, seconds: float) -> dict[str, Any]:
    """Fill a database, start its server, open everybody's inbox, and raise one thing after the other."""
    app = create_app(Settings(instance_dir=folder, database_url=url))
    filled = fill(app, readers=inboxes, escalations=escalations, now=datetime.now(UTC))
    with server(form, folder, url, workers=WORKERS) as port:
        before = memory_of(folder)
        crowd = subprocess.Popen(
            [sys.executable, "-m", "bench.inbox.crowd", str(port), str(seconds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert crowd.stdin is not None
        assert crowd.stderr is not None
        crowd.stdin.write(json.dumps([one.cookie for one in filled.readers]))
        crowd.stdin.close()
        said = crowd.stderr.readline()
        if said != "ready\n":
            raise RuntimeError(said + crowd.stderr.read())
        raised = raise_in_turn(app, filled, seconds)
        after = memory_of(folder)
        assert crowd.stdout is not None
        told = json.loads(crowd.stdout.read())
        if told["failures"]:
            print((folder / "rush.log").read_text("utf-8")[-3_000:], file=sys.stderr)
        crowd.wait()
        stopping = time.monotonic()
    app.extensions["grid"].engine.dispose()
    stopped = round(time.monotonic() - stopping, 1)
    return run_of(told, raised) | {"form": form, "memory": [before, after], "stopped_seconds": stopped}


def run(given: argparse.Namespace) -> dict[str, Any]:
    """Measure both forms."""
    runs = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if given.inboxes:
            cluster = Cluster().start()
            try:
                url = cluster.create("inbox")
                runs.append(
                    measured("server", url, folder / "server", inboxes=given.inboxes, escalations=given.escalations,
                             seconds=given.seconds)
                )  # fmt: skip
            finally:
                cluster.stop()
        if given.embedded:
            url = f"sqlite:///{folder / 'embedded' / 'grid.sqlite'}"
            runs.append(
                measured("embedded", url, folder / "embedded", inboxes=given.embedded, escalations=0,
                         seconds=given.seconds / 2)
            )  # fmt: skip
    return {"inboxes": given.inboxes, "embedded": given.embedded, "escalations": given.escalations, "runs": runs}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inboxes", type=int, default=1_000)
    parser.add_argument("--embedded", type=int, default=100)
    parser.add_argument("--escalations", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=48.0)
    given = parser.parse_args()
    found = run(given)
    print(json.dumps(found) if given.json else json.dumps(found, indent=1))
    return int(any(one["missed"] or one["too_many"] or one["failed"] for one in found["runs"]))


if __name__ == "__main__":
    sys.exit(main())
