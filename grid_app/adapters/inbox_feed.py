"""Telling open inboxes that something came or went: one question every half second, however many listen.

The question is for the newest steps of all escalations. Only when there are new ones the inboxes that they may concern
are asked for, each once for everybody who sees the same.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grid_app.adapters.listeners import Listeners
from grid_app.adapters.shared_answers import SharedAnswers
from grid_app.database.transaction import reading
from grid_app.policy import Actor
from grid_app.queries.inbox_version import NEWEST, Reader, Standing, newest_steps, reader_of, standing_of, units_of

ASK_EVERY_SECONDS: Final = 0.5
OLD_SECONDS: Final = 60.0
"""So old an answer is asked for again though no step is known, a few at each look: what no step told is seen then."""
ANEW_AT_ONCE: Final = 3
BREATH: Final = "event: still\ndata: 1\n\n"
"""An event and no comment: a page notices a line that broke without a word (a laptop that slept) by its silence."""


@dataclass
class _Known:
    standing: Standing
    made_at: float
    wanted_at: float


class InboxFeed:
    """What waits for each kind of reader, who listens, and the answers that equal readers share.

    Parameters
    ----------
    engine : Engine
        The database, in which every process sees the same.
    """

    def __init__(self, engine: Engine) -> None:
        self.listeners = Listeners()
        self.answers = SharedAnswers()
        self._engine = engine
        self._lock = threading.Lock()
        self._looked_from = self._looked_at = float("-inf")
        self._steps: tuple[UUID, ...] = ()
        self._known: dict[Reader, _Known] = {}

    def reader(self, actor: Actor) -> Reader:
        """Return the kind of reader that an actor is."""
        with reading(self._engine) as session:
            return reader_of(session, actor)

    def standing(self, reader: Reader, *, since: float = float("-inf")) -> Standing:
        """Return what waits for a reader, at most half a second old; call it outside of a session.

        The answer is looked for after ``since`` on the monotonic clock.
        """
        known, now = self._known.get(reader), time.monotonic()
        if known is not None and self._is_fresh(now, since):
            known.wanted_at = now  # without the lock: one thread asks so for a thousand lines, four times a second
            return known.standing
        with self._lock:  # whoever comes meanwhile waits for the same answer
            now = time.monotonic()
            if not self._is_fresh(now, since):
                with reading(self._engine) as session:
                    self._look(session, now)
                self._looked_from, self._looked_at = now, time.monotonic()
            known = self._known.get(reader)
            if known is None:
                with reading(self._engine) as session:
                    known = self._known[reader] = _Known(standing_of(session, reader), now, now)
            known.wanted_at = now
            return known.standing

    def standing_now(self, reader: Reader) -> Standing:
        """Return what waits for a reader at this moment, for a list that is read after it; as ``standing`` else.

        All who ask while one look goes on share the next one: a whole county that fetches its list at once.
        """
        return self.standing(reader, since=time.monotonic())

    def _is_fresh(self, now: float, since: float) -> bool:
        return now - self._looked_at < ASK_EVERY_SECONDS and self._looked_from >= since

    def _look(self, session: Session, now: float) -> None:
        """Forget what nobody wants any more, and ask again for what new steps may have changed."""
        self._known = {reader: one for reader, one in self._known.items() if now - one.wanted_at < OLD_SECONDS}
        steps = newest_steps(session)
        new = set(steps) - set(self._steps)
        touched = self._old(now)
        if len(new) == NEWEST:
            touched = list(self._known)  # there may be more than were looked at
        elif new:
            units = units_of(session, new)
            touched += [reader for reader in self._known if reader.is_touched_by(units)]
        for reader in dict.fromkeys(touched):
            self._known[reader].standing = standing_of(session, reader)
            self._known[reader].made_at = now
        self._steps = steps  # last: where a question failed, these steps are new again at the next look

    def _old(self, now: float) -> list[Reader]:
        oldest = sorted(self._known, key=lambda reader: self._known[reader].made_at)[:ANEW_AT_ONCE]
        return [reader for reader in oldest if now - self._known[reader].made_at >= OLD_SECONDS]


def event_of(version: str) -> str:
    """Return the event that tells a version, and nothing else."""
    return f"event: inbox\ndata: {json.dumps({'version': version}, separators=(',', ':'))}\n\n"


@lru_cache(maxsize=8)
def feed_of(engine: Engine) -> InboxFeed:
    """Return the one feed of this process for a database."""
    return InboxFeed(engine)
