"""Time files of 100,000 disputes on the embedded database, each in a process of its own, and weigh their memory.

Run: ``python -m bench.bench_exports [--disputes N] [--json]``. A quarter of the disputes name a party in their text,
whose name is unsealed and hidden. What is timed is ``grid-app disputes export`` from its start to its end.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.exports.world import build

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
FILES = (("disputes", "xlsx"), ("disputes", "csv"), ("disputes", "geojson"), ("disputes", "gpkg"),
         ("gbt31000", "csv"), ("villages", "gpkg"))  # fmt: skip
KILO = 1024
RUN = """
import pathlib, sys
from grid_app.cli.main import main
try:
    main()
finally:
    status = pathlib.Path('/proc/self/status').read_text()
    print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)
"""


def timed(folder: Path, kind: str, form: str) -> dict[str, object]:
    """Run the command once and return its seconds, its most memory, and what it made."""
    made, told, most = folder / f"made.{form}", folder / "told.json", folder / "most.txt"
    made.unlink(missing_ok=True)
    command = [sys.executable, "-c", RUN, "disputes", "export", str(made), "--kind", kind, "--as",
               "county_officer", "--json"]  # fmt: skip
    began = time.perf_counter()
    with told.open("w") as out, most.open("w") as peak:
        child = os.posix_spawn(
            sys.executable, command, {**os.environ, "GRID_INSTANCE_DIR": str(folder)},
            file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, peak.fileno(), 2)],
        )  # fmt: skip
        _, status, used = os.wait4(child, 0)
    if status:
        raise SystemExit(f"{kind} as .{form} was not made: exit code {os.waitstatus_to_exitcode(status)}")
    return {
        "kind": kind, "form": form, "rows": json.loads(told.read_text())["rows"],
        "seconds": round(time.perf_counter() - began, 1), "cpu_seconds": round(used.ru_utime + used.ru_stime, 1),
        "megabytes": round(int(most.read_text().split()[-1]) / KILO),
        "file_megabytes": round(made.stat().st_size / 1e6, 1),
    }  # fmt: skip


def main() -> None:
    """Fill a county, make every file, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--disputes", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, given.disputes, NOW)
        found = {"files": [timed(folder, kind, form) for kind, form in FILES]}
    print(json.dumps(found, indent=None if given.json else 2))


if __name__ == "__main__":
    main()
