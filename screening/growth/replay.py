"""Rounds one after another, each with what was known by then, and a budget of flags for any seven days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from screening.growth.excess import Rule, Windows, strongest
from screening.growth.incidents import WEEK
from screening.growth.known import Known, known_on

MONDAY = 1
"""A Monday's number (``date.toordinal``) modulo 7."""
EARLY_SHARE = 5
"""When a full week is judged before seven days are over, a fifth of the budget may be spent on running windows."""
GROWN = 1.2
"""A stream is flagged again within seven days only when a full week holds so many times the incidents told before."""


@dataclass(frozen=True)
class Flags:
    """Streams in the order of their rank, each with its window.

    Attributes
    ----------
    stream : array of int
    windows : Windows
        With day numbers.
    interval : array of float
        Recurrence interval in days.
    """

    stream: NDArray[np.int64]
    windows: Windows
    interval: NDArray[np.float64]

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.stream)

    def of(self, at: NDArray[np.intp]) -> Flags:
        """Return some of them, in that order."""
        return Flags(self.stream[at], self.windows.of(at), self.interval[at])

    def ranked(self) -> Flags:
        """Return them with the smallest p first; of equal p the stream whose expectation rests on more incidents."""
        return self.of(np.lexsort((self.stream, -self.windows.base, self.windows.p)))

    def and_then(self, other: Flags) -> Flags:
        """Return these, and the others after them."""
        mine, theirs = self.windows, other.windows
        windows = Windows(
            np.append(mine.begin, theirs.begin), np.append(mine.end, theirs.end),
            np.append(mine.observed, theirs.observed), np.append(mine.base, theirs.base),
            np.append(mine.expected, theirs.expected), np.append(mine.p, theirs.p),
        )  # fmt: skip
        return Flags(np.append(self.stream, other.stream), windows, np.append(self.interval, other.interval))


@dataclass(frozen=True)
class Round:
    """What is said on one day.

    Attributes
    ----------
    as_of : int
        Number of the day; only earlier days are known.
    flags, held_back : Flags
        What is flagged, and what passed the test and had no room in the budget.
    base_days : int
        Recorded days of the base of the last seven days.
    is_short : bool
        Whether that is too few to trust many flags.
    dispersion : float
        See ``excess.dispersion_of``.
    """

    as_of: int
    flags: Flags
    held_back: Flags
    base_days: int
    is_short: bool
    dispersion: float


@dataclass
class _Told:
    """What was flagged so far: by stream when, how many and until when, and by day how many flags, early ones apart."""

    on: dict[int, int] = field(default_factory=dict)
    many: dict[int, int] = field(default_factory=dict)
    until: dict[int, int] = field(default_factory=dict)
    spent: list[tuple[int, int, int]] = field(default_factory=list)

    def lately(self, today: int) -> tuple[int, int]:
        """Return the flags of the last seven days, today among them, and how many of them were early."""
        self.spent = [one for one in self.spent if one[0] > today - WEEK]
        return sum(one[1] for one in self.spent), sum(one[2] for one in self.spent)

    def waiting(self, stream: NDArray[np.int64], today: int) -> NDArray[np.bool_]:
        """Tell which streams were flagged in the last seven days."""
        return np.array([self.on.get(one, today - WEEK) > today - WEEK for one in stream.tolist()], bool)

    def has_grown(self, flags: Flags) -> NDArray[np.bool_]:
        """Tell which streams have at least a fifth more incidents than when they were flagged last."""
        before = np.array([self.many.get(one, 0) for one in flags.stream.tolist()])
        return np.asarray(flags.windows.observed >= GROWN * before, bool)

    def add(self, today: int, flags: Flags, early: int) -> None:
        """Keep what is flagged today."""
        self.spent.append((today, len(flags), early))
        self.on.update(dict.fromkeys(flags.stream.tolist(), today))
        self.many.update(zip(flags.stream.tolist(), flags.windows.observed.tolist(), strict=True))
        self.until.update(zip(flags.stream.tolist(), flags.windows.end.tolist(), strict=True))


