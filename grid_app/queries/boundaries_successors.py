"""What continues an ended division and what a division continues; the course of one code over the years."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from grid_app.models.boundary_changes import DivisionSuccession
from grid_app.models.places import Division
from grid_app.queries.boundaries import in_parts


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
