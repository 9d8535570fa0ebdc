"""Finding a place of the own area by name, pinyin, initials or code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from geo.codes import CODE_LENGTH
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.map_area import VILLAGE_STEP, township_of, village_of
from grid_app.queries.spelling import fits_at, plain

MOST: Final = 20
FIRST_HAN: Final = "\u3400"
_LEVELS: Final = {"township": 0, "village": 1, "grid": 2}


@dataclass(frozen=True)
class FoundPlace:
    """A division that fits; ``township`` tells equal names apart, ``village`` is the one a grid belongs to."""

    code: str
    name: str
    level: str
    township: str
    village: str
    village_code: str


@dataclass(frozen=True)
class _Named:
    code: str
    name: str
    level: str
    path: str


def places_named(session: Session, *, scope: Scope, typed: str, root_path: str = "") -> list[FoundPlace]:
    """Return at most 20 living places that fit ``typed``: the best fit first, of equal ones by code.

    Words parted by spaces may name township and village (``donghe yunling``). Grids are found by signs or code only:
    their names repeat their village's.
    """
    words = [word for word in (plain(part) for part in typed.split()) if word]
    if not words:
        return []
    reach = _reach(scope, root_path)
    known = _named(session, reach, Division.level.in_(("township", "village")))
    names = {place.code: place.name for place in known} | _townships_above(session, known)
    ranked = [(rank, place) for place in known if (rank := _rank(place, words, names)) is not None]
    ranked += [(9, place) for place in _grids(session, reach, "".join(words))]
    ranked.sort(key=lambda one: (one[0], _LEVELS[one[1].level], one[1].code))
    return [_found(place, names) for _, place in ranked[:MOST]]


def _rank(place: _Named, words: list[str], names: dict[str, str]) -> int | None:
    """Return how well a place fits: its own name from the start, somewhere in it, with its township's, by code."""
    whole = "".join(words)
    if place.code.startswith(whole) and len(whole) >= CODE_LENGTH["county"]:
        return 0
    own = fits_at(place.name, whole)
    if own is not None:
        return 1 if own == 0 and len(place.name) - len(whole) <= 1 else 2 if own == 0 else 3
    above = names.get(township_of(place.path), "") if place.level == "village" else ""
    if not above:
        return None
    if len(words) > 1:
        fitting = [(fits_at(place.name, word) is not None, fits_at(above, word) is not None) for word in words]
        return 4 if all(any(one) for one in fitting) and any(one[0] for one in fitting) else None
    at = fits_at(above + place.name, whole)
    return 5 if at is not None and fits_at(above, whole) is None else None


def _named(session: Session, *conditions: ColumnElement[bool]) -> list[_Named]:
    rows = session.execute(
        select(Division.code, Division.name, Division.level, Division.path).where(
            Division.valid_to.is_(None), *conditions
        )
    )
    return [_Named(row.code, row.name, row.level, row.path) for row in rows]


def _grids(session: Session, reach: ColumnElement[bool], typed: str) -> list[_Named]:
    by_code = typed.upper().startswith(tuple("0123456789")) and len(typed) >= CODE_LENGTH["village"]
    if by_code:
        fits = Division.code.startswith(typed.upper(), autoescape=True)
    elif any(sign >= FIRST_HAN for sign in typed):
        fits = Division.name.contains(typed, autoescape=True)
    else:
        return []
    rows = session.execute(
        select(Division.code, Division.name, Division.level, Division.path)
        .where(Division.valid_to.is_(None), reach, Division.level == "grid", fits)
        .order_by(Division.code)
        .limit(MOST)
    )
    return [_Named(row.code, row.name, row.level, row.path) for row in rows]


def _townships_above(session: Session, places: list[_Named]) -> dict[str, str]:
    wanted = {township_of(place.path) for place in places}
    rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(wanted)))
    return {row.code: row.name for row in rows}


def _reach(scope: Scope, root_path: str) -> ColumnElement[bool]:
    """Return the condition that a place lies in the scope (whole villages) and under a root of it."""
    paths = ["/".join(path.split("/")[: VILLAGE_STEP + 1]).rstrip("/") + "/" for path in scope.paths]
    own = [root_path if root_path.startswith(path) else path for path in paths]
    return or_(*(Division.path.startswith(path, autoescape=True) for path in own)) if own else Division.code.is_(None)


def _found(place: _Named, names: dict[str, str]) -> FoundPlace:
    village = village_of(place.path)
    above = names.get(township_of(place.path), "") if place.level != "township" else ""
    return FoundPlace(place.code, place.name, place.level, above, names.get(village, ""), village)