def replay(
    stream: NDArray[np.int64], day: NDArray[np.int64], as_of: Sequence[int], *, every: int, budget: int, rule: Rule
) -> Iterator[Round]:
    """Give the round of each day of ``as_of``, the earliest first.

    A round judges the full weeks, Monday to Sunday, that ended since the round before; what room they leave is for
    running windows, the last seven and the last fourteen days, of streams that passed in no full week. In any seven
    days there are no more than ``budget`` flags, the strongest first, and none of one stream twice unless its full
    week brings a fifth more; while the base is short, no more than ``rule.short_flags``. An incident of a running
    window was never flagged before.

    Parameters
    ----------
    stream, day : array of int, shape (incidents,)
        Number of the stream, and of the day (``date.toordinal``), of each incident, in any order; see
        ``incidents.distinct``. Of equals the smaller number of a stream comes first.
    as_of : sequence of int
        Ascending day numbers.
    every : int
        Days between rounds.
    budget : int
        Flags in any seven days.
    rule : Rule
    """
    order = np.argsort(day, kind="stable")
    stream, day = stream[order], day[order]
    told = _Told()
    for today in as_of:
        known = known_on(stream, day, today, every=every, rule=rule)
        is_short = known.base_days < rule.short_base
        allowed = min(budget, rule.short_flags) if is_short else budget
        full, early = _full_weeks(known, today, every, told, rule), _running(known, today, told, rule)
        early = early.of(np.flatnonzero(~np.isin(early.stream, full.stream)))
        spent, spent_early = told.lately(today)
        room = max(0, allowed - spent)
        taken = min(len(full), room)
        limit = allowed if every >= WEEK else -(-allowed // EARLY_SHARE)
        taken_early = max(0, min(len(early), room - taken, limit - spent_early))
        flags = _first(full, taken).and_then(_first(early, taken_early)).ranked()
        told.add(today, flags, taken_early)
        held_back = _after(full, taken).and_then(_after(early, taken_early))
        yield Round(today, flags, held_back, known.base_days, is_short, known.dispersion)


def _first(flags: Flags, count: int) -> Flags:
    return flags.of(np.arange(len(flags))[:count])


def _after(flags: Flags, count: int) -> Flags:
    return flags.of(np.arange(len(flags))[count:])


def _full_weeks(known: Known, today: int, every: int, told: _Told, rule: Rule) -> Flags:
    """Return the streams that pass in a full week; one is judged every seven days."""
    mondays = [day for day in range(today - every + 1, today + 1) if day % WEEK == MONDAY]
    spans = [(day - rule.week - known.first, day - known.first) for day in mondays]
    found = _passing(known, spans, np.zeros(len(known.stream), np.int64), rule, looks=WEEK)
    return found.of(np.flatnonzero(~told.waiting(found.stream, today) | told.has_grown(found)))


def _running(known: Known, today: int, told: _Told, rule: Rule) -> Flags:
    """Return the streams that pass in a window that ends today; there is one every day."""
    known, end = known.only(~told.waiting(known.stream, today)), today - known.first
    spans = [(end - rule.fortnight, end), (end - rule.week, end)]
    free = np.array([told.until.get(one, known.first) - known.first for one in known.stream.tolist()], np.int64)
    return _passing(known, spans, free, rule, looks=1)


def _passing(known: Known, spans: list[tuple[int, int]], free: NDArray[np.int64], rule: Rule, *, looks: int) -> Flags:
    windows = strongest(known.counts, known.is_recorded, spans, free=free, dispersion=known.dispersion, rule=rule)
    found = Flags(known.stream, windows.later(known.first), looks / windows.p)
    return found.of(np.flatnonzero(found.interval >= rule.least_interval)).ranked()
