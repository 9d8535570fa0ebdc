"""The figures of organisation names as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

FIRST_BAR, WRONG_BAR, SECONDS_BAR = 0.98, 0.005, 2.0


def organisations_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how often the right one is first, and how often a wrong one is told, in all and by kind."""
    variants, others, seconds = found["variants"], found["others"], found["seconds"]
    first, told, slipped = (_share(variants, what) for what in ("first", "told", "wrong"))
    wrong = _share(others, "wrong")
    asked = _sum(variants, "asked"), _sum(others, "asked")
    rows = [
        Row(f"{found['registered']:,} names, {asked[0]:,} variants: the right one first", f"{first:.2%}",
            f">= {FIRST_BAR:.0%}", first >= FIRST_BAR),
        Row("variants for which the right one is told", f"{told:.2%}"),
        Row("variants for which another one is told", f"{slipped:.2%}", f"<= {WRONG_BAR:.1%}", slipped <= WRONG_BAR),
        Row(f"false merges: one told for {asked[1]:,} names that mean none of them", f"{wrong:.2%}",
            f"<= {WRONG_BAR:.1%}", wrong <= WRONG_BAR),
        Row("100,000 names made ready: CPU s", f"{seconds['ready']}"),
        Row("1,000 questions to them: CPU s", f"{seconds['asked']}", f"< {SECONDS_BAR:g}",
            seconds["asked"] < SECONDS_BAR),
    ]  # fmt: skip
    rows += [
        Row(
            f"variant, {kind}: first / told / another told",
            " / ".join(f"{one[what] / one['asked']:.1%}" for what in ("first", "told", "wrong")),
        )
        for kind, one in variants.items()
    ]
    return rows + [Row(f"none, {kind}: one told", f"{one['wrong'] / one['asked']:.1%}") for kind, one in others.items()]


def _sum(kinds: Mapping[str, Mapping[str, int]], what: str) -> int:
    return sum(one[what] for one in kinds.values())


def _share(kinds: Mapping[str, Mapping[str, int]], what: str) -> float:
    return _sum(kinds, what) / _sum(kinds, "asked")
