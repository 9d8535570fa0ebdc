"""What a signal raises before the round decides whether to tell it, and the shared view of the incidents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from screening.grading import FindingFacts, grade_finding
from screening.households import Entry
from screening.incidents import CountedIncident, MergeRule, Row, incidents_of
from screening.inputs import BAND_FLOORS, MIXED_CATEGORY, RoundInput
from screening.parameters import Parameters
from screening.rates import RateTest
from screening.results import FindingResult, NotScreened
from screening.rules import RuleAnswer

FEW_NAMED = 3
"""A sentence names at most so many places."""


@dataclass(frozen=True, kw_only=True)
class Raised:
    """One thing a signal saw.

    Attributes
    ----------
    kind : str
        One of ``screening.parameters.SIGNALS``.
    identity : str
        By which it is the same in the next round, where it is not known by its members; empty otherwise.
    entries : tuple of Entry
        Members inside the window.
    member_ids : tuple of str
        All members, sorted; those outside the window too.
    cell, category2, organisation
        As in ``FindingResult``.
    cells : tuple of str
    since : date
    observed : int
        Incidents, or what else the signal counts.
    expected, p, recurrence_days : float or None
        None where the signal is a rule.
    is_general : bool
        Seen over all categories: a finding of one category says more, and goes first.
    reason, unflag, grade_reason : str
        zh-CN.
    """

    kind: str
    identity: str = ""
    entries: tuple[Entry, ...] = ()
    member_ids: tuple[str, ...] = ()
    cell: str
    category2: str
    organisation: str | None = None
    cells: tuple[str, ...]
    since: date
    observed: int
    expected: float | None = None
    p: float | None = None
    recurrence_days: float | None = None
    is_general: bool = False
    reason: str
    unflag: str
    grade_reason: str

    @property
    def key(self) -> str:
        """The issue key of the finding it becomes."""
        return f"{self.category2}|{self.organisation or self.identity}|{self.cell}"


@dataclass(frozen=True)
class Seen:
    """What one signal gave: what it raised, what it could not look at, and how many streams it asked."""

    raised: tuple[Raised, ...] = ()
    not_screened: tuple[NotScreened, ...] = ()
    streams: int = 0


@dataclass(frozen=True)
class Counting:
    """Entries of window and base as incidents: repeats merged, each with the entries that tell of it."""

    incidents: tuple[CountedIncident, ...]
    entries: Mapping[str, Entry]

    def entries_of(self, chosen: Sequence[int]) -> tuple[Entry, ...]:
        """Give the entries of some incidents, by identity."""
        names = sorted(name for at in chosen for name in self.incidents[at].row_ids)
        return tuple(self.entries[name] for name in names)


@dataclass(frozen=True)
class Look:
    """What a signal may look at.

    Attributes
    ----------
    window : tuple of Entry
    counted : Counting
        Incidents of window and base.
    data : RoundInput
    params : Parameters
    seed : int
    """

    window: tuple[Entry, ...]
    counted: Counting
    data: RoundInput
    params: Parameters
    seed: int

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of places, organisations, units and categories by their codes."""
        return dict(self.data.names)

    def young(self, since: date) -> frozenset[str]:
        """Villages that a later division of the land made on ``since`` or later: they have no past to compare with."""
        return frozenset(one.code for one in self.data.villages if one.since and one.since >= since)

    def name(self, code: str) -> str:
        """Give the name of a code, or the code itself."""
        return self.names.get(code, code)


def counting(entries: Sequence[Entry]) -> Counting:
    """Give entries as incidents of their two-digit category; see ``screening.incidents``."""
    linked = {other for one in entries for other in one.incident.linked}
    rows = [
        Row(
            row_id=one.incident.dispute_id, place=one.incident.cell, category=one.incident.category2,
            day=one.reports[0].noted_on.toordinal(), household=one.household, text=one.incident.text,
            other_household=bool(one.incident.linked) or bool(linked.intersection(one.dispute_ids)),
        )
        for one in entries
    ]  # fmt: skip
    return Counting(incidents_of(rows, MergeRule()), {one.incident.dispute_id: one for one in entries})


def members_of(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Give every dispute of some entries, sorted."""
    return tuple(sorted(name for one in entries for name in one.dispute_ids))


def most_common(values: Sequence[str], otherwise: str = MIXED_CATEGORY) -> str:
    """Give the most common value, the smallest among equals."""
    return Counter(sorted(values)).most_common(1)[0][0] if values else otherwise


def places_named(cells: Sequence[str], names: Mapping[str, str]) -> str:
    """Name places in a sentence: all of a few, else the first and how many there are.

    Examples
    --------
    >>> places_named(["1", "2"], {"1": "云岭村", "2": "石桥村"}), places_named(["1", "2", "3", "4"], {"1": "云岭村"})
    ('云岭村、石桥村', '云岭村等4个村（社区）')
    """
    if len(cells) > FEW_NAMED:
        return f"{names.get(cells[0], cells[0])}等{len(cells)}个村（社区）"
    return "、".join(names.get(cell, cell) for cell in cells)


def day_words(day: date) -> str:
    """Give a day as people write it in a sentence."""
    return f"{day.month}月{day.day}日"


def result_of(
    raised: Raised, data: RoundInput, *, finding_id: str | None, trend: str, ever: tuple[int, tuple[str, ...]],
    since: date, merged: tuple[str, ...] = (), split_from: str | None = None,
) -> FindingResult:  # fmt: skip
    """Give the finding of something raised; ``ever`` is how many households ever told, and all members ever."""
    incidents = [one.incident for one in raised.entries]
    homes = len({one.household for one in raised.entries})
    floor = max((BAND_FLOORS[one.band] for one in incidents if one.band), default=0)
    sure = max((BAND_FLOORS[one.band] for one in incidents if one.band and one.band_status != "estimated"), default=0)
    grade = grade_finding(
        FindingFacts(
            danger=any(one.danger for one in incidents), households=homes, band_floor=floor, band_sure=sure >= floor,
            villages=len(raised.cells) if len(raised.cells) > 1 and homes else 1,
        )
    )  # fmt: skip
    is_plain = grade.colour == "yellow"
    base_days = (data.window_start - data.history_start).days if data.history_start else 0
    return FindingResult(
        finding_id=finding_id, key=raised.key, trend=trend, cell=raised.cell, category2=raised.category2,
        organisation=raised.organisation, cells=raised.cells, member_ids=ever[1], current_ids=raised.member_ids,
        households_current=homes, households_ever=ever[0], disputes_ever=len(ever[1]), since=since.isoformat(),
        grade=grade.colour, grade_reasons=(raised.grade_reason,) if is_plain else grade.reasons,
        rule=RuleAnswer(
            holds=True, which=raised.kind, disputes=len(raised.member_ids), households=homes,
            independent=max(homes, len({one.channel for one in incidents})), band_floor=floor, band_confirmed=False,
        ),
        rate=RateTest(
            enough_history=raised.expected is not None, base_days=max(0, base_days), base_count=0,
            observed=raised.observed, elsewhere=0.0, expected=rounded(raised.expected),
            ratio=rounded(raised.observed / raised.expected) if raised.expected else None,
            p=rounded(raised.p), passes=True,
        ),
        reason=raised.reason, unflag=raised.unflag, merged=merged, split_from=split_from, kind=raised.kind,
        recurrence_days=rounded(raised.recurrence_days),
    )  # fmt: skip


def rounded(figure: float | None) -> float | None:
    """Keep ten significant digits, so that another machine's last bit gives no other digest."""
    return None if figure is None else float(f"{figure:.10g}")
