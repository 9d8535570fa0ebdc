"""Every stored dispute counted exactly once: on the map in its village, not located, or withheld by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Scope
from grid_app.queries.map_standing import (
    GRADES,
    NOT_LOCATED,
    LevelCounts,
    Standing,
    Standings,
    Tally,
    counts_at,
    numbered,
    standing_now,
    under,
    within,
)
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import OPEN_STATES

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""A moment at which nothing was late: who counts by grade alone does not ask."""


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


def map_counts(session: Session, scope: Scope) -> MapCounts:
    """Return how the disputes of a scope divide into shown, not located and withheld."""
    return placed_counts(session, scope=scope).counts


def placed_counts(session: Session, *, scope: Scope) -> PlacedCounts:
    """Return the disputes of a scope by village and grade; villages without any are left out."""
    villages = bounded_villages(session)
    rows = standing_now(session, scope=scope, now=LONG_AGO)
    open_ones = counts_at(rows, level="village", drawn=villages)
    return with_finished(open_ones, registered(session, scope=scope, villages=villages))


def with_finished(open_ones: LevelCounts, all_ones: LevelCounts | None = None) -> PlacedCounts:
    """Return open counts of villages with the finished among all that are registered; without those, none."""
    every = all_ones or LevelCounts()

    def _both(tally: Tally | None, number: int) -> GradeCounts:
        grades = dict(zip(GRADES, tally or (), strict=False))
        known = {grade: count for grade, count in grades.items() if count}
        return GradeCounts(known, max(number - sum(known.values()), 0) if all_ones else 0)

    codes = sorted(open_ones.areas.keys() | every.areas.keys())
    return PlacedCounts(
        {code: _both(open_ones.areas.get(code), every.areas.get(code, [0])[0]) for code in codes},
        _both(open_ones.not_located, every.not_located[0]),
        every.withheld[0] if all_ones else sum(open_ones.withheld[: len(GRADES)]),
    )


def registered(session: Session, *, scope: Scope, villages: Mapping[str, int]) -> LevelCounts:
    """Return how many disputes of a scope were ever registered, by village; the first of each tally is the number."""
    withheld = or_(Dispute.category.like(f"{SEALED}%"), Dispute.category.like(f"{COUNTY_ONLY}%"))
    keys = (
        Dispute.division_code.label("division"),
        (Dispute.place_kind != NOT_LOCATED).label("placed"),
        withheld.label("withheld"),
    )
    grouped = select(*keys, func.count().label("number")).where(within(scope)).group_by(*keys).subquery()
    question = (
        select(Division.path, grouped.c.placed, grouped.c.withheld, grouped.c.number)
        .join(Division, Division.code == grouped.c.division)
        .where(under(scope))
    )
    rows = [Standing(path, bool(placed), bool(hidden), (n,)) for path, placed, hidden, n in session.execute(question)]
    return counts_at(Standings.of(rows), level="village", drawn=villages)


def bounded_villages(session: Session) -> dict[str, int]:
    """Return the codes of the villages that have a boundary in use, numbered."""
    question = (
        select(Boundary.code)
        .join(BoundaryGeneration, BoundaryGeneration.id == Boundary.generation_id)
        .where(BoundaryGeneration.state == "active", Boundary.level == "village")
    )
    return numbered(session.scalars(question))


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
