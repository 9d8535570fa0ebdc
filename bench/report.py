"""Run every measurement and write docs/benchmarks.md: figures beside the bars, with the machine they were taken on.

Run from the root of the repository: ``python -m bench.report [--full] [--only NAME ...] [--update NAME ...]``.
``--full`` adds the acceptance run, which takes minutes; ``--update`` measures the named ones anew and leaves the other
sections of the page as they are. Exits with 1 when a bar was missed; the page is written all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.alarm_rows import alarms_rows
from bench.boundaries.rows import boundaries_rows
from bench.counts.rows import counts_rows
from bench.coverage.rows import coverage_rows
from bench.dashboard.rows import dashboard_rows
from bench.duplicates.rows import duplicates_rows
from bench.escalations.rows import escalation_rows
from bench.exports.rows import exports_rows
from bench.facts.rows import facts_rows
from bench.field.rows import field_rows
from bench.grievances.rows import grievances_rows
from bench.inbox.rows import inbox_rows
from bench.lists.rows import lists_rows
from bench.map.rows import map_rows
from bench.ogc.rows import ogc_rows
from bench.organisations.rows import organisations_rows
from bench.push.rows import push_rows
from bench.report_rows import (
    Row,
    acceptance_rows,
    chromium_rows,
    faults_rows,
    locate_rows,
    scan_rows,
    start_rows,
    sync_rows,
)
from bench.rush.rows import rush_rows
from bench.siting.rows import siting_rows
from bench.status.rows import status_rows
from bench.tiles.rows import tiles_rows

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
SECONDS = 1_800
ADDITIONS = 5_000_000
PACKAGES = ("numpy", "shapely", "sqlalchemy", "flask", "scipy")


@dataclass(frozen=True)
class Measurement:
    """One script, what it is about, and how its JSON becomes rows."""

    name: str
    title: str
    module: str
    rows: Callable[[Mapping[str, Any]], list[Row]]
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """Return how a person runs it."""
        return " ".join(("python -m", self.module, *self.arguments))


MEASUREMENTS = (
    Measurement("start", "Start and memory", "bench.bench_start", start_rows),
    Measurement("locate", "Locating points", "bench.bench_locate", locate_rows),
    Measurement("sync", "Taking in a batch", "bench.bench_sync", sync_rows),
    Measurement("scan", "Scanning for clusters", "bench.bench_scan", scan_rows),
    Measurement("alarms", "False alarms and rises found", "bench.alarms", alarms_rows),
    Measurement("counts", "Growth against the weeks before", "bench.bench_counts", counts_rows),
    Measurement("grievances", "Shared grievances", "bench.bench_grievances", grievances_rows),
    Measurement("duplicates", "Duplicates at intake", "bench.bench_duplicates", duplicates_rows),
    Measurement("organisations", "Names of organisations", "bench.bench_organisations", organisations_rows),
    Measurement("siting", "Where the next rooms should be", "bench.bench_siting", siting_rows),
    Measurement("boundaries", "Importing and changing boundaries", "bench.bench_boundaries", boundaries_rows),
    Measurement("coverage", "Pages about coverage", "bench.bench_coverage", coverage_rows),
    Measurement("status", "The month of the village status", "bench.bench_status", status_rows),
    Measurement("tiles", "Vector tiles", "bench.bench_tiles", tiles_rows),
    Measurement("ogc", "Layers for other programs", "bench.bench_ogc", ogc_rows),
    Measurement("exports", "Files of 100,000 disputes", "bench.bench_exports", exports_rows),
    Measurement("map", "The map in a browser", "bench.bench_map", map_rows),
    Measurement("lists", "Lists at a million disputes", "bench.bench_lists", lists_rows),
    Measurement("facts", "Facts of the map at a million disputes", "bench.bench_facts", facts_rows),
    Measurement("rush", "Five hundred leaders open the map at nine", "bench.bench_map_rush", rush_rows),
    Measurement("dashboard", "The dashboard at a million disputes", "bench.bench_dashboard", dashboard_rows),
    Measurement("inbox", "A thousand open inboxes", "bench.bench_inbox", inbox_rows),
    Measurement("push", "Sending pushes", "bench.bench_push", push_rows),
    Measurement(
        "escalation",
        "Escalations under faults",
        "bench.faults_escalation",
        escalation_rows,
        ("--ladders", "1000000"),
    ),
    Measurement("field", "The phone without signal", "bench.bench_field", field_rows),
    Measurement("faults", "Killing phones while they report", "bench.faults_field", faults_rows, ("--points", "10000")),
    Measurement("chromium", "Killing real browsers", "bench.faults_chromium", chromium_rows, ("--points", "300")),
    Measurement(
        "chromium-postgis",
        "Killing real browsers before PostGIS",
        "bench.faults_chromium",
        chromium_rows,
        ("--points", "100", "--postgis"),
    ),
)
ACCEPTANCE = Measurement("acceptance", "The main job on real data", "bench.acceptance", acceptance_rows)


def measure(one: Measurement) -> list[Row]:
    """Run one script and return its rows; a script that gives no figures gives one row that says so."""
    print(f"measuring {one.name} ...", file=sys.stderr, flush=True)
    command = [sys.executable, "-m", one.module, *one.arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    try:
        return one.rows(json.loads(done.stdout))
    except (ValueError, KeyError) as error:
        print(done.stderr[-2_000:], file=sys.stderr)
        return [Row(one.title, f"not measured: exit code {done.returncode}, {type(error).__name__}", "", met=False)]


def machine() -> list[str]:
    """Return what a reader needs to know of the machine, one line each; no name of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"- {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB memory",
        f"- {platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}",
        f"- {packages}",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def section_of(one: Measurement, rows: Sequence[Row], taken: str) -> str:
    """Return one measurement's part of the page: when it was taken, the command, and a table."""
    head = [f"## {one.title}", "", f"`{one.command}`: {taken}", "", "| what | figure | bar | |", "|---|---|---|---|"]
    return "\n".join([*head, *(row.line() for row in rows), ""])


