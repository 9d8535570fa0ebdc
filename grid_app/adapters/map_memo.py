"""Counts that took long, kept for whoever asks the same next: many leaders open the map at the same minute."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any, Final, TypeVar

from sqlalchemy import Engine

T = TypeVar("T")
LONG_SECONDS: Final = 0.1
KEPT: Final = 6
"""One is some megabytes in a large county."""


class Memo:
    """Remembers answers by a key that says everything they depend on; of equal questions at once one is asked.

    Quick answers are not kept, so that a small county always sees the newest.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._asked: dict[Hashable, threading.Lock] = {}

    def __call__(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return the answer for a key, from ``build`` when it is not kept."""
        with self._lock:
            turn = self._asked.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    known: T = self._kept[key]
                    return known
            begun = time.monotonic()
            try:
                answer = build()
            finally:
                with self._lock:
                    self._asked.pop(key, None)
            with self._lock:
                if time.monotonic() - begun >= LONG_SECONDS:
                    self._kept[key] = answer
                    while len(self._kept) > KEPT:
                        self._kept.popitem(last=False)
            return answer


@lru_cache(maxsize=8)
def memo_of(_engine: Engine) -> Memo:
    """Return the one memo of this process for a database."""
    return Memo()
