"""Rounds over messages: each knows what had been written by then, and tells what several people share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from screening.grievances.findings import Finding, Known, Ledger
from screening.grievances.grouping import NO_LINKS, Links, agreement, groups_of, links, pieces
from screening.grievances.messages import Message
from screening.grievances.parameters import Parameters
from screening.grievances.places import Place
from screening.grievances.story import label_of
from screening.grievances.table import LetterTable, letter_table
from screening.grievances.vectors import Vectors, vectors

DEFAULTS = Parameters()


@dataclass(frozen=True)
class Round:
    """One round: messages written before ``as_of`` took part; findings stand in the order of urgency."""

    as_of: datetime
    findings: tuple[Finding, ...]


def replay(
    messages: Iterable[Message],
    moments: Sequence[datetime],
    places: Sequence[Place] = (),
    params: Parameters = DEFAULTS,
) -> tuple[Round, ...]:
    """Return a round for every moment, in their order; a message of that very moment belongs to the next round.

    Pairs once found are kept from round to round; when what is known has grown by ``params.refresh`` all are weighed
    anew, since rarity changes. Nothing depends on the order in which messages are given.

    Examples
    --------
    >>> replay([], [datetime(2026, 1, 5)])
    (Round(as_of=datetime.datetime(2026, 1, 5, 0, 0), findings=()),)
    """
    screening = _Screening(_sorted(messages), places, params)
    return tuple(screening.round_at(moment) for moment in sorted(moments))


def all_time(
    messages: Iterable[Message], places: Sequence[Place] = (), params: Parameters = DEFAULTS
) -> tuple[Finding, ...]:
    """Return one grouping of everything: every group of two messages or more, the most people first.

    No number of people is asked for and no window: this is what belongs together, not what is to be told.
    """
    ordered = _sorted(messages)
    table = letter_table(ordered, places)
    told = vectors(table, table.size)
    found = links(told, np.arange(table.size), 0, params)
    groups = [
        group
        for piece in pieces(found, table.size)
        for group in groups_of(told, piece, table.same_text, params)
        if len(group) > 1
    ]
    people = [one.user_id for one in ordered]
    counted = {int(group[0]): len({people[row] for row in group} - {""}) for group in groups}
    groups.sort(key=lambda group: (-counted[int(group[0])], -len(group), int(group[0])))
    return tuple(
        Finding(
            f"G{at:04d}", "new", tuple(ordered[row].message_id for row in group), counted[int(group[0])],
            label_of(table, told, group), f"全部时间内{counted[int(group[0])]}人共{len(group)}条反映同一件事。",
        )
        for at, group in enumerate(groups, 1)
    )  # fmt: skip


def _sorted(messages: Iterable[Message]) -> list[Message]:
    return sorted(messages, key=lambda one: (one.written, one.message_id))


class _Screening:
    """What rounds keep from one another: the table, the links found so far, and what was told."""

    def __init__(self, messages: Sequence[Message], places: Sequence[Place], params: Parameters) -> None:
        self._messages = messages
        self._params = params
        self._table: LetterTable = letter_table(messages, places)
        self._written = np.array([one.written for one in messages], dtype="datetime64[us]")
        self._people = [one.user_id for one in messages]
        self._ledger = Ledger(messages, params)
        self._links: Links = NO_LINKS
        self._linked = self._weighed = 0
        self._groups: dict[bytes, list[NDArray[np.int64]]] = {}
        self._seen: dict[bytes, Known] = {}
        self._names: dict[bytes, str] = {}

    def round_at(self, moment: datetime) -> Round:
        """Do the round of a moment, later than those before."""
        known = int(np.searchsorted(self._written, np.datetime64(moment, "us"), side="left"))
        oldest = moment - timedelta(days=self._params.memory_days)
        begin = int(np.searchsorted(self._written, np.datetime64(oldest, "us"), side="left"))
        told = vectors(self._table, known)
        self._grow(told, begin, known)
        groups = self._grouped(told, begin, known)
        live = [group for group in groups if self._ledger.people_at(group, moment) >= self._params.people]
        self._seen = {group.tobytes(): self._as_seen(told, group) for group in live}
        return Round(moment, self._ledger.tell(list(self._seen.values()), moment))

    def _as_seen(self, told: Vectors, group: NDArray[np.int64]) -> Known:
        """Judge a group, and name a firm one; one that has not changed since the last round is as it was."""
        before = self._seen.get(group.tobytes())
        if before:
            return before
        is_firm = self._is_firm(told, group)
        return Known(group, self._name_of(told, group) if is_firm else "", is_firm)

    def _name_of(self, told: Vectors, group: NDArray[np.int64]) -> str:
        """Return the name of a group; the same messages keep theirs, also when rarity has changed since."""
        key = group.tobytes()
        if key not in self._names:
            self._names[key] = label_of(self._table, told, group)
        return self._names[key]

    def _is_firm(self, told: Vectors, group: NDArray[np.int64]) -> bool:
        found = agreement(told, group, self._people, self._params)
        return found.core >= self._params.core and found.place >= self._params.one_place

    def _grow(self, told: Vectors, begin: int, known: int) -> None:
        """Find the links of new messages, or all anew when much was added."""
        params = self._params
        growth = params.refresh_many if self._weighed >= params.many else params.refresh
        if known > self._weighed * growth:
            self._links, self._linked, self._weighed, self._groups = NO_LINKS, begin, known, {}
            self._seen = {}
        rows = np.arange(begin, known)
        self._links = self._links.and_also(links(told, rows, self._linked, params))
        self._linked = known

    def _grouped(self, told: Vectors, begin: int, known: int) -> list[NDArray[np.int64]]:
        """Return the groups of the rows in memory; a piece that did not change keeps its groups.

        A piece of fewer people than a shared grievance needs holds none.
        """
        inside = (self._links.one >= begin) & (self._links.other >= begin)
        current = Links(self._links.one[inside], self._links.other[inside], self._links.alike[inside])
        kept: dict[bytes, list[NDArray[np.int64]]] = {}
        for piece in pieces(current, known):
            if len({self._people[row] for row in piece.tolist()} - {""}) < self._params.people:
                continue
            name = piece.tobytes()
            kept[name] = self._groups.get(name) or groups_of(told, piece, self._table.same_text, self._params)
        self._groups = kept
        return [group for groups in kept.values() for group in groups if len(group) >= self._params.people]
