"""The figures of layers for other programs as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

BAR_MS = 500


def ogc_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how long a page of features takes, as 95 of 100 are answered, and the first after a start."""
    rows = [Row("villages / grids", f"{found['villages']:,} / {found['grids']:,}")]
    rows += [
        below(f"{one['what']} ({one['matched']:,} match), p95", one["p95_ms"], BAR_MS, "ms") for one in found["asked"]
    ]
    rows.append(Row("the first question of a process about grids", f"{found['first_ms']} ms"))
    return rows
