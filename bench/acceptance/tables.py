"""The two committed tables: what kind of matter an event is, and which township stands for a district."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
DISTRICT = re.compile(r"[A-Z]\d+[区县市]")
NO_DISTRICT = "未写明"


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file with a header, in their order."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def type_categories() -> dict[tuple[str, str], str]:
    """Return the category of (type, main type); an empty main type stands for every other one of the type."""
    return {(row["type"], row["main_type"]): row["category"] for row in rows_of(HERE / "type_categories.csv")}


@lru_cache(maxsize=1)
def district_townships() -> dict[str, str]:
    """Return the division code that stands for each district; a six-digit one is the county as a coarse place."""
    return {row["district"]: row["code"] for row in rows_of(HERE / "district_townships.csv")}


def category_of(event_type: str, main_type: str) -> str:
    """Return the category of an event.

    Raises
    ------
    KeyError
        The table does not know the type.
    """
    table = type_categories()
    found = table.get((event_type, main_type))
    return found if found is not None else table[event_type, ""]


def district_of(title: str, body: str) -> str:
    """Return the first district that the title names, or else the body."""
    found = DISTRICT.search(title) or DISTRICT.search(body)
    return found[0] if found else NO_DISTRICT


def place_of(title: str, body: str) -> str:
    """Return the division code where a message belongs.

    Raises
    ------
    KeyError
        The table does not know the district.
    """
    return district_townships()[district_of(title, body)]
