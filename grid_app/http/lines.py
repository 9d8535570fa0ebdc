"""A line of server-sent events as the answer to a request: a place among the listeners, and an end when it must end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Final

from flask import Response, current_app, make_response, request
from flask import session as cookie

from grid_app.adapters.attendance import attendance_of
from grid_app.adapters.listeners import LINE, LISTENERS, Line, Listeners, most_listeners
from grid_app.http.guard import COOKIE_SECRET, still_there, the_actor
from grid_app.services.accounts.sign_in import digest_of_secret
from grid_app.wiring import wired

WAIT_SECONDS: Final = "8"


def open_line(listeners: Listeners, make: Callable[[Callable[[], bool]], Line], *, every: float, full: str) -> Response:
    """Return a line, or ``full`` as a sentence when too many listen or one account listens too often.

    Parameters
    ----------
    make
        Makes the line; it is given the question whether the listener may still hear.
    every
        Seconds that a thread which holds the line sleeps between two looks.
    """
    account, ended = the_actor().account_id, ExitStack()
    if not listeners.join(current_app.config.get(LISTENERS, most_listeners(0)), by=account):
        return _without_a_place(full)
    ended.callback(listeners.leave, by=account)
    try:
        line = make(may_still_hear(ended))
    except BaseException:
        ended.close()  # a database that does not answer must not use up the places
        raise
    request.environ[LINE] = line
    answer = Response(line.held_by_a_thread(every=every), mimetype="text/event-stream")
    answer.call_on_close(ended.close)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def may_still_hear(ended: ExitStack) -> Callable[[], bool]:
    """Return the question whether this request's asker is still there; it costs nothing as long as nothing changed.

    The answer is no once the session has ended, the account is disabled, or it acts in another capacity. ``ended`` is
    closed when nobody asks any more.
    """
    wiring, digest = wired(), digest_of_secret(str(cookie.get(COOKIE_SECRET, "")))
    settings, asked = wiring.settings, still_there()
    attendance = attendance_of(
        wiring.engine, timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.absolute_hours)
    )
    known = attendance.come(digest, wiring.clock.now())
    ended.callback(attendance.go, digest)
    if not asked():  # something changed since the guard let this request in
        known = None

    def _still() -> bool:
        nonlocal known
        sign = attendance.sign(digest, wiring.clock.now)
        if sign is not None and sign != known and asked():
            known = sign
        return sign is not None and sign == known

    return _still


def _without_a_place(sentence: str) -> Response:
    full = make_response(sentence, 503)
    full.headers["Retry-After"] = WAIT_SECONDS
    full.headers["Cache-Control"] = "no-store"
    return full
