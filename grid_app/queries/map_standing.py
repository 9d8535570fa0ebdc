"""What stands open: one line per place, grade and what decides whether the map may show it; now, from the database."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import compress
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, case, false, func, literal_column, or_, select, true
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
_UNDRAWN, _NOWHERE, _WITHHELD = -1, -2, -3
_IS_PLACED, _IS_NOWHERE, _IS_WITHHELD = _KIND_NUMBERS = 0, 1, 2
_KINDS: Final = len(_KIND_NUMBERS)
_BY_TARGET, _BY_LAW = 1, 2
_LETTERS: Final = string.ascii_letters + string.digits
"""One for each kind, grade and lateness that a dispute can have together."""
_NUMBERS: Final = np.zeros(128, np.int64)
_NUMBERS[np.frombuffer(_LETTERS.encode("ascii"), np.uint8)] = np.arange(len(_LETTERS))
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


@dataclass(frozen=True, eq=False)
class Standings:
    """Many places with what stands open in them, by column: twenty thousand rows are summed up in milliseconds.

    Attributes
    ----------
    paths : sequence of str
        The path of each place.
    placed, withheld : ndarray of bool
        Whether the map may place it, and whether it is on no map.
    counts : ndarray of int64
        One tally each, a row of its own.
    """

    paths: Sequence[str]
    placed: npt.NDArray[np.bool_]
    withheld: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Sequence[Standing]) -> Standings:
        """Return rows by column."""
        if not rows:
            return cls((), np.zeros(0, bool), np.zeros(0, bool), np.zeros((0, len(_none())), np.int64))
        paths, placed, withheld, counts = zip(*rows, strict=True)
        return cls(paths, np.array(placed, bool), np.array(withheld, bool), np.array(counts, np.int64))

    def __iter__(self) -> Iterator[Standing]:
        """Give the rows one by one."""
        for path, placed, withheld, counts in zip(self.paths, self.placed, self.withheld, self.counts, strict=True):
            yield Standing(path, bool(placed), bool(withheld), counts.tolist())

    @cached_property
    def steps(self) -> list[list[str]]:
        """Each path in its steps; it begins and ends with a slash, so the county is at 1."""
        return [path.split("/") for path in self.paths]


@dataclass(frozen=True, eq=False)
class LevelCounts:
    """Where the open disputes of a scope stand at one level; everything together is every one of them once.

    Attributes
    ----------
    codes, matrix : sequence of str, ndarray of int64
        The divisions with an outline in which anything stands, and their tallies, a row each.
    undrawn, not_located, withheld : sequence of int
        What is placed in a village and has no outline of this level, what is known to no village with an outline, and
        what no map shows.
    """

    codes: Sequence[str] = ()
    matrix: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, len(_none())), np.int64))
    undrawn: Tally = field(default_factory=_none)
    not_located: Tally = field(default_factory=_none)
    withheld: Tally = field(default_factory=_none)

    @cached_property
    def areas(self) -> Mapping[str, Tally]:
        """The tally of each division with an outline; without those in which nothing stands."""
        return dict(zip(self.codes, self.matrix.tolist(), strict=True))

    @cached_property
    def drawn(self) -> Tally:
        """What stands in the divisions with an outline."""
        return _sum(self.matrix)

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


def standing_now(session: Session, *, scope: Scope, now: datetime) -> Standings:
    """Return what stands open in a scope; late is what lists show as overdue (see ``services/clocks/due_dates.py``).

    The database gives one letter per dispute, put together by place, which is a third faster than to let it count.
    """
    withheld = or_(Dispute.category.like(f"{SEALED}%"), Dispute.category.like(f"{COUNTY_ONLY}%"))
    kind = case((withheld, _IS_WITHHELD), (Dispute.place_kind == NOT_LOCATED, _IS_NOWHERE), else_=_IS_PLACED)
    grade = case(*((Dispute.grade == grade, at) for at, grade in enumerate(GRADES[:-1])), else_=len(GRADES) - 1)
    late = case((Dispute.statutory_due_at < now, _BY_LAW), (Dispute.due_at < now, _BY_TARGET), else_=0)
    letter = func.substr(_LETTERS, 1 + kind + _KINDS * (grade + len(GRADES) * late), 1)
    inner = (
        select(Dispute.division_code.label("division"), func.aggregate_strings(letter, "").label("letters"))
        .where(literal_column(STILL_OPEN), within(scope))
        .group_by(Dispute.division_code)
        .subquery()
    )
    question = (
        select(func.aggregate_strings(Division.path, " "), func.aggregate_strings(inner.c.letters, " "))
        .select_from(inner)
        .join(Division, Division.code == inner.c.division)
        .where(under(scope))
    )
    return _read(*session.execute(question).one())


def _read(paths: str | None, letters: str | None) -> Standings:
    """Return rows from paths and the letters of each, both in the same order: one pass gave both."""
    if not paths or not letters:
        return Standings.of(())
    signs = np.frombuffer(letters.encode("ascii"), np.uint8)
    is_letter = signs != ord(" ")
    numbers = _NUMBERS[signs[is_letter]]
    row = np.cumsum(~is_letter)[is_letter] * _KINDS + numbers % _KINDS
    grade, late = numbers // _KINDS % len(GRADES), numbers // (_KINDS * len(GRADES))
    apart, width = paths.split(" "), len(_none())
    counts = np.bincount(row * width + grade, minlength=len(apart) * _KINDS * width)
    for much, column in ((_BY_TARGET, SERVICE), (_BY_LAW, STATUTORY)):
        counts += np.bincount(row[late == much] * width + column, minlength=len(counts))
    table = counts.reshape(-1, width)
    (filled,) = np.nonzero(table.any(axis=1))
    kind = filled % _KINDS
    return Standings(
        [apart[at] for at in (filled // _KINDS).tolist()], kind == _IS_PLACED, kind == _IS_WITHHELD, table[filled]
    )


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


def numbered(codes: Iterable[str]) -> dict[str, int]:
    """Return codes in their order with numbers from 0, as ``counts_at`` takes them."""
    return {code: number for number, code in enumerate(sorted(codes))}


def counts_at(
    rows: Standings, *, level: Level, drawn: Mapping[str, int], villages: Mapping[str, int] | None = None
) -> LevelCounts:
    """Return the rows summed up by the divisions of a level.

    Parameters
    ----------
    rows : Standings
        What stands open.
    level : str
        township, village or grid.
    drawn, villages : mapping of str to int
        Codes that have an outline, ``numbered``: of that level, and of villages, which may be left out where they are
        that level.
    """
    depth, least, bounded = _DEPTH[level] + 1, _DEPTH["village"] + 3, drawn if villages is None else villages
    codes = [
        drawn.get(steps[depth], _UNDRAWN) if len(steps) >= least and steps[3] in bounded else _NOWHERE
        for steps in rows.steps
    ]
    slots = np.array(codes, np.int64)
    slots[~rows.placed] = _NOWHERE
    slots[rows.withheld] = _WITHHELD
    on_map = slots >= 0
    at, counts = slots[on_map], rows.counts[on_map]
    sums = np.column_stack([np.bincount(at, column, len(drawn)) for column in counts.T]).astype(np.int64)
    found = np.bincount(at, minlength=len(drawn)) > 0
    undrawn, nowhere, withheld = (_sum(rows.counts[slots == apart]) for apart in (_UNDRAWN, _NOWHERE, _WITHHELD))
    return LevelCounts(list(compress(drawn, found)), sums[found], undrawn, nowhere, withheld)


def _sum(counts: npt.NDArray[np.int64]) -> list[int]:
    """Return the sums by column; of no rows as many zeros as a tally has."""
    summed: list[int] = counts.sum(axis=0).tolist()
    return summed if len(counts) else _none()
