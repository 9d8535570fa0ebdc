"""The figures of the month's assessment as rows of a table, beside the bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

STATUS_BAR_SECONDS = 60
BASES = (("sqlite", "SQLite"), ("postgis", "PostGIS"))


def status_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how long the assessment of a month takes on each database, and the pages that read it."""
    size = f"{found['villages']:,} villages, {found['disputes']:,} disputes, {found['events']:,} steps"
    rows = []
    for key, name in BASES:
        one = found.get(key)
        what = f"a month of all villages on {name}: {size}"
        if one is None:
            rows.append(Row(what, "not run: not installed here", f"< {STATUS_BAR_SECONDS} s", met=False))
            continue
        rows.append(below(what, one["seconds"], STATUS_BAR_SECONDS, "s"))
        rows.append(Row(f"longest time others wait to write meanwhile on {name}", f"{one['longest']} s"))
        rows.append(Row(f"table of all villages / one village's page on {name}", f"{one['table']} / {one['page']} ms"))
    return rows
