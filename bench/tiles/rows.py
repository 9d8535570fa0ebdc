"""The figures of cutting and serving tiles as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

CUT_BAR_SECONDS = 60
FIRST_VIEW_BAR_KB = 300


def tiles_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what a pyramid costs, how large a first view is, and one tile against PostGIS."""
    rows = []
    for one in found["pyramids"]:
        rows += [
            below(f"{one['name']}: cut, CPU of one core", one["cpu_seconds"], CUT_BAR_SECONDS, "s"),
            Row(f"{one['name']}: tiles, file", f"{one['tiles']:,}, {one['megabytes']} MB"),
            below(f"{one['name']}: villages of the first view (zoom {one['zoom']}) with codes, gzip",
                  one["first_view_kb"], FIRST_VIEW_BAR_KB, "KB"),
        ]  # fmt: skip
        if one["largest_grid_kb"]:
            rows.append(Row(f"{one['name']}: largest tile of grids, gzip", f"{one['largest_grid_kb']} KB"))
    for one in found["served"]:
        what = f"one tile of {one['layer']}, zoom {one['zoom']}"
        rows.append(Row(f"{what}: from the file", f"{one['file_ms']} ms, {one['file_kb']} KB gzip"))
        rows.append(Row(f"{what}: from the file, for one township of it", f"{one['narrowed_ms']} ms"))
        theirs = (
            f"{one['postgis_ms']} ms, {one['postgis_kb']} KB gzip" if "postgis_ms" in one else "not run: no PostGIS"
        )
        rows.append(Row(f"{what}: ST_AsMVT on PostGIS with an index", theirs))
    return rows
