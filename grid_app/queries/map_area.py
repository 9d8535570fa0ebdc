"""The area a map shows: its root, what lies above and below it, and which villages have a boundary in use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope

VILLAGE_STEP = 3
COLUMNS: Final = tuple(
    getattr(Division, name) for name in ("code", "name", "level", "kind", "path", "parent_code", "households")
)


@dataclass(frozen=True)
class Place:
    """A living division: ``bounded`` says whether it has a boundary in the active generation."""

    code: str
    name: str
    level: Level
    kind: str
    path: str
    parent_code: str | None
    households: int | None = None
    bounded: bool = False


@dataclass(frozen=True)
class Area:
    """What a map shows.

    Attributes
    ----------
    root : Place
        The division the map is about.
    above : tuple of Place
        Divisions over the root, the county first.
    townships, villages : mapping of str to Place
        What lies under the root (or is it), by code and in code order.
    generation_id, generation_number : UUID or None, int
        The boundaries in use.
    """

    root: Place
    above: tuple[Place, ...]
    townships: Mapping[str, Place]
    villages: Mapping[str, Place]
    generation_id: UUID | None
    generation_number: int

    @property
    def on_map(self) -> frozenset[str]:
        """Codes of the villages that have a boundary."""
        return frozenset(code for code, village in self.villages.items() if village.bounded)


def village_of(path: str) -> str:
    """Return the village code in a division's path; empty above the village."""
    parts = path.strip("/").split("/")
    return parts[VILLAGE_STEP - 1] if len(parts) >= VILLAGE_STEP else ""


def township_of(path: str) -> str:
    """Return the township code in a division's path; empty above the township."""
    parts = path.strip("/").split("/")
    return parts[1] if len(parts) > 1 else ""


def root_in_scope(session: Session, *, scope: Scope, code: str | None) -> Division | None:
    """Return the division to show: ``code`` when it lies in the scope, else ``None``; without a code the scope's root.

    A grid is shown as its village.
    """
    if not scope.paths:
        return None
    if code is None:
        code = scope.paths[0].strip("/").split("/")[:VILLAGE_STEP][-1]
    division = session.get(Division, code.replace("\x00", ""))  # no database takes a null byte in a question
    if division is None or division.level == "grid":
        return None
    reach = [path if village_of(path) == "" else _village_path(path) for path in scope.paths]
    return division if any(division.path.startswith(path) for path in reach) else None


def narrowed(scope: Scope, root_path: str) -> Scope:
    """Return the scope of one area: what lies under ``root_path``, without the asker's own reports elsewhere.

    A path of the scope that lies deeper than the root stays as it is.
    """
    paths = tuple(path if path.startswith(root_path) else root_path for path in scope.paths)
    return replace(scope, paths=paths, reporter_account=None)


def active_generation(session: Session) -> UUID | None:
    """Return the boundaries in use."""
    return session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active"))


def area_of(session: Session, *, root: Division) -> Area:
    """Return the area under ``root``, living divisions only."""
    active = session.execute(
        select(BoundaryGeneration.id, BoundaryGeneration.number).where(BoundaryGeneration.state == "active")
    ).first()
    generation = active.id if active else None
    rows = session.execute(
        select(*COLUMNS)
        .where(
            Division.path.startswith(root.path, autoescape=True),
            Division.level.in_(("township", "village")),
            Division.valid_to.is_(None),
        )
        .order_by(Division.code)
    ).all()
    drawn = _bounded(session, generation)
    places = [_place(row, bounded=row.code in drawn) for row in rows]
    above = session.scalars(select(Division).where(Division.code.in_(root.path.strip("/").split("/")[:-1])))
    return Area(
        root=_place(root, bounded=False),
        above=tuple(sorted((_place(row, bounded=False) for row in above), key=lambda place: len(place.path))),
        townships={place.code: place for place in places if place.level == "township"},
        villages={place.code: place for place in places if place.level == "village"},
        generation_id=generation,
        generation_number=active.number if active else 0,
    )


def _village_path(path: str) -> str:
    return "/" + "/".join(path.strip("/").split("/")[:VILLAGE_STEP]) + "/"


def _bounded(session: Session, generation: UUID | None) -> frozenset[str]:
    question = select(Boundary.code).where(
        Boundary.generation_id == generation, Boundary.level.in_(("township", "village"))
    )
    return frozenset(session.scalars(question))


def _place(row: Division | Row[Any], *, bounded: bool) -> Place:
    level = cast("Level", row.level)  # the column holds nothing else
    return Place(row.code, row.name, level, row.kind, row.path, row.parent_code, row.households, bounded)
