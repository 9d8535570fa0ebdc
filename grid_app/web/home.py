"""The start page of each role, the style guide, health and readiness."""

from __future__ import annotations

from flask import Blueprint, render_template

from grid_app.http.guard import PasswordChangeDueError, guard_pages, requires, the_presence
from grid_app.policy import Action

bp = Blueprint("home", __name__)
guard_pages(bp)


@bp.get("/")
@requires(Action.SIGNED_IN)
def index() -> str:
    """Show what the acting role does next."""
    presence = the_presence()
    if presence is not None and presence.must_change_password:
        raise PasswordChangeDueError
    return render_template("pages/home.html")
