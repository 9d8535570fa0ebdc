"""The committed names and texts of the invented county, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Department:
    """A county department and the category groups it answers for."""

    name: str
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """Names to draw from; see ``names.toml``."""

    county: str
    short: str
    code: str
    townships: tuple[tuple[str, str], ...]
    village_first: tuple[str, ...]
    village_last: tuple[str, ...]
    community_last: tuple[str, ...]
    surnames: tuple[str, ...]
    given: tuple[str, ...]
    departments: tuple[Department, ...]
    room_brands: tuple[str, ...]
    room_hours: tuple[str, ...]


def table(name: str) -> dict[str, Any]:
    """Return one of the committed TOML tables beside this module."""
    return tomllib.loads(files("grid_app.demo").joinpath(name).read_text("utf-8"))


@lru_cache(maxsize=1)
def names() -> Names:
    """Return the names of the invented county."""
    told = table("names.toml")
    return Names(
        county=told["county"],
        short=told["short"],
        code=told["code"],
        townships=tuple((told["code"] + one["code"], one["name"]) for one in told["township"]),
        village_first=tuple(told["villages"]["first"]),
        village_last=tuple(told["villages"]["last"]),
        community_last=tuple(told["villages"]["community"]),
        surnames=tuple(told["people"]["surnames"]),
        given=tuple(told["people"]["given"]),
        departments=tuple(Department(one["name"], tuple(one["groups"])) for one in told["department"]),
        room_brands=tuple(told["rooms"]["brands"]),
        room_hours=tuple(told["rooms"]["hours"]),
    )
