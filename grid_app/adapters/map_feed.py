"""Telling open maps that facts have changed: one question a second for the whole process, however many listen."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Engine

from grid_app.adapters.listeners import Line, Listeners, Times
from grid_app.database.transaction import reading
from grid_app.queries.map_version import versions

ASK_EVERY_SECONDS: Final = 1.0
BREATHE_SECONDS: Final = 15.0
LINE_SECONDS: Final = 240.0
LOOK_SECONDS: Final = 8.0
"""How long a line may go on after its listener has signed out or lost the right to it."""


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
        self.listeners = Listeners()

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

    def line(self, now: Callable[[], datetime], *, may_hear: Callable[[], bool] = lambda: True) -> Line:
        """Return a line that tells what is newest, then each change."""
        times = Times(LINE_SECONDS, LOOK_SECONDS, BREATHE_SECONDS)
        return Line(lambda: event_of(self.current(now)), may_hear=may_hear, times=times)


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
