"""The figures of the coverage pages as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

PAGE_BAR_MS = 300


def coverage_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what the pages about coverage cost in a county of 2,000 villages and 300 rooms."""
    size = f"{found['villages']:,} villages, {found['rooms']} rooms, {found['cases']:,} mediations of the quarter"
    rows = [below(f"{name} page, CPU, p95 of {found['rounds']}: {size}", one["p95"], PAGE_BAR_MS, "ms")
            for name, one in found["pages"].items()]  # fmt: skip
    picture, search = found["picture"], found["search"]
    rows.append(Row("picture of the county, CPU, first time / again", f"{picture['first']} / {picture['again']} ms"))
    told = f"{search['seconds']} s, {search['sites']} sites, {search['proof']}"
    rows.append(Row("20 rooms among the villages without an effective one, through the page", told))
    return rows
