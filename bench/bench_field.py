"""Measure the field app as a grid worker meets it: first load, first sync, signal returning, 500 waiting reports.

Run from the root of the repository: ``python -m bench.bench_field [--part NAME ...] [--reports 500] [--runs 10]
[--json]``.

A real ``grid-app serve`` process on this machine, Chromium at the size of a phone, and an office of realistic size:
a county's real villages (of GRID_TEST_DATA; else the demonstration county), the own village in full precision with its
neighbours, 500 open matters nearby, 100 own reports. The slow line (400 kbit/s each way, 400 ms round trip) is a relay
that all connections share, the service worker's too. The
scripted user's pauses are those of the keystroke-level model (Card, Moran and Newell, 1983); see bench/field/person.py.
Exits with 1 when a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.faults.server import Server
from bench.field.first import KBIT, ROUND_TRIP_SECONDS, first_load, first_sync
from bench.field.line import Line
from bench.field.many import many_reports
from bench.field.office import NEARBY, OWN, Office, make_office
from bench.field.person import typical_reports
from bench.field.phone import browser
from bench.field.rows import field_rows
from bench.field.signal import after_signal

PARTS = ("load", "sync", "signal", "many", "person")


def measure(parts: Collection[str], *, reports: int, runs: int) -> dict[str, Any]:
    """Return the figures of the chosen parts."""
    with tempfile.TemporaryDirectory(prefix="bench-field-") as name, browser() as chromium:
        office = make_office(Path(name))
        found: dict[str, Any] = {
            "source": office.source,
            "nearby": NEARBY,
            "own": OWN,
            "kbit": KBIT,
            "round_trip_seconds": ROUND_TRIP_SECONDS,
            "chromium": chromium.version,
        }
        server = Server(office.folder)
        try:
            for part in (one for one in PARTS if one in parts):
                print(f"measuring {part} ...", file=sys.stderr, flush=True)
                found |= _part(part, chromium, office, server.port, reports=reports, runs=runs)
        finally:
            server.stop()
    return found


def _part(part: str, chromium: Browser, office: Office, port: int, *, reports: int, runs: int) -> dict[str, Any]:
    if part == "load":
        return {part: first_load(chromium, port)}
    if part == "sync":
        return {part: first_sync(chromium, office, port, max(1, runs // 3))}
    if part == "many":
        return {part: many_reports(chromium, office, port, reports=reports)}
    if part == "person":
        return {part: typical_reports(chromium, office, port, runs=runs)}
    with Line(port, kbit=KBIT, round_trip=ROUND_TRIP_SECONDS).open() as line:
        return {
            "signal": after_signal(chromium, office, port, reports=runs),
            "signal_slow": after_signal(chromium, office, port, reports=runs, line=line),
        }


def main() -> int:
    """Measure, print, and return 1 when a bar was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_field", description=__doc__)
    parser.add_argument("--part", nargs="*", default=PARTS, choices=PARTS, help="measure these alone")
    parser.add_argument("--reports", type=int, default=500, help="how many wait in the list")
    parser.add_argument("--runs", type=int, default=10, help="of each thing that one person does")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    given = parser.parse_args()
    found = measure(given.part, reports=given.reports, runs=given.runs)
    rows = field_rows(found)
    print(json.dumps(found, indent=2, ensure_ascii=False) if given.json else "\n".join(row.line() for row in rows))
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
