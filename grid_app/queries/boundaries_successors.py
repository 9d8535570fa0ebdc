"""What continues an ended division and what a division continues; the course of one code over the years."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Row, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from geo.codes import CODE_LENGTH
from grid_app.models.boundary_changes import DivisionSuccession
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.queries.boundaries import UNDONE, in_parts

VILLAGE: Final = CODE_LENGTH["village"]


@dataclass(frozen=True)
class Successor:
    """A division beside the one asked for: what continues it, or what it continues.

    Attributes
    ----------
    code, name, level : str
        The other division.
    since : date
        The day from which it continues.
    is_default : bool
        Records without a point went there; of a split at most one.
    is_living : bool
        False when it has ended itself since.
    """

    code: str
    name: str
    level: str
    since: date
    is_default: bool
    is_living: bool


def successors_of(session: Session, code: str) -> tuple[Successor, ...]:
    """Return what continues an ended division, by code; empty when it has not ended or nothing continues it."""
    rows = session.execute(_question(DivisionSuccession.new_code).where(DivisionSuccession.old_code == code)).all()
    return tuple(_successor(row) for row in rows)


def predecessors_of(session: Session, code: str) -> tuple[Successor, ...]:
    """Return the ended divisions that a division continues, by code."""
    rows = session.execute(_question(DivisionSuccession.old_code).where(DivisionSuccession.new_code == code)).all()
    return tuple(_successor(row) for row in rows)


def successions_among(session: Session, codes: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return for each ended code of ``codes`` the codes that continue it."""
    found: dict[str, tuple[str, ...]] = {}
    for part in in_parts(sorted(codes)):
        rows = session.execute(
            select(DivisionSuccession.old_code, DivisionSuccession.new_code)
            .where(DivisionSuccession.old_code.in_(part))
            .order_by(DivisionSuccession.old_code, DivisionSuccession.new_code)
        )
        for old, new in rows:
            found[old] = (*found.get(old, ()), new)
    return found


def place_of_labels(session: Session, code: str) -> str:
    """Return the village in whose name households of a place are labelled: the oldest one that its ground continues.

    Labels from before a split are never made anew: what they were made of is nowhere to be read. So who tells again in
    a part of the village is labelled as in the village before, and is known again. Ground with two origins that no grid
    tells apart begins anew.
    """
    seen: set[str] = set()
    while code not in seen:
        seen.add(code)
        code = _only_origin(session, code) or code
    return code[:VILLAGE]


def _only_origin(session: Session, code: str) -> str | None:
    """Return the one division that a place, or else its village, continues and did not live beside; else ``None``."""
    rows = session.execute(
        select(DivisionSuccession.new_code, DivisionSuccession.old_code, BoundaryGeneration.number)
        .join(BoundaryGeneration, BoundaryGeneration.id == DivisionSuccession.generation_id)
        .where(DivisionSuccession.new_code.in_({code, code[:VILLAGE]}), BoundaryGeneration.state != UNDONE)
    ).all()
    for place in dict.fromkeys((code, code[:VILLAGE])):
        origins = [(row.old_code, row.number) for row in rows if row.new_code == place]
        if len(origins) == 1 and not _lived_before(session, place, origins[0][1]):
            return str(origins[0][0])
    return None


def _lived_before(session: Session, code: str, number: int) -> bool:
    """Say whether a division had a boundary before the generation of that number."""
    known = exists().where(
        Boundary.code == code, Boundary.generation_id == BoundaryGeneration.id, BoundaryGeneration.number < number
    )
    return bool(session.scalar(select(known)))


def _question(other: InstrumentedAttribute[str]) -> Select[str, str, str, date | None, date, bool]:
    return (
        select(
            Division.code,
            Division.name,
            Division.level,
            Division.valid_to,
            DivisionSuccession.since,
            DivisionSuccession.is_default,
        )
        .join(Division, Division.code == other)
        .order_by(Division.code)
    )


def _successor(row: Row[str, str, str, date | None, date, bool]) -> Successor:
    return Successor(row.code, row.name, row.level, row.since, row.is_default, row.valid_to is None)
