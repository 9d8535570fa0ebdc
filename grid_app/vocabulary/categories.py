"""Dispute categories and the twelve tiles a grid worker chooses from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

REFERRAL_ONLY = ("14", "15")
SEALED = "15"
COUNTY_ONLY = "16"
NO_CATEGORY = "各类"
"""Of what concerns no one category, such as a place that reports nothing."""


@dataclass(frozen=True)
class Tile:
    """One of the twelve plain tiles; ``code`` is the category it stands for."""

    tile: str
    code: str
    label: str
    hint: str


@lru_cache(maxsize=1)
def category_names() -> dict[str, str]:
    """Return every category code (2 or 4 digits) with its Chinese name, in code order."""
    table = json.loads(files("grid_app.vocabulary").joinpath("categories.json").read_text("utf-8"))
    names: dict[str, str] = {}
    for group, (title, members) in table["groups"].items():
        names[group] = title
        names.update({code: f"{title}·{name}" for code, name in members.items()})
    return dict(sorted(names.items()))


@lru_cache(maxsize=1)
def tiles() -> tuple[Tile, ...]:
    """Return the twelve tiles in the order they are shown."""
    rows = json.loads(files("grid_app.vocabulary").joinpath("tiles.json").read_text("utf-8"))
    return tuple(Tile(**row) for row in rows)


def is_category(code: str) -> bool:
    """Say whether ``code`` can be stored: any 4-digit code of the table, or ``99``."""
    return code == "99" or (len(code) == 4 and code in category_names())


def name_of(code: str) -> str:
    """Return the Chinese name of a category code; of none 各类, and an unknown code as it is."""
    return category_names().get(code, code) if code else NO_CATEGORY


def group_of(code: str) -> str:
    """Return the 2-digit group of a category code."""
    return code[:2]


def is_family(code: str) -> bool:
    """Say whether the two family-safety questions belong to this category (反家庭暴力法 14, 未成年人保护法 11)."""
    return group_of(code) == "01"


def is_sealed(code: str) -> bool:
    """Say whether reports of this category are sealed (信访工作条例 30)."""
    return group_of(code) == SEALED


def is_withheld_from_maps(code: str) -> bool:
    """Say whether disputes of this category never appear on a map: 15xx is sealed, 16xx is never mapped."""
    return group_of(code) in (SEALED, COUNTY_ONLY)


def may_be_reported_in_the_field(code: str) -> bool:
    """Say whether a grid worker may choose this category; 14xx, 15xx and 16xx have no tile."""
    return group_of(code) not in (*REFERRAL_ONLY, COUNTY_ONLY)
