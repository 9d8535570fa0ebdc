"""Remarks about the platform, and the push worker at the root of the site."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires
from grid_app.policy import Action
from grid_app.services.feedback import latest_feedback, leave_feedback
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("support", __name__)
guard_pages(bp)


@bp.get("/push-sw.js")
@requires(Action.PUBLIC)
def push_worker() -> Response:
    """Give the script that shows pushes; at the root, so that its scope is the whole site, and never cached."""
    answer = current_app.send_static_file("push-sw.js")
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
    return answer


@bp.get("/feedback")
@requires(Action.SIGNED_IN)
def feedback() -> str:
    """Ask for a remark about the page somebody came from."""
    page = request.args.get("about", "")
    return render_template("pages/feedback.html", page=page if page.startswith("/") else "", text="", errors={})


@bp.post("/feedback")
@requires(Action.SIGNED_IN)
def leave() -> str | tuple[str, int] | WerkzeugResponse:
    """Keep the remark, without who made it."""
    page, text = request.form.get("page", ""), request.form.get("text", "")
    try:
        with transaction() as session:
            leave_feedback(session, page=page, text=text, now=wired().clock.now())
    except InvalidError as error:
        return render_template("pages/feedback.html", page=page, text=text, errors=error.fields), 422
    flash("谢谢,意见已收到。我们不记录是谁提的。", "success")
    return redirect(url_for("home.index"))


@bp.get("/feedback/list")
@requires(Action.MANAGE_JOBS)
def feedback_list() -> str:
    """Show the newest remarks to the system administrator."""
    with reading() as session:
        rows = [(local_time(row.at), row.page, row.text) for row in latest_feedback(session)]
    return render_template("pages/feedback_list.html", rows=rows)
