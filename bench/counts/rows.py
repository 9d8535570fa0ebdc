"""The figures of the growth signal as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

FOUND_BAR, BUDGET, SHORT_BAR, SECONDS_BAR = 0.8, 10, 3, 10


def counts_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return what real and made weeks give, and what a large file costs."""
    return [
        _at_least(f"{found['jumps']} jumps of real weeks found by the next round, on Mondays", found["found_mondays"]),
        _at_least("the same, rounds on the worst day of the week", found["found_worst_weekday"]),
        _at_least("the same, daily rounds, each by the first round after its week", found["found_daily"]),
        Row("most flags in any seven days", f"{found['most_flags']}", f"<= {BUDGET}", found["most_flags"] <= BUDGET),
        Row("most flags on a short base", f"{found['most_flags_short']}", f"<= {SHORT_BAR}",
            found["most_flags_short"] <= SHORT_BAR),
        Row("flags a week where nothing grows, 3,600 streams, no budget", f"{found['null_poisson']}"),
        Row("the same, variance 1.5 times the mean", f"{found['null_swinging']}"),
        Row("planted weeks, three times as much where 1 to 5 are usual, found at once", f"{found['planted_3']:.0%}"),
        Row("five times as much", f"{found['planted_5']:.0%}"),
        below("500,000 rows, a year of weekly rounds, whole command: CPU", found["large_every_7"], SECONDS_BAR, "s"),
        below("the same, daily rounds: CPU", found["large_every_1"], SECONDS_BAR, "s"),
        Row("memory of it", f"{found['large_mb']} MB"),
    ]  # fmt: skip


def _at_least(what: str, share: float) -> Row:
    return Row(what, f"{share:.0%}", f">= {FOUND_BAR:.0%}", share >= FOUND_BAR)
