"""Exports: ask for a file, see how far it is, fetch it, give it up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError, Refusal
from grid_app.http import exports
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.exports.jobs import DONE, JobRow, job_of, jobs_of
from grid_app.queries.support_units import places_below
from grid_app.services.exports import jobs
from grid_app.services.exports.asking import STATE_CHOICES, asked_of
from grid_app.services.exports.kinds import FORM_WORDS, KINDS, MEDIA
from grid_app.services.exports.making import digest_of
from grid_app.web import background
from grid_app.web.exports import shown
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

bp = Blueprint("exports", __name__, url_prefix="/exports")
guard_pages(bp)
TYPED: Final = ("kind", "form", "first", "last", "state", "place", "mark")
DAMAGED: Final = "文件和做好时的校验值不一样了,不能给您。请再导出一次;平台已记下这件事。"
log = logging.getLogger(__name__)


@bp.get("")
@requires(Action.EXPORT)
def index() -> str:
    """Show the form and what was exported so far."""
    return _index({name: request.args.get(name, "") for name in TYPED}, {})


@bp.post("")
@requires(Action.EXPORT)
def ask() -> AnyResponse:
    """Ask for a file, or show the form again with what is to be changed."""
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    try:
        asked = asked_of(typed)
        with transaction() as session:
            job_id = jobs.ask(
                session, kind=asked.kind, form=asked.form, parameters=asked.parameters(), actor=the_actor(),
                now=wired().clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        return make_response(_index(typed, errors, refusal.sentence), STATUS[refusal.default_code])
    return work_and_show(job_id)


@bp.get("/<uuid:job_id>")
@requires(Action.EXPORT)
def detail(job_id: UUID) -> str:
    """Show one file: how far it is, or what it is and where to fetch it."""
    row = _row(job_id)
    word, tone = shown.STATES[row.state]
    return render_template(
        "pages/export.html",
        row=row,
        title=shown.title_of(row),
        word=word,
        tone=tone,
        facts=shown.facts_of(row),
        told=shown.STATE_HINTS.get(row.state, ""),
    )


@bp.get("/<uuid:job_id>/progress")
@requires(Action.EXPORT)
def progress(job_id: UUID) -> Response:
    """Say how far a file is, for the bar on its page."""
    row = _row(job_id)
    return jsonify(done=row.done, total=row.total or 1, finished=not row.is_under_way, label=shown.how_far(row))


@bp.get("/<uuid:job_id>/file")
@requires(Action.EXPORT)
def fetch(job_id: UUID) -> AnyResponse:
    """Give the file to its asker; its digest is compared first, and the fetching is audited."""
    row, now = _row(job_id), wired().clock.now()
    place = exports.files().place_of(job_id)
    back = redirect(url_for("exports.detail", job_id=job_id))
    if row.state != DONE or not place.is_file():
        flash(row.sentence or jobs.GONE_WORDS, "warning")
        return back
    if digest_of(place) != row.sha256:
        log.error("an exported file was changed on the disk", extra={"export": str(job_id)})
        flash(DAMAGED, "warning")
        return back
    with transaction() as session:
        jobs.note_fetched(session, job=row, actor=the_actor(), now=now)
    answer = send_file(place.resolve(), mimetype=MEDIA[row.form], etag=False, conditional=False)
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"export.{row.form}\"; filename*=UTF-8''{quote(row.file_name)}"
    )
    answer.headers["X-Content-SHA256"] = row.sha256
    return answer


@bp.post("/<uuid:job_id>/again")
@requires(Action.EXPORT)
def again(job_id: UUID) -> AnyResponse:
    """Make one anew that failed or is gone."""
    return _not_now(jobs.again, job_id) or work_and_show(job_id)


@bp.post("/<uuid:job_id>/drop")
@requires(Action.EXPORT)
def drop(job_id: UUID) -> AnyResponse:
    """Give up a file before its time."""
    refused = _not_now(jobs.throw_away, job_id)
    if refused is not None:
        return refused
    exports.files().forget(job_id)
    flash("文件已清掉。要用的话,可以再导出一次。", "success")
    return redirect(url_for("exports.index"))


def _not_now(step: Callable[..., None], job_id: UUID) -> AnyResponse | None:
    """Take a step on a file; where it cannot be taken now, return the way back to its page."""
    try:
        with transaction() as session:
            step(session, job_id=job_id, actor=the_actor(), now=wired().clock.now())
    except ConflictError as refusal:
        flash(refusal.sentence, "info")
        return redirect(url_for("exports.detail", job_id=job_id))
    return None


def work_and_show(job_id: UUID) -> AnyResponse:
    """Begin on what waits in this process, and show the file's page: done when that took a second, else with a bar."""
    background.begin(_work)
    return redirect(url_for("exports.detail", job_id=job_id))


def _work() -> None:
    try:
        exports.work_through()
    except Refusal as refusal:
        log.info("exports were refused", extra={"code": refusal.code})
    except Exception:  # the thread's outermost line: the job of the scheduler takes it up
        log.exception("exports were broken off")


def _row(job_id: UUID) -> JobRow:
    with reading() as session:
        row = job_of(session, actor=the_actor(), job_id=job_id, now=wired().clock.now())
    if row is None:
        raise NotFoundError(jobs.MISSING)
    return row


def _index(typed: Mapping[str, str], errors: Mapping[str, str], sentence: str = "") -> str:
    actor = the_actor()
    with reading() as session:
        rows = jobs_of(session, actor=actor, now=wired().clock.now())
        places = places_below(session, actor)
    return render_template(
        "pages/exports.html",
        typed={**typed, "kind": typed.get("kind") or "disputes", "form": typed.get("form") or "xlsx"},
        errors=dict(errors),
        sentence=sentence,
        kinds=[(kind.code, kind.word, kind.hint) for kind in KINDS.values()],
        forms=list(FORM_WORDS.items()),
        states=list(STATE_CHOICES.items()),
        places=places,
        cells=[shown.cell_of(row) for row in rows],
        may_edit_sheets=allows(actor, Action.EDIT_SHEETS),
    )
