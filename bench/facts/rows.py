"""The figures of the map's facts as rows of a table, beside the bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

BAR_MS, BAR_KB = 300, 60


def facts_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return a row per kind of facts, then the weeks, the version and the crowd."""
    rows = [Row("disputes / grids", f"{found['disputes']:,} / 30,000")]
    for name, one in found["facts"].items():
        size = one["bytes"] / 1000
        met = one["p95"] < BAR_MS and size < BAR_KB
        figure = f"p50 {one['p50']:.0f} / p95 {one['p95']:.0f} ms (worst {one['worst']:.0f}), {size:.0f} KB compressed"
        rows.append(Row(f"facts: {name}", figure, f"p95 < {BAR_MS} ms, < {BAR_KB} KB", met))
    weeks, crowd = found["weeks"], found["crowd"]
    rows += [
        Row(
            "facts of grids / whole page, counted a moment ago for somebody of the same scope",
            f"{found['pages']['facts kept']:.0f} ms / {found['pages']['page kept']:.0f} ms",
        ),
        Row("whole page with its table, counted anew", f"{found['pages']['page']:.0f} ms"),
        Row("search by initials", f"{found['pages']['search']:.0f} ms"),
        Row("version of all layers, once a second per process", f"{found['version_ms']:.1f} ms"),
        Row("keeping the weeks that are missing", f"{weeks['kept']} weeks in {weeks['seconds']} s"),
        Row(
            f"{crowd['leaders']} leaders open the map at once, one process of 40 threads: all served",
            f"{crowd['seconds']} s; facts after {crowd['facts_p50']} s (p95 {crowd['facts_p95']} s); "
            f"{crowd['lines']} lines, the others poll; {crowd['refused_pages']} refused",
        ),
        Row("poll / page while all lines are taken", f"{crowd['poll_ms']} ms / {crowd['page_beside_lines_ms']} ms"),
    ]
    return rows
