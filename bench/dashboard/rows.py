"""The figures of the dashboard as rows of a table, beside the bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

BAR_MS = 300
SCOPES = {"county": "the county's office", "township": "the busiest township"}


def dashboard_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return for each scope the page with its duties and trends: usual, and the first, which reckons the trends."""
    rows = [Row("disputes", f"{found['disputes']:,}")]
    for scope, word in SCOPES.items():
        one = found[scope]
        rows.append(below(f"{word}: whole page, 95th percentile", one["p95"], BAR_MS, "ms"))
        rows.append(Row(f"{word}: whole page, median", f"{one['p50']} ms"))
        rows.append(Row(f"{word}: the first page, which reckons the trends", f"{one['first']} ms"))
    return rows
