"""Who is on duty at a moment, and when nobody is: from shifts, leave with substitutes, and who may take something up.

Every span of time is half open: a shift that ends when another begins leaves neither a gap nor two on duty. It reads
no clock and counts nothing about anybody; a roster exists to reach an office.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

MAIN: Final = "main"
DEPUTY: Final = "deputy"


@dataclass(frozen=True, slots=True)
class Span:
    """A span of time from ``begins`` until before ``ends``; without ``ends`` it goes on."""

    begins: datetime
    ends: datetime | None

    def holds(self, moment: datetime) -> bool:
        """Return whether ``moment`` lies within."""
        return self.begins <= moment and (self.ends is None or moment < self.ends)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift and its people by assignment, who is asked first (主班) before the others (副班) in their order."""

    span: Span
    people: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Somebody is away; ``substitute`` stands in, where one was named. Why is nobody's business."""

    who: UUID
    span: Span
    substitute: UUID | None


@dataclass(frozen=True, slots=True)
class OnDuty:
    """An assignment on duty, as ``main`` or ``deputy``, and for whom it stands in (``None``: its own place)."""

    assignment_id: UUID
    place: str
    instead_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """The roster of one office as far as it was loaded.

    ``able`` says by assignment when it may take something up: its account works, the assignment is in force, and the
    right is its role's or lent to it. Whoever is not in it never may.
    """

    shifts: tuple[Shift, ...]
    leaves: tuple[Leave, ...] = ()
    able: Mapping[UUID, tuple[Span, ...]] | None = None

    def may(self, who: UUID, moment: datetime) -> bool:
        """Return whether an assignment may take something up at ``moment``, leave aside."""
        return any(span.holds(moment) for span in (self.able or {}).get(who, ()))


def on_duty_at(roster: Roster, moment: datetime) -> tuple[OnDuty, ...]:
    """Return who is on duty at ``moment``.

    Parameters
    ----------
    roster
        Shifts, leave and rights around the moment.
    moment
        An aware time.

    Returns
    -------
    tuple of OnDuty
        Those first in their shifts (of several shifts at once the one that began first), then the others; everybody
        once. Whoever is away is replaced by the substitute, or the substitute's substitute, and so on; a circle of
        substitutes, or nobody named, leaves the place empty. Empty: nobody can be reached.

    Examples
    --------
    >>> from datetime import UTC, timedelta
    >>> eight = datetime(2026, 11, 23, tzinfo=UTC)
    >>> day, one, two = Span(eight, eight + timedelta(hours=9)), UUID(int=1), UUID(int=2)
    >>> roster = Roster((Shift(day, (one,)),), (Leave(one, day, two),), {one: (day,), two: (day,)})
    >>> on_duty_at(roster, eight) == (OnDuty(two, "main", instead_of=one),)
    True
    >>> on_duty_at(roster, eight + timedelta(hours=9))
    ()
    """
    return _answer(roster, (one for one in roster.shifts if one.span.holds(moment)), moment)


def _answer(roster: Roster, shifts: Iterable[Shift], moment: datetime) -> tuple[OnDuty, ...]:
    running = sorted(shifts, key=_order)
    wanted = [(shift.people[0], MAIN) for shift in running if shift.people]
    wanted += [(who, DEPUTY) for shift in running for who in shift.people[1:]]
    found: dict[UUID, OnDuty] = {}
    for who, place in wanted:
        there = _who_comes(roster, who, moment, set())
        if there is not None and there not in found:
            found[there] = OnDuty(there, place, None if there == who else who)
    return tuple(found.values())


def uncovered(roster: Roster, asked: Iterable[Span]) -> tuple[Span, ...]:
    """Return the parts of the spans ``asked`` in which nobody is on duty, in order, each as long as can be.

    Parameters
    ----------
    roster
        Everything that touches the spans.
    asked
        Spans with an end, in order and apart; two that touch give one gap.

    Raises
    ------
    ValueError
        A span has no end.
    """
    found: list[Span] = []
    moments = sorted(_changes(roster))
    waiting = sorted(roster.shifts, key=_order, reverse=True)
    running: list[Shift] = []
    for span in asked:
        if span.ends is None:
            raise ValueError("a span to be covered needs an end")
        inner = moments[bisect_right(moments, span.begins) : bisect_left(moments, span.ends)]
        for begins, ends in pairwise([span.begins, *inner, span.ends]):
            while waiting and waiting[-1].span.begins <= begins:
                running.append(waiting.pop())
            running = [one for one in running if one.span.holds(begins)]
            if not _answer(roster, running, begins):
                _join(found, Span(begins, ends))
    return tuple(found)


def circle_of(leaves: Sequence[Leave], wanted: Leave) -> bool:
    """Return whether ``wanted`` would close a circle: at some moment its substitutes lead back to who is away.

    Examples
    --------
    >>> from datetime import UTC, timedelta
    >>> begin = datetime(2026, 11, 23, tzinfo=UTC)
    >>> week, one, two = Span(begin, begin + timedelta(days=7)), UUID(int=1), UUID(int=2)
    >>> circle_of([Leave(two, week, one)], Leave(one, week, two))
    True
    """
    return _leads_back(leaves, wanted.who, wanted.substitute, wanted.span, frozenset())


def _leads_back(
    leaves: Sequence[Leave], first: UUID, who: UUID | None, span: Span | None, passed: frozenset[UUID]
) -> bool:
    if who is None or span is None or who in passed:
        return False
    if who == first:
        return True
    return any(
        _leads_back(leaves, first, one.substitute, shared(span, one.span), passed | {who})
        for one in leaves
        if one.who == who
    )


def shared(one: Span, other: Span) -> Span | None:
    """Return the time that two spans share, ``None`` for none."""
    begins = max(one.begins, other.begins)
    ends = [span.ends for span in (one, other) if span.ends is not None]
    if ends and min(ends) <= begins:
        return None
    return Span(begins, min(ends) if ends else None)


def _who_comes(roster: Roster, who: UUID, moment: datetime, asked: set[UUID]) -> UUID | None:
    """Return who stands in the place of ``who``: itself, or the first substitute along the chain who is there."""
    if who in asked:
        return None
    asked.add(who)
    away = [leave for leave in roster.leaves if leave.who == who and leave.span.holds(moment)]
    if not away and roster.may(who, moment):
        return who
    for leave in sorted(away, key=lambda one: (one.span.begins, str(one.substitute))):
        there = None if leave.substitute is None else _who_comes(roster, leave.substitute, moment, asked)
        if there is not None:
            return there
    return None


def _changes(roster: Roster) -> set[datetime]:
    """Return every moment at which the answer may change."""
    rights = [span for spans in (roster.able or {}).values() for span in spans]
    spans = [*(one.span for one in roster.shifts), *(one.span for one in roster.leaves), *rights]
    return {moment for span in spans for moment in (span.begins, span.ends) if moment is not None}


def _order(shift: Shift) -> tuple[datetime, list[str]]:
    return shift.span.begins, [str(one) for one in shift.people]


def _join(found: list[Span], gap: Span) -> None:
    if found and found[-1].ends == gap.begins:
        gap = Span(found.pop().begins, gap.ends)
    found.append(gap)
