"""What stands open: one line per place, grade and what decides whether the map may show it; now, from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, and_, case, false, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from geo.codes import CODE_LENGTH, Level
from grid_app.models.disputes import STILL_OPEN, Dispute
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.scoping import permitted_kinds, visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import GRADE_ORDER

NOT_LOCATED: Final = "not_located"
GRADES: Final = tuple(reversed(GRADE_ORDER))
"""The most serious first, as the counts of a place are kept."""
SERVICE, STATUTORY = len(GRADES), len(GRADES) + 1
_DEPTH: Final[dict[Level, int]] = {"county": 0, "township": 1, "village": 2, "grid": 3}
Tally = list[int]
"""Open disputes by grade, then those past a service target, then those past a limit of the law; none is in both."""


def _none() -> Tally:
    return [0] * (len(GRADES) + 2)


class Standing(NamedTuple):
    """Open disputes of one place; ``counts`` are a tally, ``withheld`` ones are on no map."""

    path: str
    placed: bool
    withheld: bool
    counts: Sequence[int]


@dataclass(frozen=True)
class LevelCounts:
    """Where the open disputes of a scope stand at one level; everything together is every one of them once.

    ``areas`` are the divisions with an outline, ``undrawn`` what is placed in a village and has no outline of this
    level, ``not_located`` what is known to no village with an outline, ``withheld`` what no map shows.
    """

    areas: Mapping[str, Tally] = field(default_factory=dict)
    undrawn: Tally = field(default_factory=_none)
    not_located: Tally = field(default_factory=_none)
    withheld: Tally = field(default_factory=_none)

    def totals(self, counted: Iterable[int]) -> dict[str, int]:
        """Return the exact sums of the counted columns: on the map, undrawn, not located, withheld, all."""
        columns = tuple(counted)
        told = {
            "on_map": sum(tally[at] for tally in self.areas.values() for at in columns),
            "undrawn": sum(self.undrawn[at] for at in columns),
            "not_located": sum(self.not_located[at] for at in columns),
            "withheld": sum(self.withheld[at] for at in columns),
        }
        return {**told, "all": sum(told.values())}

    def column(self, at: int) -> int:
        """Return the sum of one column over everything that is not withheld."""
        return sum(tally[at] for tally in (*self.areas.values(), self.undrawn, self.not_located))


def standing_now(session: Session, *, scope: Scope, now: datetime) -> list[Standing]:
    """Return what stands open in a scope; late is what lists show as overdue (see ``services/clocks/due_dates.py``)."""
    withheld = or_(Dispute.category.like(f"{SEALED}%"), Dispute.category.like(f"{COUNTY_ONLY}%"))
    keys = (
        Dispute.division_code.label("division"),
        case((Dispute.place_kind == NOT_LOCATED, 0), else_=1).label("placed"),
        case((withheld, 1), else_=0).label("withheld"),
    )
    by_law = and_(Dispute.statutory_due_at.is_not(None), Dispute.statutory_due_at < now)
    by_target = and_(Dispute.due_at.is_not(None), Dispute.due_at < now)
    sums = [
        *(func.sum(case((Dispute.grade == grade, 1), else_=0)).label(grade) for grade in GRADES),
        func.sum(case((by_law, 0), (by_target, 1), else_=0)).label("service"),
        func.sum(case((by_law, 1), else_=0)).label("statutory"),
    ]
    inner = select(*keys, *sums).where(literal_column(STILL_OPEN), within(scope)).group_by(*keys).subquery()
    question = (
        select(Division.path, *(column for column in inner.c if column.name != "division"))
        .join(Division, Division.code == inner.c.division)
        .where(under(scope))
    )
    return [Standing(path, placed, withheld, counts) for path, placed, withheld, *counts in session.execute(question)]


def within(scope: Scope) -> ColumnElement[bool]:
    """Return which disputes to count for a scope; a whole county is cut out by ``under`` alone, after counting."""
    of_places_only = not (scope.own_and_assigned_only or scope.reporter_account or scope.sees_joined)
    whole = all(len(path.strip("/")) <= CODE_LENGTH["county"] for path in scope.paths)
    return permitted_kinds(scope) if scope.paths and whole and of_places_only else visible(scope)


def under(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on a division's path that goes with ``within``; own reports may lie anywhere."""
    if scope.reporter_account or scope.sees_joined:
        return true()
    return or_(false(), *(Division.path.startswith(path, autoescape=True) for path in scope.paths))


def counts_at(
    rows: Iterable[Standing], *, level: Level, drawn: frozenset[str], villages: frozenset[str]
) -> LevelCounts:
    """Return the lines summed up by the divisions of a level.

    Parameters
    ----------
    rows : iterable of Standing
        What stands open.
    level : str
        township, village or grid.
    drawn, villages : frozenset of str
        Codes that have an outline: of that level, and of villages.
    """
    areas: dict[str, Tally] = {}
    undrawn, nowhere, withheld = _none(), _none(), _none()
    depth = _DEPTH[level]
    for row in rows:
        steps = row.path.split("/")  # begins and ends with a slash, so the county is at 1
        if row.withheld:
            tally = withheld
        elif not row.placed or len(steps) < _DEPTH["village"] + 3 or steps[3] not in villages:
            tally = nowhere
        else:
            code = steps[depth + 1]
            if code in drawn and code not in areas and len(row.counts) == len(undrawn):
                areas[code] = [*row.counts]  # most grids have one line
                continue
            tally = areas.setdefault(code, _none()) if code in drawn else undrawn
        for at, number in enumerate(row.counts):
            tally[at] += number
    return LevelCounts(dict(sorted(areas.items())), undrawn, nowhere, withheld)
