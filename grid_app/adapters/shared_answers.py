"""One answer for all who ask the same while it is being made: fifty desks that fetch one list at the same moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass
class _Turn:
    """The lock of one question, how many ask it, and the last answer with the moment at which it was begun."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    asking: int = 0
    began: float = float("-inf")
    answer: Any = None


class SharedAnswers:
    """Gives nobody an answer that was begun before the question: what is older is never told, and nothing is kept."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[Hashable, _Turn] = {}

    def __call__(self, key: Hashable, build: Callable[[], T]) -> T:
        """Return what ``build`` gives, or gave to somebody who asked the same later than this call began.

        ``key`` says everything that the answer depends on besides the time. Who calls must hold nothing that others
        need, such as a connection: it may wait for somebody else's ``build``.
        """
        asked_at = time.monotonic()
        with self._lock:
            turn = self._turns.setdefault(key, _Turn())
            turn.asking += 1
        try:
            with turn.lock:
                if turn.began <= asked_at:
                    began = time.monotonic()
                    turn.answer = build()
                    turn.began = began
                return turn.answer  # type: ignore[no-any-return]  # what lies under this key is what it builds
        finally:
            with self._lock:
                turn.asking -= 1
                if not turn.asking:
                    del self._turns[key]
