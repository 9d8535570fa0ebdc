"""Lines that stay open: who may hold one, and what has to be said on it next, whoever carries it to the browser.

A line is a stream of server-sent events. Where a thread answers each request (`grid-app serve`, tests) the thread
holds it and sleeps between two looks; where many lines are open (`grid-app web`) one thread holds all of them, see
``line_hub``.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Final

LISTENERS: Final = "LISTENERS"
"""Name of the setting of an application: how many lines of maps, and as many of inboxes, may stay open at once."""
LINE: Final = "grid_app.line"
"""Under this name a request's environment holds the line that it asks for."""
FEWEST, MOST, MOST_HELD = 2, 200, 2_000
SHARE: Final = 3
OWN_SHARE: Final = 4
OWN_MOST: Final = 50
RETRY_MILLISECONDS: Final = 2_000


@dataclass(frozen=True)
class Times:
    """Seconds after which a line ends by itself, looks whether its listener may still hear, and breathes."""

    line: float = 240.0
    look: float = 8.0
    breathe: float = 15.0


USUAL: Final = Times()


def most_listeners(threads: int) -> int:
    """Return how many lines may stay open where so many threads answer requests: a third of them, at most 200."""
    return max(FEWEST, min(MOST, threads // SHARE))


def most_held(files: int) -> int:
    """Return how many lines of a kind may stay open where one thread holds them all: a third of the open files."""
    return max(FEWEST, min(MOST_HELD, files // SHARE))


def most_of_one(most: int) -> int:
    """Return how many of ``most`` lines one account may hold: a fourth, at most 50, so that nobody takes all places."""
    return max(FEWEST, min(OWN_MOST, most // OWN_SHARE))


class Listeners:
    """Who listens in this process; a place is taken by ``join`` and given back by ``leave``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        """Return how many places are taken."""
        return self._open.total()

    def join(self, most: int, *, by: Hashable) -> bool:
        """Take a place; ``False`` when all are taken, or those of ``by`` are."""
        with self._lock:
            if self._open.total() >= most or self._open[by] >= most_of_one(most):
                return False
            self._open[by] += 1
            return True

    def leave(self, *, by: Hashable) -> None:
        """Give a place back."""
        with self._lock:
            self._open[by] -= 1
            if self._open[by] <= 0:
                del self._open[by]


class Line:
    """What has to be said on one line: what is newest, then each change, and a breath where nothing changes.

    Parameters
    ----------
    event : callable
        Gives the event of what is newest, as it goes over the line; it is sent when it is another one than before.
    may_hear : callable
        Says whether the listener still may; the line ends when not.
    breath : str
        What is sent in between, so that either side notices a broken line.
    """

    def __init__(
        self,
        event: Callable[[], str],
        *,
        may_hear: Callable[[], bool] = lambda: True,
        times: Times = USUAL,
        breath: str = ": ...\n\n",
    ) -> None:
        self._event = event
        self._may_hear = may_hear
        self._times = times
        self._breath = breath
        self._last: str | None = None
        self._begun = self._spoken = self._looked = time.monotonic()

    def greeting(self) -> str:
        """Return what goes over the line first: when to come back after it broke."""
        return f"retry: {RETRY_MILLISECONDS}\n\n"

    def due(self) -> str | None:
        """Return what has to be said now, nothing (the empty text), or ``None`` when the line is at its end.

        It ends by itself after some minutes in any case and the browser comes back, so that a server that stops waits
        for nobody.
        """
        now = time.monotonic()
        if now - self._begun >= self._times.line:
            return None
        if now - self._looked >= self._times.look:
            if not self._may_hear():
                return None
            self._looked = now
        event = self._event()
        if event != self._last:
            self._last, self._spoken = event, now
            return event
        if now - self._spoken >= self._times.breathe:
            self._spoken = now
            return self._breath
        return ""

    def held_by_a_thread(self, *, every: float) -> Iterator[str]:
        """Give all that is said on the line, for a thread that does nothing else meanwhile."""
        yield self.greeting()
        while (text := self.due()) is not None:
            if text:
                yield text
            time.sleep(every)
