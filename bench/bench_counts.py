"""The growth signal: jumps of real weeks, flags where nothing grows, planted growth, and the seconds of a large file.

Needs GRID_TEST_DATA for the real weeks.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from bench.counts.worlds import growing, quiet, rounds

COMMAND = [sys.executable, "-c", "from grid_app.cli.main import main; main()", "screen", "counts", "--json"]
REAL_FIELDS = ["--place-field", "community_id", "--category-field", "sub_type_id", "--time-field", "created_at"]
FIRST_MONDAY = date(2018, 2, 12)
LINES = 500_000
SEEDS = range(3)


def replayed(path: Path, fields: list[str], first: date, last: date, every: int) -> dict[date, dict[str, object]]:
    """Return the rounds of the command by their day."""
    words = [*COMMAND, "--events", str(path), *fields, "--from", str(first), "--to", str(last)]
    done = subprocess.run([*words, "--every-days", str(every)], check=True, capture_output=True, text=True)
    return {date.fromisoformat(one["as_of"]): one for one in json.loads(done.stdout)["rounds"]}


def jumps(folder: Path) -> list[tuple[date, tuple[str, str]]]:
    """Return the last day + 1 and the stream of the reference's jumps that have a past, ten a week at most."""
    with (folder / "events_dev.csv").open(encoding="utf-8") as file:
        number = {
            (row["community_id"], row["main_type"], row["sub_type"]): row["sub_type_id"] for row in csv.DictReader(file)
        }
    with (folder / "reference_weekly_jumps_dev.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["week_start"] >= "2018-10-01"]
    weeks: Counter[str] = Counter()
    found = []
    for row in sorted(rows, key=lambda row: float(row["poisson_p"])):
        if float(row["mean_prev_6w"]) >= 0.5 and weeks[row["week_start"]] < 10:
            weeks[row["week_start"]] += 1
            stream = row["community_id"], number[row["community_id"], row["main_type"], row["sub_type"]]
            found.append((date.fromisoformat(row["week_start"]) + timedelta(days=7), stream))
    return found


def real() -> dict[str, float]:
    """Return what the real weeks give, with rounds on each day of the week, and every day."""
    folder = os.environ.get("GRID_TEST_DATA")
    if not folder:
        raise SystemExit("NOT RUN: real data (set GRID_TEST_DATA to its folder)")
    place = Path(folder) / "pingshan12345"
    wanted = jumps(place)
    shares, most, short = [], 0, 0
    for later, every in [*((later, 7) for later in range(7)), (0, 1)]:
        first = FIRST_MONDAY + timedelta(days=later)
        found = replayed(place / "events_dev.csv", REAL_FIELDS, first, date(2018, 11, 6), every)
        flagged = {day: {(flag["place"], flag["category"]) for flag in one["flags"]} for day, one in found.items()}
        most = max(most, *(_in_seven_days(found, day) for day in found))
        short = max(short, *(_in_seven_days(found, day) for day, one in found.items() if one["short_baseline"]))
        next_round = [min(day for day in flagged if day >= end) for end, _ in wanted]
        hits = [stream in flagged[day] for day, (_, stream) in zip(next_round, wanted, strict=True)]
        shares.append(round(sum(hits) / len(hits), 3))
    return {
        "jumps": len(wanted), "found_mondays": shares[0], "found_worst_weekday": min(shares[:7]),
        "found_daily": shares[7], "most_flags": most, "most_flags_short": short,
    }  # fmt: skip


def _in_seven_days(found: dict[date, dict[str, object]], last: date) -> int:
    return sum(len(one["flags"]) for day, one in found.items() if timedelta(0) <= last - day < timedelta(days=7))


def simulated() -> dict[str, float]:
    """Return flags a week where nothing grows, without a budget, and the share of planted growth found at once."""
    found = {}
    for name, spread in (("poisson", 1.0), ("swinging", 1.5)):
        weeks = [len(one.flags) for seed in SEEDS for one in rounds(quiet(seed, spread=spread), budget=10_000)]
        found[f"null_{name}"] = round(statistics.mean(weeks), 2)
    for times in (3.0, 5.0):
        hits = []
        for seed in SEEDS:
            world = growing(seed, times=times)
            flagged = {(stream, one.as_of) for one in rounds(world) for stream in one.flags.stream.tolist()}
            hits += [one in flagged for one in world.planted]
        found[f"planted_{times:g}"] = round(statistics.mean(hits), 3)
    return found


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def large() -> dict[str, float]:
    """Return CPU seconds and megabytes of the command over half a million rows, weekly rounds and daily ones."""
    rng = np.random.default_rng(1)
    when = np.sort(rng.integers(0, 365 * 86_400, LINES))
    places, kinds = rng.integers(0, 2_000, LINES), rng.integers(0, 60, LINES)
    start = datetime.fromisoformat("2025-01-01")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["place", "kind", "time"])
            for place, kind, second in zip(places.tolist(), kinds.tolist(), when.tolist(), strict=True):
                writer.writerow([place, kind, start + timedelta(seconds=second)])
        fields = ["--place-field", "place", "--category-field", "kind", "--time-field", "time"]
        seconds = {}
        for every in (7, 1):
            began = _cpu_of_children()
            replayed(path, fields, date(2025, 1, 1), date(2026, 1, 1), every)
            seconds[f"large_every_{every}"] = round(_cpu_of_children() - began, 2)
    return {**seconds, "large_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {**real(), **simulated(), **large()}
    print(json.dumps(figures) if options.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))
