"""Answers about the map, kept for whoever asks the same next: many leaders open the map at the same minute."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Engine

T = TypeVar("T")
KEPT_SECONDS: Final = "MAP_KEPT_SECONDS"
"""Name of the setting of an application: how long an answer that came quickly is kept; with 0 none is."""
USUAL_SECONDS: Final = 1.0
LONG_SECONDS: Final = 0.1
LONGEST_KEPT_SECONDS: Final = 10.0
COUNTS_KEPT: Final = 8
"""One is some megabytes in a large county."""
ANSWERS_KEPT: Final = 600
"""One is some kilobytes of a township, and some hundred of a county."""


@dataclass
class _Turn:
    """The lock of one question, and how many wait for it or hold it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asking: int = 0


class Memo:
    """Remembers answers by a key that says everything they depend on; of equal questions at once one is asked.

    What took long is kept for ten seconds, the rest as long as the caller says: a small county sees the newest.

    Parameters
    ----------
    most : int
        How many answers are kept at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._turns: dict[Hashable, _Turn] = {}

    def __call__(self, key: Hashable, build: Callable[[], T], *, seconds: float) -> T:
        """Return the answer for a key, from ``build`` when it is not kept.

        Who calls must hold nothing that others need, such as a connection: it may wait for somebody else's ``build``.
        """
        with self._lock:
            known = self._fresh(key)
            if known is not None:
                return known[1]  # type: ignore[no-any-return]  # what was kept under this key is what it builds
            turn = self._turns.setdefault(key, _Turn())
            turn.asking += 1
        try:
            with turn.lock:
                return self._built(key, build, seconds)
        finally:
            with self._lock:
                turn.asking -= 1
                if not turn.asking:
                    self._turns.pop(key, None)

    def _built(self, key: Hashable, build: Callable[[], T], seconds: float) -> T:
        with self._lock:
            known = self._fresh(key)
        if known is not None:
            return known[1]  # type: ignore[no-any-return]
        begun = time.monotonic()
        answer = build()
        kept_for = LONGEST_KEPT_SECONDS if seconds and time.monotonic() - begun >= LONG_SECONDS else seconds
        if kept_for:
            with self._lock:
                self._keep(key, begun + kept_for, answer)
        return answer

    def _fresh(self, key: Hashable) -> tuple[float, Any] | None:
        known = self._kept.get(key)
        return known if known is not None and known[0] > time.monotonic() else None

    def _keep(self, key: Hashable, until: float, answer: object) -> None:
        now = time.monotonic()
        for old in [one for one, (end, _) in self._kept.items() if end <= now]:
            del self._kept[old]
        self._kept[key] = (until, answer)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


@lru_cache(maxsize=8)
def memo_of(_engine: Engine) -> Memo:
    """Return the one memo of this process for the counts of a database."""
    return Memo(COUNTS_KEPT)


@lru_cache(maxsize=8)
def answers_of(_engine: Engine) -> Memo:
    """Return the one memo of this process for whole answers made of a database."""
    return Memo(ANSWERS_KEPT)
