"""The list of legal pathways (法定途径), read from a file: who decides, by which article, in which time, and how."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from sqlalchemy.orm import Session

from grid_app.services.policy_versions import Version, version_on, versions_of
from grid_app.vocabulary.categories import group_of
from grid_app.vocabulary.handling import ROUTE_WORDS

CODE: Final = "pathways"
"""Under this code the county's own versions are kept."""
KIND_WORDS: Final = {
    "petition": "信访渠道",
    "administrative": "行政程序",
    "arbitration": "仲裁",
    "lawsuit": "诉讼",
    "compensation": "国家赔偿",
    "appraisal": "技术鉴定",
    "other": "其他申诉程序",
}


@dataclass(frozen=True)
class Pathway:
    """One procedure (see the head of ``legal_pathways.toml``)."""

    code: str
    kind: str
    name: str
    route: str
    groups: tuple[str, ...]
    authority: str
    basis: str
    limit: str
    how: str

    def fits(self, category: str) -> bool:
        """Say whether it is offered first for ``category``."""
        return not self.groups or group_of(category) in self.groups


@dataclass(frozen=True)
class PathwayList:
    """The pathways in force and the version of the list."""

    version: int
    pathways: tuple[Pathway, ...]

    def find(self, code: str) -> Pathway | None:
        """Return the pathway with that code."""
        return next((one for one in self.pathways if one.code == code), None)

    def ordered_for(self, category: str) -> list[Pathway]:
        """Return all pathways, those that fit the category first, each part in the order of the list."""
        return sorted(self.pathways, key=lambda one: not one.fits(category))


@cache
def pathway_list() -> PathwayList:
    """Return the list of the file.

    Raises
    ------
    ValueError
        Two rows have one code, or a row names a kind or a route that does not exist.
    """
    data = tomllib.loads(files("grid_app.services.handling").joinpath("legal_pathways.toml").read_text("utf-8"))
    return PathwayList(int(data["version"]), checked_pathways(data["pathway"]))


def checked_pathways(rows: Sequence[Mapping[str, Any]]) -> tuple[Pathway, ...]:
    """Return rows as pathways.

    Raises
    ------
    ValueError
        As `pathway_list`.
    """
    found = tuple(Pathway(**{**row, "groups": tuple(row["groups"])}) for row in rows)
    if len({one.code for one in found}) != len(found):
        raise ValueError("two legal pathways have one code")
    for one in found:
        if one.kind not in KIND_WORDS or one.route not in ROUTE_WORDS:
            raise ValueError(f"no such kind or route: {one.code}")
    return found


def pathways_on(session: Session, day: date) -> PathwayList:
    """Return the list that counts on ``day``."""
    saved = version_on(session, CODE, day)
    return _list_of(saved) if saved else pathway_list()


def pathways_by_version(session: Session) -> dict[int, PathwayList]:
    """Return every version of the list by its number, so that what was sorted earlier can be told as it was."""
    saved = [_list_of(one) for one in versions_of(session, CODE)]
    return {one.version: one for one in (pathway_list(), *saved)}


def _list_of(version: Version) -> PathwayList:
    return PathwayList(version.number, checked_pathways(version.rows))
