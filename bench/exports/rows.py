"""The figures of exports as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

MOST_SECONDS = 120
MOST_MEGABYTES = 400


def exports_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what a file of each kind and form costs from the start of the command to its end."""
    rows = []
    for one in found["files"]:
        what = f"{one['rows']:,} rows, {one['kind']} as .{one['form']}"
        rows += [
            below(f"{what}: the whole command, CPU of one core", one["cpu_seconds"], MOST_SECONDS, "s"),
            below(f"{what}: most memory", one["megabytes"], MOST_MEGABYTES, "MB"),
            Row(f"{what}: size of the file", f"{one['file_megabytes']} MB"),
        ]
    return rows
