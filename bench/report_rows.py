"""The figures of each measurement as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOCATE_BAR = 1_000_000
SYNC_BAR_SECONDS = 1.0
READY_BAR_SECONDS, START_BAR_SECONDS, MEMORY_BAR_MB = 60, 3, 400
ACCEPTANCE_BAR_SECONDS = 480
FAULTS_BAR = 10_000


@dataclass(frozen=True)
class Row:
    """One figure; ``met`` is ``None`` where there is no bar."""

    what: str
    figure: str
    bar: str = ""
    met: bool | None = None

    def line(self) -> str:
        """Return the row of a Markdown table."""
        mark = "" if self.met is None else "met" if self.met else "**missed**"
        return f"| {self.what} | {self.figure} | {self.bar} | {mark} |"


def locate_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return the locator's speed, its correctness, and the plain search tree's in the same run."""
    rows = []
    for name, one in found.items():
        speed = one["points_per_second"]
        bar = name.startswith("2000")
        rows += [
            Row(f"{name}: points a second", f"{speed:,}", f">= {LOCATE_BAR:,}" if bar else "",
                speed >= LOCATE_BAR if bar else None),
            Row(f"{name}: plain Shapely STRtree in the same run", f"{one['plain_tree_points_per_second']:,}"),
            Row(f"{name}: ratio", f"{one['ratio']} x"),
            Row(f"{name}: right against the tree", f"{one['right_percent']:.0f} %", "100 %",
                one["right_percent"] == 100),
            Row(f"{name}: with the distance to the border, points a second",
                f"{one['with_distance_points_per_second']:,}"),
            Row(f"{name}: built in / memory", f"{one['build_seconds']} s / {one['memory_mb']} MB"),
        ]  # fmt: skip
    return rows


def sync_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return the seconds of a batch on each database; one that was not run misses its bar."""
    rows = []
    for kind, name in (("sqlite", "SQLite"), ("postgis", "PostGIS")):
        bar = f"< {SYNC_BAR_SECONDS:.0f} s"
        if kind not in found:
            rows.append(Row(f"{found['items']} new reports on {name}", "not run: not installed here", bar, met=False))
            continue
        one = found[kind]
        seconds = one["new_seconds"]
        rows += [
            Row(f"{found['items']} new reports on {name}, median", f"{seconds} s", bar, seconds < SYNC_BAR_SECONDS),
            Row(f"the slowest of {found['batches']}", f"{one['new_seconds_worst']} s"),
            Row("the same batch again", f"{one['replayed_seconds']} s"),
            Row("new reports a second", f"{one['new_per_second']}"),
        ]
    return rows


def faults_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how often phones and the server were killed, and what was lost or doubled by it."""
    return [
        Row("tabs killed", f"{found['kill_points']:,}", f">= {FAULTS_BAR:,}", found["kill_points"] >= FAULTS_BAR),
        Row("different steps and moments they were killed at", f"{found['kinds_of_kill_points']}"),
        Row("the server killed and started again", f"{found['server_kills']}"),
        Row("requests and answers the line spoilt", f"{_spoilt(found['line']):,}"),
        Row(
            "a dead tab's turn taken over by Web Lock / by lease",
            f"{found['turns_taken_over']['web_locks']:,} / {found['turns_taken_over']['leases']:,}",
        ),
        Row(
            "reports / returns / visits / photos delivered",
            f"{found['reports']:,} / {found['returns']:,} / {found['visits']:,} / {found['attachments']:,}",
        ),
        Row("lost", f"{found['lost']}", "0", found["lost"] == 0),
        Row("doubled", f"{found['doubled']}", "0", found["doubled"] == 0),
        Row("duration", f"{found['seconds']} s"),
    ]


def chromium_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how often each part was killed under real browsers, in which phases, and what was lost by it."""
    points, bar = found["kill_points"], found["points_asked"]
    kills = [
        Row(f"{kind} killed while " + " / ".join(phases), " / ".join(str(count) for count in phases.values()))
        for kind, phases in found["table"].items()
        if any(phases.values())
    ]
    return [
        Row(f"kill points in Chromium, the server on {found['database']}", f"{points}", f">= {bar}", points >= bar),
        *kills,
        Row(
            "reports / returns / visits / photos delivered",
            f"{found['reports']} / {found['returns']} / {found['visits']} / {found['attachments']}",
        ),
        Row("lost", f"{found['lost']}", "0", found["lost"] == 0),
        Row("doubled", f"{found['doubled']}", "0", found["doubled"] == 0),
        Row("duration", f"{found['seconds']} s"),
    ]


def _spoilt(line: Mapping[str, int]) -> int:
    return sum(count for fate, count in line.items() if fate != "pass")


def start_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return the seconds until a page answers, and the memory of the embedded form."""
    return [
        below("`make run` from a warm package cache to a page", found["first_run_seconds"], READY_BAR_SECONDS, "s"),
        below("start with data present", found["start_seconds"], START_BAR_SECONDS, "s"),
        below("memory after start, one map page and one round", found["memory_mb"], MEMORY_BAR_MB, "MB"),
    ]


def below(what: str, figure: float | None, bar: float, unit: str) -> Row:
    """Return a row whose figure must lie below the bar; one that was left out says so and meets nothing."""
    if figure is None:
        return Row(what, "not measured", f"< {bar} {unit}")
    return Row(what, f"{figure} {unit}", f"< {bar} {unit}", figure < bar)


def acceptance_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how long each part of the acceptance run took, and whether every count added up."""
    failures = len(found["failures"])
    total = found["total_seconds"]
    return [
        *(Row(name, f"{seconds} s") for name, seconds in found["seconds"].items()),
        Row("in all", f"{total} s", f"< {ACCEPTANCE_BAR_SECONDS} s", total < ACCEPTANCE_BAR_SECONDS),
        Row("counts that do not add up", f"{failures}", "0", failures == 0),
    ]


SCAN_BARS: Mapping[str, tuple[str, float]] = {
    "v2000_radius_10": ("2,000 villages, 50,060 cases, radius 10, 999 replicates: CPU s", 0.5),
    "v2000_half": ("the same, circles up to half of the cases: CPU s", 2.5),
    "cells_30000": ("30,000 cells, radius 10 cells, 999 replicates: CPU s", 6.0),
    "twelve_categories": ("a daily round of twelve categories, 500 villages, a year, <= 9,999 replicates: CPU s", 3.0),
    "memory_mb": ("memory at 30,000 cells: MB", 700.0),
    "cold_start": ("the command from call to answer, kernels on disk: CPU s", 2.0),
}


def scan_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return the scan's CPU seconds on one core, and how a textbook scan compares."""
    rows = [Row(what, f"{found[name]:g}", f"< {bar:g}", found[name] < bar) for name, (what, bar) in SCAN_BARS.items()]
    return [
        *rows,
        Row("a textbook numpy scan of the first: CPU s", f"{found['textbook_radius_10']:g}"),
        Row("textbook / compiled loops", f"{found['textbook_ratio']:g} x", ">= 150 x", found["textbook_ratio"] >= 150),
        Row("textbook / loops on arrays, without numba", f"{found['textbook_ratio_arrays']:g} x", ">= 8 x",
            found["textbook_ratio_arrays"] >= 8),
    ]  # fmt: skip
