"""Call-backs in words and figures: what is drawn, what a verification may find, from ``callbacks.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

CLOSED: Final = "closed"
REFUSED: Final = "refused"
KIND_WORDS: Final = {CLOSED: "办结和即时化解", REFUSED: "不予受理"}
STATE_WORDS: Final = {
    "waiting": "待核实",
    "verified": "核实,和记录一样",
    "not_verified": "没有核实,和记录不一样",
    "not_reached": "多次没有联系上",
    "right": "不予受理是对的",
    "wrong": "应当受理",
}
CALL_RESULTS: Final = ("verified", "not_verified")
VERDICTS: Final = ("right", "wrong")
TOLD_WORDS: Final = {"yes": "有", "no": "没有"}
WAY_WORDS: Final = {"phone": "电话", "visit": "上门"}


@dataclass(frozen=True)
class DrawRow:
    """One row of the policy: which share of a stratum is drawn, and how many at least."""

    stratum: str
    name: str
    share: int
    least: int

    def count_of(self, candidates: int) -> int:
        """Return how many of so many are drawn: the share, rounded up, at least the least, at most all.

        Examples
        --------
        >>> [DrawRow("full", "", 10, 3).count_of(count) for count in (0, 2, 30, 31)]
        [0, 2, 3, 4]
        """
        return min(candidates, max(self.least, -(-candidates * self.share // 100)))


@dataclass(frozen=True)
class CallbackRules:
    """The county's figures of call-backs."""

    rows: dict[str, DrawRow]
    days: int
    due_days: int


@lru_cache(maxsize=1)
def callback_rules() -> CallbackRules:
    """Return what ``callbacks.toml`` says."""
    told = tomllib.loads(files("grid_app.vocabulary").joinpath("callbacks.toml").read_text("utf-8"))
    rows = {row["stratum"]: DrawRow(**row) for row in told["row"]}
    return CallbackRules(rows, told["calls"]["days"], told["calls"]["due_days"])
