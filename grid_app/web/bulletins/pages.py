"""Asking for the analysis of a quarter and the bulletin of a round; both are made behind the page, as exports are."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.rounds import round_of
from grid_app.services.bulletins.making import NO_ROUND, form_of, of_quarter, of_round
from grid_app.services.bulletins.quarterly import quarter_of
from grid_app.services.exports import jobs
from grid_app.services.exports.kinds import QUARTER, ROUND
from grid_app.web.exports.pages import work_and_show
from grid_app.wiring import wired

bp = Blueprint("bulletins", __name__, url_prefix="/bulletins")
guard_pages(bp)


@bp.post("/quarterly")
@requires(Action.EXPORT)
def quarterly() -> Response:
    """Ask for the analysis of a quarter (``2026Q3``) and show the page of the file."""
    quarter = quarter_of(request.form.get("quarter", ""), local_date(wired().clock.now()))
    back = url_for("support_work.quarterly", quarter=quarter.code)
    return _asked(QUARTER, of_quarter(quarter), back)


@bp.post("/rounds/<uuid:round_id>")
@requires(Action.EXPORT)
def round_bulletin(round_id: UUID) -> Response:
    """Ask for the bulletin of a round and show the page of the file."""
    with reading() as session:
        row = round_of(session, the_actor(), round_id)
    if row is None:
        raise NotFoundError(NO_ROUND)
    return _asked(ROUND, of_round(row), url_for("rounds.detail", round_id=round_id))


def _asked(kind: str, parameters: Mapping[str, str], back: str) -> Response:
    try:
        form = form_of(request.form.get("form", ""))
        with transaction() as session:
            job_id = jobs.ask(
                session, kind=kind, form=form, parameters=parameters, actor=the_actor(), now=wired().clock.now()
            )
    except (ConflictError, InvalidError) as refusal:
        flash(refusal.sentence, "warning")
        return redirect(back)
    return work_and_show(job_id)
