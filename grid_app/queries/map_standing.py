"""What stands open: one line per place, grade and what decides whether the map may show it; now, from the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import add
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, String, and_, case, cast, false, func, literal_column, or_, select, true
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
Tally = Sequence[int]
"""Open disputes by grade, then those past a service target, then those past a limit of the law; none is in both."""


def _none() -> list[int]:
    return [0] * (len(GRADES) + 2)


class Standing(NamedTuple):
    """Open disputes of one place; ``counts`` are a tally, ``withheld`` ones are on no map."""

    path: str
    placed: bool
    withheld: bool
    counts: Tally


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

    @cached_property
    def drawn(self) -> Tally:
        """What stands in the divisions with an outline."""
        return _sum(self.areas.values())

    def totals(self, counted: Iterable[int]) -> dict[str, int]:
        """Return the exact sums of the counted columns: on the map, undrawn, not located, withheld, all."""
        columns = tuple(counted)
        told = {
            "on_map": sum(self.drawn[at] for at in columns),
            "undrawn": sum(self.undrawn[at] for at in columns),
            "not_located": sum(self.not_located[at] for at in columns),
            "withheld": sum(self.withheld[at] for at in columns),
        }
        return {**told, "all": sum(told.values())}

    def column(self, at: int) -> int:
        """Return the sum of one column over everything that is not withheld."""
        return self.drawn[at] + self.undrawn[at] + self.not_located[at]


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
    numbers = [
        *(func.count(case((Dispute.grade == grade, 1))).label(grade) for grade in GRADES),
        func.count(case((by_law, None), (by_target, 1))).label("service"),
        func.count(case((by_law, 1))).label("statutory"),
    ]
    inner = select(*keys, *numbers).where(literal_column(STILL_OPEN), within(scope)).group_by(*keys).subquery()
    question = (
        select(func.aggregate_strings(_one_line([column for column in inner.c if column.name != "division"]), " "))
        .select_from(inner)
        .join(Division, Division.code == inner.c.division)
        .where(under(scope))
    )
    return _lines_in(session.scalar(question) or "")


def _one_line(numbers: Sequence[ColumnElement[int]]) -> ColumnElement[str]:
    """Return a division's path, which has no spaces, and numbers as one text.

    Twenty thousand rows of ten columns take longer to travel and to unpack than to count; one text does not.
    """
    line: ColumnElement[str] = Division.path.expression
    for number in numbers:
        line = line + " " + cast(number, String)
    return line


def _lines_in(told: str) -> list[Standing]:
    words = told.split()
    width = len(_none()) + len(("path", "placed", "withheld"))
    placed, withheld, *counts = (map(int, words[at::width]) for at in range(1, width))
    lines = zip(words[::width], map(bool, placed), map(bool, withheld), zip(*counts, strict=True), strict=True)
    return [Standing(*line) for line in lines]


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
    undrawn: list[Tally] = []
    nowhere: list[Tally] = []
    withheld: list[Tally] = []
    depth = _DEPTH[level] + 1
    for path, placed, is_withheld, counts in rows:
        steps = path.split("/")  # begins and ends with a slash, so the county is at 1
        if is_withheld:
            withheld.append(counts)
        elif not placed or len(steps) < _DEPTH["village"] + 3 or steps[3] not in villages:
            nowhere.append(counts)
        elif (code := steps[depth]) in drawn:
            areas[code] = [*map(add, areas[code], counts)] if code in areas else counts  # most grids have one line
        else:
            undrawn.append(counts)
    return LevelCounts(dict(sorted(areas.items())), _sum(undrawn), _sum(nowhere), _sum(withheld))


def _sum(counts: Iterable[Tally]) -> Tally:
    """Return the sums by column."""
    return [*map(sum, zip(*counts, strict=True))] or _none()
