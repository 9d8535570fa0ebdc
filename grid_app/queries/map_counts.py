"""Every stored dispute counted exactly once: on the map in its village, not located, or withheld by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.map_area import village_of
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import OPEN_STATES

NOT_LOCATED = "not_located"


@dataclass(frozen=True)
class MapCounts:
    """How many disputes of a scope the map shows, cannot place, and withholds; the three add up to ``total``.

    ``withheld`` are sealed (15xx) and county-only (16xx) matters, which no map shows; ``not_located`` are known to
    the township only, or lie in a village without a boundary in use.
    """

    on_map: int
    not_located: int
    withheld: int
    total: int


@dataclass(frozen=True)
class GradeCounts:
    """Open disputes by grade, and finished ones."""

    open: Mapping[str, int] = field(default_factory=dict)
    finished: int = 0

    @property
    def open_total(self) -> int:
        """All open disputes."""
        return sum(self.open.values())

    @property
    def total(self) -> int:
        """Open and finished disputes."""
        return self.open_total + self.finished

    def plus(self, other: GradeCounts) -> GradeCounts:
        """Return both counts together."""
        return GradeCounts(dict(Counter(self.open) + Counter(other.open)), self.finished + other.finished)


@dataclass(frozen=True)
class PlacedCounts:
    """Disputes by village, those without a place on the map, and how many are withheld."""

    villages: Mapping[str, GradeCounts]
    not_located: GradeCounts
    withheld: int

    @property
    def counts(self) -> MapCounts:
        """The same as three numbers and their sum."""
        on_map = sum(counts.total for counts in self.villages.values())
        return MapCounts(on_map, self.not_located.total, self.withheld, on_map + self.not_located.total + self.withheld)


@dataclass(frozen=True)
class _Group:
    division: str
    path: str
    placed: bool
    withheld: bool
    open: bool
    grade: str
    number: int


def map_counts(session: Session, scope: Scope) -> MapCounts:
    """Return how the disputes of a scope divide into shown, not located and withheld."""
    return placed_counts(session, scope=scope).counts


def placed_counts(session: Session, *, scope: Scope) -> PlacedCounts:
    """Return the disputes of a scope by village and grade; villages without any are left out."""
    bounded = _bounded_villages(session)
    villages: dict[str, GradeCounts] = {}
    nowhere, withheld = GradeCounts(), 0
    for group in _groups(session, scope):
        village = village_of(group.path)
        if group.withheld:
            withheld += group.number
        elif group.placed and village in bounded:
            villages[village] = villages.get(village, GradeCounts()).plus(_counted(group))
        else:
            nowhere = nowhere.plus(_counted(group))
    return PlacedCounts(dict(sorted(villages.items())), nowhere, withheld)


def _counted(group: _Group) -> GradeCounts:
    return GradeCounts({group.grade: group.number}) if group.open else GradeCounts({}, group.number)


def _bounded_villages(session: Session) -> frozenset[str]:
    question = (
        select(Boundary.code)
        .join(BoundaryGeneration, BoundaryGeneration.id == Boundary.generation_id)
        .where(BoundaryGeneration.state == "active", Boundary.level == "village")
    )
    return frozenset(session.scalars(question))


def _groups(session: Session, scope: Scope) -> Iterator[_Group]:
    """Give the disputes of a scope counted by division and by what decides their place on the map."""
    withheld = or_(Dispute.category.like(f"{SEALED}%"), Dispute.category.like(f"{COUNTY_ONLY}%"))
    keys = (
        Dispute.division_code.label("division"),
        case((Dispute.place_kind == NOT_LOCATED, 0), else_=1).label("placed"),
        case((withheld, 1), else_=0).label("withheld"),
        case((Dispute.state.in_(OPEN_STATES), 1), else_=0).label("open"),
        Dispute.grade.label("grade"),
    )
    grouped = select(*keys, func.count().label("number")).where(visible(scope)).group_by(*keys).subquery()
    question = select(grouped, Division.path).join(Division, Division.code == grouped.c.division)
    for row in session.execute(question):
        yield _Group(
            row.division, row.path, bool(row.placed), bool(row.withheld), bool(row.open), row.grade, row.number
        )


def open_on_map(session: Session, *, scope: Scope, limit: int = 50) -> list[UUID]:
    """Return the open disputes of a scope that the map counts in a village, the newest first."""
    question = (
        select(Dispute.id)
        .where(
            visible(scope),
            Dispute.state.in_(OPEN_STATES),
            Dispute.place_kind != NOT_LOCATED,
            Dispute.category.not_like(f"{SEALED}%"),
            Dispute.category.not_like(f"{COUNTY_ONLY}%"),
        )
        .order_by(Dispute.received_at.desc(), Dispute.id.desc())
        .limit(limit)
    )
    return list(session.scalars(question))
