"""Every count of a run, the sums that must hold, and how both are shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

NAME_WIDTH = 62


@dataclass(frozen=True)
class Sum:
    """One sum: what stands on the left must equal the parts on the right together."""

    name: str
    whole: int
    parts: Mapping[str, int]

    @property
    def holds(self) -> bool:
        """Say whether it adds up."""
        return self.whole == sum(self.parts.values())

    def line(self) -> str:
        """Return the sum in one line, such as ``ok  in 5 = accepted 4 + rejected 1``."""
        right = " + ".join(f"{name} {count:,}" for name, count in self.parts.items())
        return f"{'ok   ' if self.holds else 'WRONG'}  {self.name} {self.whole:,} {'=' if self.holds else '!='} {right}"


class Ledger:
    """Collects counts by section, sums and facts that must be true."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[str, int]] = defaultdict(dict)
        self._sums: list[Sum] = []
        self._claims: list[tuple[str, bool, str]] = []

    def add(self, section: str, name: str, by: int = 1) -> None:
        """Add to a count, which begins at nought."""
        counts = self._counts[section]
        counts[name] = counts.get(name, 0) + by

    def put(self, section: str, name: str, value: int) -> None:
        """Write a count down once.

        Raises
        ------
        ValueError
            It stands there already with another value.
        """
        if self._counts[section].setdefault(name, value) != value:
            raise ValueError(f"{section}: {name} is written down twice")

    def of(self, section: str) -> dict[str, int]:
        """Return a section's counts in the order they came."""
        return dict(self._counts[section])

    def must_add_up(self, name: str, whole: int, parts: Mapping[str, int]) -> None:
        """Note a sum; one that does not hold fails the run in the end, after everything has been printed."""
        self._sums.append(Sum(name, whole, dict(parts)))

    def must_be_true(self, claim: str, holds: bool, seen: str = "") -> None:  # noqa: FBT001 - the claim itself
        """Note a claim and what was seen instead of it."""
        self._claims.append((claim, holds, "" if holds else seen))

    @property
    def failures(self) -> list[str]:
        """Return one line for everything that does not hold."""
        wrong = [one.line() for one in self._sums if not one.holds]
        return wrong + [f"WRONG  {claim}: {seen}" for claim, holds, seen in self._claims if not holds]

    def lines(self) -> list[str]:
        """Return the whole ledger as a readable table."""
        shown: list[str] = []
        for section, counts in self._counts.items():
            shown += ["", section, *(_count_line(name, count) for name, count in counts.items())]
        shown += ["", "sums", *(f"  {one.line()}" for one in self._sums)]
        times = Counter(self._claims)
        return [*shown, "", "claims", *(_claim_line(*claim, times=count) for claim, count in times.items())]

    def document(self) -> dict[str, object]:
        """Return the whole ledger for machines."""
        return {
            "counts": {section: dict(counts) for section, counts in self._counts.items()},
            "sums": [
                {"name": one.name, "whole": one.whole, "parts": dict(one.parts), "holds": one.holds}
                for one in self._sums
            ],
            "claims": [{"claim": claim, "holds": holds, "seen": seen} for claim, holds, seen in self._claims],
            "failures": self.failures,
        }


def _count_line(name: str, count: int) -> str:
    return f"  {name:{NAME_WIDTH}} {count:>10,}"


def _claim_line(claim: str, holds: bool, seen: str, *, times: int) -> str:  # noqa: FBT001 - as above
    often = f" ({times} times)" if times > 1 else ""
    return f"  {'ok   ' if holds else 'WRONG'}  {claim}{often}{'' if holds else f': {seen}'}"
