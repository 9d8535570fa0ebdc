"""The figures of boundary administration as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row


def boundaries_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what each step costs for a county and for a whole prefecture."""
    rows = []
    for run in found["runs"]:
        what = f"{run['area']}, {run['villages']:,} villages"
        rows += [
            Row(f"{what}: file read, checked and loaded: CPU", f"{run['import']} s"),
            Row("the same: preview with picture: CPU", f"{run['preview']} s"),
            Row("the same: first activation, tree and boundaries: CPU", f"{run['first']} s"),
            Row(
                f"the same: another generation in which {run['ended']:,} villages ended, "
                f"{run['moved']:,} of {run['open']:,} open disputes moved: preview, CPU",
                f"{run['second_preview']} s",
            ),
            Row("the same: its activation: CPU", f"{run['second']} s"),
            Row("the same: taking it back: CPU", f"{run['undo']} s"),
        ]
    return rows
