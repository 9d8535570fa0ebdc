"""Whether those who listen are still there: one question every other second for all of them together."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import Engine

from grid_app.database.transaction import reading
from grid_app.queries.attendance import signs_of

ASK_EVERY_SECONDS: Final = 1.5


class Attendance:
    """The signs of all sessions that hold a line in this process.

    Parameters
    ----------
    engine : Engine
        The database.
    idle, absolute : timedelta
        After which a session ends.
    """

    def __init__(self, engine: Engine, idle: timedelta, absolute: timedelta) -> None:
        self._engine = engine
        self._limits = idle, absolute
        self._lock = threading.Lock()
        self._present: Counter[str] = Counter()
        self._signs: dict[str, str] = {}
        self._asked_at = float("-inf")

    def come(self, digest: str, now: datetime) -> str | None:
        """Ask for this session from now on; return its sign, ``None`` when it has ended."""
        sign = self._ask([digest], now).get(digest)
        with self._lock:
            self._present[digest] += 1
            if sign is not None:
                self._signs[digest] = sign
        return sign

    def go(self, digest: str) -> None:
        """Ask for it no more."""
        with self._lock:
            self._present[digest] -= 1
            if self._present[digest] <= 0:
                del self._present[digest]
                self._signs.pop(digest, None)

    def sign(self, digest: str, now: Callable[[], datetime]) -> str | None:
        """Return a session's sign, at most two seconds old; ``None`` when it has ended."""
        with self._lock:
            if time.monotonic() - self._asked_at >= ASK_EVERY_SECONDS:
                self._signs = self._ask(self._present, now())
                self._asked_at = time.monotonic()
            return self._signs.get(digest)

    def _ask(self, digests: Collection[str], now: datetime) -> dict[str, str]:
        idle, absolute = self._limits
        with reading(self._engine) as session:
            return signs_of(session, digests, now=now, idle=idle, absolute=absolute)


@lru_cache(maxsize=8)
def attendance_of(engine: Engine, idle: timedelta, absolute: timedelta) -> Attendance:
    """Return the one attendance of this process for a database."""
    return Attendance(engine, idle, absolute)
