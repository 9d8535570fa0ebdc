"""The figures of siting as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

SECONDS_BAR = 10


def siting_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what placing rooms costs in each made county, whether it was proven, and what access costs."""
    rows = []
    for run in found["runs"]:
        what = f"{run['asked']} rooms among {run['candidates']:,} candidates, {run['county']} county, "
        what += f"{run['rooms_before']} rooms there"
        proof = "proven best" if run["proof"] == "optimal" else f"gap {run['gap_percent']} %"
        share = f"{run['share_before']:.1%} -> {run['share_after']:.1%}, {proof}"
        rows += [below(f"{what}: CPU", run["cpu_seconds"], SECONDS_BAR, "s"), Row("the same: households", share)]
    rows.append(Row("access by hour and totals, 300 rooms: CPU", f"{found['access_cpu']} s"))
    rows.append(Row("what one closing changes: CPU", f"{found['closing_cpu']} s"))
    return rows
