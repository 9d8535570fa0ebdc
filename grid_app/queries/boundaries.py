"""Boundary generations, what they hold, and the division tree; shapes only where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.codes import LEVELS, Level
from geo.features import BoundaryFeature
from grid_app.models.places import Boundary, BoundaryGeneration, Division

ACTIVE, PENDING, RETIRED, UNDONE = "active", "pending", "retired", "undone"
# SQLite takes 32,766 values in one question and PostgreSQL 65,535; so many keep both far away.
KEYS_AT_ONCE = 5_000


@dataclass(frozen=True)
class GenerationRow:
    """One boundary generation and how many boundaries of each level it holds."""

    id: UUID
    number: int
    state: str
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    note: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """A boundary without its shape: what it says about the division tree."""

    code: str
    level: Level
    name: str
    kind: str
    parent_code: str | None


@dataclass(frozen=True)
class Node:
    """A division of the tree as it is stored; ``alive`` is false once it has an end date."""

    code: str
    level: Level
    name: str
    kind: str
    parent_code: str | None
    path: str
    alive: bool = True


def generation_in(session: Session, state: str) -> GenerationRow | None:
    """Return the generation in ``state`` (active, pending), or ``None``."""
    return next((row for row in generations(session) if row.state == state), None)


def generations(session: Session) -> list[GenerationRow]:
    """Return every generation, the newest first."""
    counts: dict[UUID, dict[str, int]] = {}
    question = select(Boundary.generation_id, Boundary.level, func.count()).group_by(
        Boundary.generation_id, Boundary.level
    )
    for generation, level, count in session.execute(question):
        counts.setdefault(generation, {})[level] = count
    rows = session.scalars(select(BoundaryGeneration).order_by(BoundaryGeneration.number.desc()))
    return [
        GenerationRow(
            row.id,
            row.number,
            row.state,
            row.created_at,
            row.activated_at,
            row.retired_at,
            row.note,
            {level: counts[row.id][level] for level in LEVELS if level in counts.get(row.id, {})},
        )
        for row in rows
    ]


def entries_of(session: Session, generation_id: UUID) -> list[Entry]:
    """Return what a generation holds, without shapes, by code."""
    rows = session.execute(
        select(Boundary.code, Boundary.level, Boundary.name, Boundary.kind, Boundary.parent_code)
        .where(Boundary.generation_id == generation_id)
        .order_by(Boundary.code)
    )
    return [Entry(row.code, cast("Level", row.level), row.name, row.kind, row.parent_code) for row in rows]


def features_of(session: Session, generation_id: UUID, codes: Sequence[str]) -> list[BoundaryFeature]:
    """Return the boundaries of the given codes with their shapes in WGS84, by code; unknown codes are left out."""
    found = [
        BoundaryFeature(
            row.code,
            row.name,
            row.parent_code,
            shapely.from_wkb(row.polygon.desc),
            row.area_km2,
            row.label_lon,
            row.label_lat,
            row.kind or None,
        )
        for part in in_parts(codes)
        for row in session.execute(
            select(
                Boundary.code,
                Boundary.name,
                Boundary.kind,
                Boundary.parent_code,
                Boundary.area_km2,
                Boundary.label_lon,
                Boundary.label_lat,
                Boundary.polygon,
            ).where(Boundary.generation_id == generation_id, Boundary.code.in_(part))
        )
    ]
    return sorted(found, key=lambda feature: feature.code)


def tree(session: Session) -> dict[str, Node]:
    """Return the whole division tree by code, ended divisions included."""
    rows = session.execute(
        select(
            Division.code,
            Division.level,
            Division.name,
            Division.kind,
            Division.parent_code,
            Division.path,
            Division.valid_to,
        ).order_by(Division.code)
    )
    return {
        row.code: Node(
            row.code, cast("Level", row.level), row.name, row.kind, row.parent_code, row.path, row.valid_to is None
        )
        for row in rows
    }


def in_parts(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    """Give the codes in parts that fit one question."""
    for start in range(0, len(codes), KEYS_AT_ONCE):
        yield codes[start : start + KEYS_AT_ONCE]
