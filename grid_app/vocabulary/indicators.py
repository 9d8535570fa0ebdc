"""The indicators in words: what each counts, of what, from which records, on which legal basis."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

SHARE: Final = "share"
MEDIAN: Final = "median"
MEAN: Final = "mean"
COUNT: Final = "count"


@dataclass(frozen=True)
class Indicator:
    """One indicator as it is explained beside its number (see ``indicators.toml``).

    ``sample``: its share comes from a sample, so that an interval belongs to it. ``aim``: where nearly all is good
    somebody should look. ``place_only``: it means nothing for one unit. ``now_only``: it has no earlier values.
    """

    code: str
    family: str
    name: str
    kind: str
    part: str
    source: str
    basis: str
    whole: str = ""
    unit: str = ""
    note: str = ""
    per: int = 1
    sample: bool = False
    aim: bool = False
    place_only: bool = False
    now_only: bool = False


@dataclass(frozen=True)
class Family:
    """One of the four families, with its indicators in the order of the file."""

    code: str
    name: str
    about: str
    indicators: tuple[Indicator, ...]


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Return the four families and their indicators."""
    told = tomllib.loads(files("grid_app.vocabulary").joinpath("indicators.toml").read_text("utf-8"))
    every = [Indicator(**row) for row in told["indicator"]]
    return tuple(
        Family(row["code"], row["name"], row["about"], tuple(one for one in every if one.family == row["code"]))
        for row in told["family"]
    )


def indicators() -> tuple[Indicator, ...]:
    """Return all indicators in the order of the pages."""
    return tuple(one for family in families() for one in family.indicators)