def page_of(sections: Sequence[str], facts: Sequence[str]) -> str:
    """Return the page: the machine, then the sections."""
    head = [
        "# Benchmarks",
        "",
        "Written by `python -m bench.report`. Do not edit by hand: run it again.",
        "",
        *facts,
        "",
    ]
    return "\n".join([*head, *sections])


def sections_in(page: str) -> dict[str, str]:
    """Return the sections of a page by their titles."""
    parts = re.split(r"^(?=## )", page, flags=re.MULTILINE)[1:]
    return {part.partition("\n")[0].removeprefix("## "): part.rstrip("\n") + "\n" for part in parts}


def main() -> int:
    """Measure, write the page, and return 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.report", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also time the acceptance run")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="measure these and print, write nothing")
    parser.add_argument("--update", nargs="*", default=[], metavar="NAME", help="measure these, keep the others")
    options = parser.parse_args()
    named = {*options.only, *options.update}
    known = [*MEASUREMENTS, ACCEPTANCE]
    missed: list[str] = []
    fresh: dict[str, str] = {}
    for one in known:
        if one.name in named or (not named and (one is not ACCEPTANCE or options.full)):
            rows, taken = measured(one)
            fresh[one.title] = section_of(one, rows, taken)
            missed += [row.what for row in rows if row.met is False]
    if options.only:
        print("\n".join(fresh.values()))
    else:
        kept = sections_in(PAGE.read_text("utf-8")) if options.update else {}
        sections = {**kept, **fresh}
        PAGE.write_text(page_of([sections[one.title] for one in known if one.title in sections], machine()), "utf-8")
    for what in missed:
        print(f"missed: {what}", file=sys.stderr)
    return 1 if missed else 0


def measured(one: Measurement) -> tuple[list[Row], str]:
    """Return the rows of a script, and when and on how busy a machine they were taken.

    A load above the number of cores means that others were working too; the pace tells a slow hour of a rented
    machine from a quick one, which differ threefold.
    """
    before, pace = os.getloadavg()[0], pace_of_python()
    rows = measure(one)
    load = f"load {before:.1f} before and {os.getloadavg()[0]:.1f} after"
    return rows, f"{datetime.now(UTC):%Y-%m-%d}, {load}, {pace:.0f} million additions a second"


def pace_of_python() -> float:
    """Return how many million additions a loop of Python does in a second of its processor's time."""
    begun, total = time.process_time(), 0
    for number in range(ADDITIONS):
        total += number
    return ADDITIONS / 1e6 / (time.process_time() - begun)


if __name__ == "__main__":
    sys.exit(main())
