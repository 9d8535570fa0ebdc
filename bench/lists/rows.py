"""The figures of the lists as rows of a table: for each scope the slowest lists, beside the bar."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from bench.report_rows import Row

BAR_MS = 300
SLOWEST = 3


def lists_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return per scope the median list and the slowest ones, through the query, deep, and the whole page."""
    rows = [Row("disputes / lists measured", f"{found['disputes']:,} / {len(found['lists'])}")]
    if "copy_seconds" in found:
        rows.append(Row("copied in / indexed in", f"{found['copy_seconds']} s / {found['index_seconds']} s"))
    for kind, words in (("query", "query, first page"), ("deep", "query, deep page"), ("page", "whole page")):
        for scope in ("county", "township", "village"):
            named = {name: one[kind] for name, one in found["lists"].items() if name.startswith(f"{scope}:")}
            worst = sorted(named, key=lambda name: -named[name]["p95"])[:SLOWEST]
            middle = median(one["p50"] for one in named.values())
            slowest = named[worst[0]]["p95"]
            told = ", ".join(f"{name.partition(': ')[2]} {named[name]['p95']:.0f}" for name in worst)
            rows += [
                Row(f"{scope}, {words}: median of all lists", f"{middle:.0f} ms"),
                Row(f"{scope}, {words}: slowest p95 ({told})", f"{slowest:.0f} ms", f"< {BAR_MS} ms", slowest < BAR_MS),
            ]
    rows += [Row(f"cold, county, whole page: {name}", f"{ms:.0f} ms") for name, ms in found["cold"].items()]
    return rows
