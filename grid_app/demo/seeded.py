"""What makes a demonstration repeatable: a clock that is moved by hand, and ids that follow from seed and clock."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

import numpy as np
import uuid6

from grid_app.services import alarms
from grid_app.wiring import Wiring

ALARMS_LOG = logging.getLogger(alarms.__name__)
"""Alarms of the invented county are on its page; nobody who makes it has to be woken."""
LOW_BITS = 62
STEP_BITS = 12


class StandingClock:
    """Stands still until it is moved; it never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the moment the clock stands at."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Move the clock on to ``moment``; an earlier moment changes nothing."""
        self._now = max(self._now, moment)


class SeededIds:
    """Gives UUIDv7 (RFC 9562) whose time is the clock's and whose chance comes from a seed; each is larger."""

    def __init__(self, rng: np.random.Generator, clock: StandingClock) -> None:
        self._rng = rng
        self._clock = clock
        self._last = 0

    def __call__(self) -> UUID:
        """Return the next id."""
        moment = int(self._clock.now().timestamp() * 1000) << STEP_BITS
        self._last = max(moment, self._last + 1)
        milliseconds, step = self._last >> STEP_BITS, self._last & ((1 << STEP_BITS) - 1)
        low = int(self._rng.integers(0, 1 << LOW_BITS))
        return UUID(int=milliseconds << 80 | 7 << 76 | step << 64 | 2 << LOW_BITS | low)


@contextmanager
def repeatable(wiring: Wiring, clock: StandingClock, ids: SeededIds) -> Iterator[None]:
    """Let the whole application run by ``clock`` and ``ids`` while the county is made; both are put back after.

    Only for a process that does nothing else meanwhile: ids that follow from a seed can be guessed.
    """
    clock_before, ids_before, level_before = wiring.clock, uuid6.uuid7, ALARMS_LOG.level
    ALARMS_LOG.setLevel(logging.CRITICAL)
    wiring.clock = clock
    uuid6.uuid7 = ids  # type: ignore[assignment]  # of what it returns only the number is used
    try:
        yield
    finally:
        ALARMS_LOG.setLevel(level_before)
        wiring.clock = clock_before
        uuid6.uuid7 = ids_before
