"""The figures of the rush as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

FORMS = {"server": "PostGIS, two workers", "embedded": "SQLite, one process"}
WAYS = {"minute": "within one minute", "second": "in the same second"}
KINDS = {
    "page": "page", "frame": "frame", "facts": "facts", "codes": "codes", "tile": "tile", "line": "line or refusal",
    "everything": "map open",
}  # fmt: skip


def rush_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return for each form and way: errors, connections, and the times of each kind of request."""
    rows = [Row("leaders / villages / grids", f"{found['leaders']} / {found['villages']:,} / {found['grids']:,}")]
    for run in found["runs"]:
        name = f"{FORMS[run['form']]}, all {WAYS[run['way']]}"
        rows.append(Row(f"{name}: requests answered wrongly or not", str(run["errors"]), "0", run["errors"] == 0))
        rows.append(
            Row(
                f"{name}: requests, seconds, lines held, CPU s of the crowd itself",
                f"{run['requests']:,}, {run['whole']}, {run['lines']}, {run['own_cpu']}",
            )
        )
        if run["connections"] is not None:
            rows.append(Row(f"{name}: most connections of the database", f"{run['connections']} of {run['allowed']}"))
        for kind, word in KINDS.items():
            p50, p95, most = run["seconds"][kind]
            rows.append(Row(f"{name}: {word}, p50 / p95 / longest", f"{p50} / {p95} / {most} s"))
    return rows
