"""The one order of a generation's divisions: what tiles call ``i`` and what facts give a byte for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.places import Boundary, Division

LEVELS: Final[dict[str, Level]] = {"townships": "township", "villages": "village", "grids": "grid"}
"""Levels as addresses name them."""
KEPT: Final = 24
COUNTY_SLASHES: Final = 2


@dataclass(frozen=True, slots=True)
class IndexedCode:
    """A division with a boundary in a generation; ``index`` counts within the county and the level, by code."""

    index: int
    code: str
    name: str
    parent_code: str
    path: str


def indexed_codes(session: Session, *, generation_id: UUID, county_code: str, level: Level) -> tuple[IndexedCode, ...]:
    """Return a county's divisions of one level that have a boundary in a generation, by code (sign by sign).

    A generation's boundaries never change once it is in use, so the answer is kept for the life of the process. It
    holds divisions that have ended since: an index never moves.
    """
    kept = _kept(str(session.get_bind().engine.url), generation_id, county_code, level)
    if not kept:
        kept[:] = [_read(session, generation_id, county_code, level)]
    return kept[0]


def numbered_under(
    session: Session, *, generation_id: UUID, county_code: str, level: Level, root_path: str
) -> Mapping[str, int]:
    """Return the codes at or under a root in their order with numbers from 0, kept like ``indexed_codes``."""
    kept = _numbers(str(session.get_bind().engine.url), generation_id, level, root_path)
    if not kept:
        codes = indexed_codes(session, generation_id=generation_id, county_code=county_code, level=level)
        kept.append({one.code: number for number, one in enumerate(under(codes, root_path))})
    return kept[0]


def under(codes: Sequence[IndexedCode], root_path: str) -> tuple[IndexedCode, ...]:
    """Return those at or under a root, in the same order."""
    if codes and root_path.count("/") == COUNTY_SLASHES and codes[0].path.startswith(root_path):
        return tuple(codes)
    return tuple(one for one in codes if one.path.startswith(root_path))


def forget_codes() -> None:
    """Let a process ask again: for tests, which change boundaries in use, or find others under the same address."""
    _kept.cache_clear()
    _numbers.cache_clear()


@lru_cache(maxsize=KEPT)
def _kept(_database: str, _generation: UUID, _county: str, _level: Level) -> list[tuple[IndexedCode, ...]]:
    return []


@lru_cache(maxsize=4 * KEPT)
def _numbers(_database: str, _generation: UUID, _level: Level, _root_path: str) -> list[Mapping[str, int]]:
    return []


def _read(session: Session, generation_id: UUID, county_code: str, level: Level) -> tuple[IndexedCode, ...]:
    rows = session.execute(
        select(Boundary.code, Boundary.name, Boundary.parent_code, Division.path)
        .join(Division, Division.code == Boundary.code)
        .where(
            Boundary.generation_id == generation_id,
            Boundary.level == level,
            Division.path.startswith(f"/{county_code}/", autoescape=True),
        )
    ).all()
    ordered = sorted(rows, key=lambda row: row.code)  # not by the database, whose order of letters may differ
    return tuple(
        IndexedCode(index, row.code, row.name, row.parent_code or "", row.path) for index, row in enumerate(ordered)
    )
