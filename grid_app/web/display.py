"""Large text: a switch for everybody, kept in the browser it was chosen in; it works without script."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.http.guard import guard_pages, requires
from grid_app.policy import Action
from grid_app.web.sign_in import local_path
from grid_app.wiring import wired

LARGE_TEXT = "large_text"
KEPT = timedelta(days=400)
"""The longest that browsers keep a cookie."""

bp = Blueprint("display", __name__)
guard_pages(bp)


def wants_large_text() -> bool:
    """Say whether this browser was told to show large text."""
    return request.cookies.get(LARGE_TEXT) == "1"


@bp.post("/large-text")
@requires(Action.PUBLIC)
def large_text() -> Response:
    """Turn large text on or off and go back; the pages that a phone keeps read the same cookie, so scripts may."""
    answer = redirect(local_path(request.form.get("next", "")) or url_for("home.index"))
    answer.set_cookie(
        LARGE_TEXT,
        "1" if request.form.get("large") == "1" else "0",
        max_age=KEPT,
        secure=bool(wired().settings.tls_certificate),
        samesite="Lax",
    )
    return answer
