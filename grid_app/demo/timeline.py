"""Everything that happens in the county, run in the order of time, each at its own moment of the standing clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from grid_app.database.transaction import transaction
from grid_app.demo.ledger import Ledger
from grid_app.demo.seeded import StandingClock

Noted = Callable[[], None]
Served = Callable[[Session], None]
Watching = Callable[[datetime], None]


@dataclass(frozen=True)
class _Noting:
    """Goes into the ledger and is written with many others."""

    act: Noted


@dataclass(frozen=True)
class _Serving:
    """Goes through the services, in the transaction of its stretch."""

    act: Served


@dataclass(frozen=True)
class _Alone:
    """Opens its own sessions, so that nothing else may be open meanwhile."""

    act: Noted


@dataclass(frozen=True, order=True)
class _Entry:
    at: datetime
    order: int
    how: _Noting | _Serving | _Alone = field(compare=False)


class Timeline:
    """Holds what will happen; what happens may add what follows from it."""

    def __init__(self, clock: StandingClock, ledger: Ledger) -> None:
        self._clock = clock
        self._ledger = ledger
        self._entries: list[_Entry] = []
        self._count = 0

    def note(self, at: datetime, act: Noted) -> None:
        """Let ``act`` put something into the ledger at ``at``."""
        self._add(at, _Noting(act))

    def serve(self, at: datetime, act: Served) -> None:
        """Let ``act`` use services at ``at``, in a session of the timeline."""
        self._add(at, _Serving(act))

    def alone(self, at: datetime, act: Noted) -> None:
        """Let ``act`` open sessions of its own at ``at``."""
        self._add(at, _Alone(act))

    def run(self, *, until: datetime, watching: Watching) -> None:
        """Let everything before ``until`` happen; what is later is left."""
        while self._due(until):
            if isinstance(alone := self._entries[0].how, _Alone):
                self._take()
                alone.act()
            else:
                with transaction() as session:
                    self._stretch(session, until)
            watching(self._clock.now())
        self._clock.move_to(until)

    def _stretch(self, session: Session, until: datetime) -> None:
        while self._due(until) and not isinstance(self._entries[0].how, _Alone):
            how = self._take()
            if isinstance(how, _Serving):
                self._ledger.write(session)
                how.act(session)
                session.flush()  # the next write of the ledger reads counters and the audit chain
            elif isinstance(how, _Noting):
                how.act()
        self._ledger.write(session)

    def _due(self, until: datetime) -> bool:
        return bool(self._entries) and self._entries[0].at < until

    def _take(self) -> _Noting | _Serving | _Alone:
        entry = heapq.heappop(self._entries)
        self._clock.move_to(entry.at)
        return entry.how

    def _add(self, at: datetime, how: _Noting | _Serving | _Alone) -> None:
        heapq.heappush(self._entries, _Entry(at, self._count, how))
        self._count += 1
