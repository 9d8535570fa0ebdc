"""``python -m bench.acceptance``: does the main job on real input and fails when a count does not add up."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.acceptance.progress import Progress
from bench.acceptance.run import run
from tests.postgres import Cluster, PostgresMissingError

FAILED = 1


def main() -> int:
    """Run, print every count and return 1 when one does not add up."""
    options = _options()
    data = Path(os.environ.get("GRID_TEST_DATA", "missing"))
    if not data.is_dir():
        print("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
        return FAILED if os.environ.get("REQUIRE_ALL") == "1" else 0
    _quieten_logs()
    progress = Progress()
    with _folder(options.out) as folder, _database(options) as url:
        ledger = run(data, folder, url, progress)
    document = {**ledger.document(), "seconds": progress.seconds, "total_seconds": progress.total}
    if options.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        print("\n".join(ledger.lines()))
    if options.out:
        text = json.dumps(document, ensure_ascii=False, indent=2)
        (Path(options.out) / "acceptance.json").write_text(text, "utf-8")
    for failure in ledger.failures:
        print(failure, file=sys.stderr)
    progress.say("FAILED" if ledger.failures else "every count adds up")
    return FAILED if ledger.failures else 0


def _quieten_logs() -> None:
    """Let errors through alone, but for the escalation that the run leaves to be exhausted."""
    logging.getLogger("grid_app").setLevel(logging.ERROR)
    logging.getLogger("grid_app.services.escalations.rungs").setLevel(logging.CRITICAL)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.acceptance", description=__doc__)
    parser.add_argument("--database-url", default="", help="an empty database; default: SQLite in the folder")
    parser.add_argument("--postgres", action="store_true", help="start a throw-away PostGIS cluster and use it")
    parser.add_argument("--out", default="", help="folder to keep the installation and acceptance.json in")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of the table")
    return parser.parse_args()


@contextmanager
def _folder(chosen: str) -> Iterator[Path]:
    if chosen:
        folder = Path(chosen)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder / "instance"
        return
    with tempfile.TemporaryDirectory(prefix="grid-acceptance-") as made:
        yield Path(made) / "instance"


@contextmanager
def _database(options: argparse.Namespace) -> Iterator[str]:
    if not options.postgres:
        yield options.database_url
        return
    try:
        cluster = Cluster().start()
    except PostgresMissingError as error:
        raise SystemExit(f"NOT RUN: {error}") from error
    try:
        yield cluster.create("acceptance")
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
