"""Findings from round to round: which group continues which finding, whether it grows, and when it is gone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from screening.grievances.messages import Message
from screening.grievances.parameters import Parameters
from screening.grievances.story import gone_reason, reason_of

SAME_SHARE = 0.5
"""A group continues a finding when they share this part of the smaller of both."""


@dataclass(frozen=True)
class Finding:
    """One finding of one round; ``message_ids`` are all members known so far, ``reporters`` the people behind them."""

    finding_id: str
    state: str
    message_ids: tuple[str, ...]
    reporters: int
    label: str
    reason: str


@dataclass(frozen=True)
class Known:
    """A group of a round with three people or more: its rows, whether it holds together firmly, and then its name."""

    rows: NDArray[np.int64]
    label: str
    is_firm: bool


@dataclass(frozen=True)
class _Live:
    finding_id: str
    rows: frozenset[int]
    people: int
    label: str
    state: str


class Ledger:
    """What was told so far; a finding that is gone stays gone, and what comes again later is a new one."""

    def __init__(self, messages: Sequence[Message], params: Parameters) -> None:
        self._messages = messages
        self._params = params
        self._live: list[_Live] = []
        self._ended: list[frozenset[int]] = []
        self._ended_of: defaultdict[int, list[int]] = defaultdict(list)
        self._count = 0

    def people_at(self, rows: NDArray[np.int64] | frozenset[int], moment: datetime, days: int | None = None) -> int:
        """Return how many different people wrote these in the last days; messages of nobody known count nobody."""
        since = moment - timedelta(days=days or self._params.days)
        return len({self._messages[row].user_id for row in rows if self._messages[row].written >= since} - {""})

    def tell(self, groups: Sequence[Known], moment: datetime) -> tuple[Finding, ...]:
        """Return the findings of a round, the most pressing first, those gone since the last round at the end.

        A group is told from ``firm`` on; one that was told stays while three people wrote in the window, even if later
        letters blur it, since somebody is working on it.
        """
        before, claimed = self._live, self._claims(groups)
        now = [self._continued(one, [groups[at] for at in claimed[one.finding_id]], moment) for one in before]
        taken = {at for own in claimed.values() for at in own}
        fresh = [g for at, g in enumerate(groups) if at not in taken and g.is_firm]
        now += [self._started(one, moment) for one in sorted(fresh, key=lambda one: int(one.rows[0]))]
        held: set[int] = set()
        live: list[_Live] = []
        gone: list[tuple[_Live, bool]] = []
        for one in now:
            merged = len(one.rows & held) > SAME_SHARE * len(one.rows)
            if merged or one.people < self._params.people:
                gone.append((one, merged))
                continue
            live.append(one)
            held |= one.rows
        self._live = sorted(live, key=lambda one: self._urgency(one, moment))
        for one, _ in gone:
            self._end(one.rows)
        told = [self._finding(one, moment) for one in self._live]
        return (*told, *(self._gone(one, merged=merged) for one, merged in gone))

    def _claims(self, groups: Sequence[Known]) -> dict[str, list[int]]:
        """Give each live finding the group it shares most with; the older finding first."""
        rows = [frozenset(group.rows.tolist()) for group in groups]
        holder = {row: at for at, own in enumerate(rows) for row in own}
        free = set(range(len(groups)))
        claimed: dict[str, list[int]] = {}
        for one in sorted(self._live, key=lambda one: one.finding_id):
            shared = Counter(holder[row] for row in one.rows if holder.get(row) in free)
            enough = [at for at, both in shared.items() if both >= SAME_SHARE * min(len(rows[at]), len(one.rows))]
            best = max(enough, key=lambda at: (shared[at], len(rows[at]), -min(rows[at])), default=None)
            claimed[one.finding_id] = [] if best is None else [best]
            free.discard(-1 if best is None else best)
        return claimed

    def _continued(self, one: _Live, groups: Sequence[Known], moment: datetime) -> _Live:
        rows = frozenset(groups[0].rows.tolist()) if groups else one.rows
        if groups and self.people_at(rows, moment) < self._params.people:
            rows |= one.rows
        people = self.people_at(rows, moment)
        state = "growing" if people > one.people else "shrinking" if people < one.people else "unchanged"
        label = (groups[0].label if groups else "") or one.label
        return replace(one, rows=rows, people=people, state=state, label=label)

    def _started(self, group: Known, moment: datetime) -> _Live:
        self._count += 1
        rows = frozenset(group.rows.tolist())
        return _Live(f"F{self._count:04d}", rows, self.people_at(rows, moment), group.label, "new")

    def _urgency(self, one: _Live, moment: datetime) -> tuple[int, int, str]:
        recent = self.people_at(one.rows, moment, self._params.recent_days)
        return (-one.people - recent, -max(one.rows), one.finding_id)

    def _finding(self, one: _Live, moment: datetime) -> Finding:
        own = [self._messages[row] for row in sorted(one.rows)]
        reason = reason_of(
            people=one.people,
            recent=self.people_at(one.rows, moment, self._params.recent_days),
            messages=len(own),
            since=own[0].written,
            long_ones=sum(message.is_long for message in own),
            before=self._was_told(one.rows),
            params=self._params,
        )
        return self._shaped(one, one.state, reason)

    def _end(self, rows: frozenset[int]) -> None:
        for row in rows:
            self._ended_of[row].append(len(self._ended))
        self._ended.append(rows)

    def _was_told(self, rows: frozenset[int]) -> bool:
        """Say whether enough of a finding that is gone is among these."""
        shared = Counter(at for row in rows for at in self._ended_of.get(row, ()))
        return any(both >= SAME_SHARE * len(self._ended[at]) for at, both in shared.items())

    def _gone(self, one: _Live, *, merged: bool) -> Finding:
        return self._shaped(one, "gone", gone_reason(merged=merged, people=one.people, params=self._params))

    def _shaped(self, one: _Live, state: str, reason: str) -> Finding:
        ids = tuple(self._messages[row].message_id for row in sorted(one.rows))
        people = len({self._messages[row].user_id for row in one.rows} - {""})
        return Finding(one.finding_id, state, ids, people, one.label, reason)
