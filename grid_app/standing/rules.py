"""The figures by which criteria are judged: the file's, or a version that the county saved; each has its basis."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


class FigureError(ValueError):
    """A figure that cannot be judged by; ``code`` names it, the message says why (zh-CN)."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the policy, between its bounds."""

    code: str
    name: str
    value: int
    lowest: int
    highest: int
    basis: str

    def __post_init__(self) -> None:
        """Refuse a figure out of its bounds.

        Raises
        ------
        FigureError
            Naming the bounds.
        """
        if not self.lowest <= self.value <= self.highest:
            raise FigureError(self.code, f"“{self.name}”要在 {self.lowest} 到 {self.highest} 之间。")


@dataclass(frozen=True)
class Rules:
    """One version of all figures, by their code."""

    version: int
    figures: Mapping[str, Figure]

    def __getitem__(self, code: str) -> int:
        """Return the value of a figure."""
        return self.figures[code].value

    def told(self) -> dict[str, int]:
        """Return the values by code, as a snapshot keeps them."""
        return {code: figure.value for code, figure in self.figures.items()}


@cache
def rules_of_file() -> Rules:
    """Return what ``criteria.toml`` says."""
    told = tomllib.loads(files("grid_app.standing").joinpath("criteria.toml").read_text("utf-8"))
    return Rules(told["version"], {row["code"]: Figure(**row) for row in told["row"]})


def rules_with(version: int, rows: Iterable[Mapping[str, Any]]) -> Rules:
    """Return the file's figures with the values and bases that a saved version gives; unknown codes are passed over.

    Raises
    ------
    FigureError
        A value is out of its bounds.

    Examples
    --------
    >>> rules_with(2, [{"code": "R1.share", "value": 90, "basis": "县里的文件"}])["R1.share"]
    90
    """
    given = {row["code"]: row for row in rows}
    figures = {}
    for code, figure in rules_of_file().figures.items():
        row = given.get(code, {})
        value, basis = int(row.get("value", figure.value)), str(row.get("basis", figure.basis))
        figures[code] = Figure(
            code=code, name=figure.name, value=value, lowest=figure.lowest, highest=figure.highest, basis=basis
        )
    return Rules(version, figures)
