"""What an indicator is asked about: spans of time, a place or a unit of the own scope; and how shares are counted.

Counting is done by the database: a question is grouped by the span in which something happened, so that one question
answers for a span and its earlier ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, case, func, or_, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.database.elapsed import SecondsBetween
from grid_app.models.disputes import Dispute
from grid_app.policy import Scope
from grid_app.queries.scoping import codes_under, visible

DAY: Final = 86_400
Expression: TypeAlias = Any
"""A column, a condition or what is joined: SQLAlchemy has no one type for what its functions all take."""


@dataclass(frozen=True)
class Span:
    """Whole days in Asia/Shanghai, ``until`` not included."""

    since: date
    until: date


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    whole: int


@dataclass(frozen=True)
class Median:
    """The median days of ``count`` matters; ``None`` without any."""

    days: float | None
    count: int


@dataclass(frozen=True)
class Asked:
    """One question: the scope narrowed to a place, perhaps one unit, and the spans, the newest first.

    Sealed and county-only matters (15xx, 16xx) are in nobody's figures, so that no two people's figures differ by them.
    """

    scope: Scope
    path: str
    spans: tuple[Span, ...]
    now: datetime
    unit_id: UUID | None = None

    @property
    def where(self) -> ColumnElement[bool]:
        """Return the condition that a dispute is counted at all."""
        return and_(self.of_place, Dispute.owner_unit_id == self.unit_id) if self.unit_id else self.of_place

    @property
    def of_place(self) -> ColumnElement[bool]:
        """Return the condition that a dispute lies in the place, whoever handles it."""
        own = visible(replace(self.scope, sees_sealed=False, sees_county_only=False))
        return and_(own, Dispute.division_code.in_(self.codes))

    @property
    def codes(self) -> Expression:
        """Return the question for the codes of every division of the place."""
        return codes_under(Scope(paths=(self.path,)))

    @property
    def today(self) -> date:
        """Return the present day in Asia/Shanghai."""
        return local_date(self.now)


def inside(moment: Expression, span: Span) -> ColumnElement[bool]:
    """Return the condition that a moment, or a day, lies in a span."""
    if isinstance(moment.type, Date):
        return and_(moment >= span.since, moment < span.until)
    return and_(moment >= start_of_day(span.since), moment < start_of_day(span.until))


def shares(
    session: Session, asked: Asked, moment: Expression, *conditions: Expression, hit: Expression,
    among: Expression = Dispute, placed: ColumnElement[bool] | None = None,
) -> list[Share]:  # fmt: skip
    """Return for each span how many rows there are by their ``moment``, and how many of them are a hit.

    ``among`` is what is counted, joined to its dispute; ``placed`` replaces the condition on disputes for what belongs
    to a place alone.
    """
    rows = session.execute(
        select(_number(moment, asked.spans), func.count(), func.sum(case((hit, 1), else_=0)))
        .select_from(among)
        .where(_in_any(moment, asked.spans), asked.where if placed is None else placed, *conditions)
        .group_by("span")
    )
    found = {int(number): Share(int(part or 0), int(whole)) for number, whole, part in rows}
    return [found.get(number, Share(0, 0)) for number in range(len(asked.spans))]


def totals(
    session: Session, asked: Asked, moment: Expression, *conditions: Expression, among: Expression = Dispute
) -> list[int]:
    """Return for each span how many rows there are by their ``moment``."""
    return [one.whole for one in shares(session, asked, moment, *conditions, hit=moment.is_(None), among=among)]


def medians(
    session: Session, asked: Asked, moment: Expression, *conditions: Expression, begin: Expression,
    among: Expression = Dispute, placed: ColumnElement[bool] | None = None,
) -> list[Median]:  # fmt: skip
    """Return for each span the median of whole days from ``begin`` to ``moment``; the database counts by days."""
    days = (SecondsBetween(begin, moment) // DAY).label("days")
    rows = session.execute(
        select(_number(moment, asked.spans), days, func.count())
        .select_from(among)
        .where(_in_any(moment, asked.spans), asked.where if placed is None else placed, *conditions)
        .group_by("span", "days")
    )
    counted: dict[int, Counter[int]] = {}
    for number, length, count in rows:
        counted.setdefault(int(number), Counter())[int(length)] += int(count)
    return [median_of(counted.get(number, Counter())) for number in range(len(asked.spans))]


def median_of(counted: Counter[int]) -> Median:
    """Return the median of counted days.

    Examples
    --------
    >>> median_of(Counter({2: 1, 4: 1}))
    Median(days=3.0, count=2)
    """
    total = sum(counted.values())
    if not total:
        return Median(None, 0)
    ordered = sorted(counted.items())
    return Median((_nth(ordered, (total - 1) // 2) + _nth(ordered, total // 2)) / 2, total)


def within(begin: Expression, end: Expression, length: timedelta) -> ColumnElement[bool]:
    """Return the condition that ``end`` is not later than ``length`` after ``begin``, and not before it."""
    return SecondsBetween(begin, end).between(0, int(length.total_seconds()))


def by_the_day(due: Expression, done: Expression) -> ColumnElement[bool]:
    """Return the condition that a moment is not later than the end of a day in Asia/Shanghai."""
    return SecondsBetween(due, done) < DAY - 8 * 3600


def _nth(ordered: Sequence[tuple[int, int]], position: int) -> int:
    for days, count in ordered:
        if position < count:
            return days
        position -= count
    return ordered[-1][0]


def _number(moment: ColumnElement[Any], spans: Sequence[Span]) -> ColumnElement[Any]:
    return case(*[(inside(moment, span), number) for number, span in enumerate(spans)], else_=len(spans)).label("span")


def _in_any(moment: ColumnElement[Any], spans: Sequence[Span]) -> ColumnElement[bool]:
    return or_(*[inside(moment, span) for span in spans])
