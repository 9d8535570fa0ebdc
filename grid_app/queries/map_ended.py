"""A division that has ended: when, and what continues it, for addresses that somebody kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.boundaries_successors import Successor, successors_of


@dataclass(frozen=True)
class Ended:
    """A division that is no more; ``successors`` are those of them that still are."""

    code: str
    name: str
    level: str
    on: date
    successors: tuple[Successor, ...]


def ended_division(session: Session, *, scope: Scope, code: str) -> Ended | None:
    """Return what became of a division of the scope; ``None`` when it is living, unknown, or none of the scope's."""
    division = session.get(Division, code)
    if division is None or division.valid_to is None:
        return None
    if not any(division.path.startswith(path) or path.startswith(division.path) for path in scope.paths):
        return None
    successors = tuple(one for one in successors_of(session, code) if one.is_living)
    if not successors and division.successor_code:
        successors = _named(session, division)
    return Ended(code, division.name, division.level, division.valid_to, successors)


def _named(session: Session, division: Division) -> tuple[Successor, ...]:
    """Return the successor that the division's own row names, when it is living."""
    other = session.get(Division, division.successor_code)
    if other is None or other.valid_to is not None or division.valid_to is None:
        return ()
    return (Successor(other.code, other.name, other.level, division.valid_to, is_default=True, is_living=True),)
