"""Telling open maps that facts have changed: one question a second for the whole process, however many listen."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Engine

from grid_app.database.transaction import reading
from grid_app.queries.map_version import versions

LISTENERS: Final = "MAP_LISTENERS"
"""Name of the setting of an application: how many lines may stay open at once."""
FEWEST, MOST = 2, 200
SHARE: Final = 3
OWN_SHARE: Final = 4
ASK_EVERY_SECONDS: Final = 1.0
BREATHE_SECONDS: Final = 15.0
LINE_SECONDS: Final = 240.0
LOOK_SECONDS: Final = 10.0
"""How long a line may go on after its listener has signed out or lost the right to it."""
RETRY_MILLISECONDS: Final = 2_000


def most_listeners(threads: int) -> int:
    """Return how many lines may stay open where so many threads answer requests: a third of them, at most 200."""
    return max(FEWEST, min(MOST, threads // SHARE))


def most_of_one(most: int) -> int:
    """Return how many of ``most`` lines one account may hold: a fourth, so that nobody takes the places of all."""
    return max(FEWEST, most // OWN_SHARE)


class MapFeed:
    """What is newest, and who listens.

    Parameters
    ----------
    engine : Engine
        The database, in which every process sees the same.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._known: dict[str, str] = {}
        self._open: Counter[Hashable] = Counter()

    def current(self, now: Callable[[], datetime]) -> dict[str, str]:
        """Return the versions of all layers, at most a second old."""
        with self._lock:  # whoever comes meanwhile waits for the same answer
            if time.monotonic() - self._asked_at >= ASK_EVERY_SECONDS:
                with reading(self._engine) as session:
                    self._known = versions(session, now=now())
                self._asked_at = time.monotonic()
            return self._known

    def ask_anew(self) -> None:
        """Let the next who wants the versions ask for them, however new the known ones are."""
        self._asked_at = float("-inf")

    def join(self, most: int, *, by: Hashable) -> bool:
        """Take a place among the listeners; ``False`` when all are taken, or those of ``by`` are.

        ``leave`` gives it back.
        """
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

    def lines(self, now: Callable[[], datetime], *, may_hear: Callable[[], bool] = lambda: True) -> Iterator[str]:
        """Give the lines of a stream of server-sent events: what is newest, then each change.

        Every ten seconds ``may_hear`` is asked whether the listener still may, and the stream ends when it does not.
        It ends by itself after some minutes in any case and the browser comes back, so that a server that stops waits
        for nobody.
        """
        begun = spoken = looked = time.monotonic()
        last: dict[str, str] = {}
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        while time.monotonic() - begun < LINE_SECONDS:
            if time.monotonic() - looked >= LOOK_SECONDS:
                if not may_hear():
                    return
                looked = time.monotonic()
            known = self.current(now)
            if known != last:
                yield event_of(known)
                last, spoken = known, time.monotonic()
            elif time.monotonic() - spoken >= BREATHE_SECONDS:
                yield ": ...\n\n"
                spoken = time.monotonic()
            time.sleep(ASK_EVERY_SECONDS)


def event_of(known: dict[str, str]) -> str:
    """Return one event with the versions of all layers."""
    return f"event: facts\ndata: {json.dumps(told(known), separators=(',', ':'))}\n\n"


def told(known: dict[str, str]) -> dict[str, object]:
    """Return versions as pages read them."""
    layers = {name: version for name, version in known.items() if name != "generation"}
    return {"versions": layers, "generation": known.get("generation", "")}


@lru_cache(maxsize=8)
def feed_of(engine: Engine) -> MapFeed:
    """Return the one feed of this process for a database."""
    return MapFeed(engine)
