"""What is the same for everyone who may see the same: counted and made once, however many ask at the same second.

The key of an answer is the whole scope (places, unit, and what the role may know of), what is asked for, and the
versions of the layers behind it; whoever may see other things has another key.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Final, TypeVar

from flask import Response, current_app, request

from grid_app.adapters.map_feed import feed_of
from grid_app.adapters.map_memo import KEPT_SECONDS, USUAL_SECONDS, answers_of, memo_of
from grid_app.database.transaction import give_back
from grid_app.http.guard import the_scope
from grid_app.queries.map_facts import CLOCKS, DISPUTES, NAMINGS, STATUS, Remember
from grid_app.web.card import OpenSession
from grid_app.wiring import wired

T = TypeVar("T")
VERSIONS: Final = "grid_app.map_versions"


def known_versions() -> dict[str, str]:
    """Return the versions of all layers, the same throughout a request and at most a second older than it."""
    found: dict[str, str] | None = request.environ.get(VERSIONS)
    if found is None:
        wiring = wired()
        found = request.environ[VERSIONS] = feed_of(wiring.engine).current(wiring.clock.now)
    return found


def one_answer(asked: Hashable, build: Callable[[], T], *, layer: str = "") -> T:
    """Return ``build()`` for this request's scope, or what it gave to somebody of the same scope a moment ago.

    ``asked`` says everything else that the answer depends on: all of the address that matters. ``layer`` is the one
    whose facts are in it; without one the answer is about places alone. Call it outside of a session.
    """
    known = known_versions()
    layers = (NAMINGS, STATUS) if layer in (NAMINGS, STATUS) else (layer,)
    by = (*(known[one] for one in layers if one), known["generation"])
    scope = replace(the_scope(), reporter_account=None)  # a map never shows the asker's own reports from elsewhere
    return answers_of(wired().engine)((scope, asked, by), build, seconds=_seconds())


def remembering(session: OpenSession) -> Remember:
    """Return a memory of long counts that forgets when facts change, and after ten seconds in any case.

    Before it may have to wait for somebody who counts the same, it gives the connection of ``session`` back.
    """
    known = known_versions()
    memo = memo_of(wired().engine)
    by, seconds = (known[DISPUTES], known[CLOCKS], known["generation"]), _seconds()

    def _remembered(key: Hashable, build: Callable[[], T]) -> T:
        give_back(session)
        return memo((key, by), build, seconds=seconds)

    return _remembered


def ask_anew(response: Response) -> Response:
    """Let the next map ask for versions when something was written: whoever did it sees it at once."""
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        feed_of(wired().engine).ask_anew()
    return response


def _seconds() -> float:
    return float(current_app.config.get(KEPT_SECONDS, USUAL_SECONDS))
