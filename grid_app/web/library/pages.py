"""The policy library (资料库): rules with edition and validity, plans and summaries, and whose is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.services.library.shelf import (
    KIND_WORDS,
    YEARLY,
    OnShelf,
    Paper,
    file_of,
    on_shelf,
    put,
    units_without,
    withdraw,
)
from grid_app.services.typed import day_of
from grid_app.wiring import wired

bp = Blueprint("library", __name__, url_prefix="/policy-library")
guard_pages(bp)
TEXTS = ("kind", "title", "edition", "document_no", "valid_from", "valid_to", "words")


@bp.get("")
@requires(Action.READ_POLICY)
def index() -> str:
    """Show what holds today, what does not yet or no more, and whose plan or summary of this year is missing."""
    return _page({}, {})


@bp.post("")
@requires(Action.HANDLE_DISPUTE)
def add() -> Response | WerkzeugResponse:
    """Put a document into the library."""
    form, file = request.form, request.files.get("file")
    typed = {name: form.get(name, "") for name in TEXTS}
    ends = (day_of(typed["valid_to"]) or date.min) if typed["valid_to"].strip() else None
    paper = Paper(
        typed["kind"], typed["title"], typed["edition"], typed["document_no"], day_of(typed["valid_from"]), ends,
        typed["words"], (file.filename or "")[-120:] if file else "", file.read() if file else b"",
    )  # fmt: skip
    try:
        with transaction() as session:
            put(session, paper=paper, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return make_response(_page(typed, error.fields), 422)
    flash("已放进资料库。", "success")
    return redirect(url_for("library.index"))


@bp.post("/<uuid:document_id>/withdraw")
@requires(Action.HANDLE_DISPUTE)
def take_out(document_id: UUID) -> Response | WerkzeugResponse:
    """Take a document of the own unit out of the library."""
    try:
        with transaction() as session:
            reason = request.form.get("reason", "")
            withdraw(session, document_id=document_id, reason=reason, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return make_response(_page({}, error.fields), 422)
    flash("已撤下。", "success")
    return redirect(url_for("library.index"))


@bp.get("/<uuid:document_id>/file")
@requires(Action.READ_POLICY)
def download(document_id: UUID) -> Response:
    """Give a document's file out, always to be saved."""
    with reading() as session:
        name, body = file_of(session, document_id, actor=the_actor())
    return send_file(BytesIO(body), mimetype="application/octet-stream", as_attachment=True, download_name=name)


def _page(typed: Mapping[str, str], errors: Mapping[str, str]) -> str:
    today = local_date(wired().clock.now())
    with reading() as session:
        actor = the_actor()
        rows = on_shelf(session, actor=actor)
        missing = [
            (KIND_WORDS[kind], units_without(session, kind=kind, year=today.year, actor=actor)) for kind in YEARLY
        ]
    valid = [row for row in rows if _holds(row, today)]
    return render_template(
        "pages/library.html",
        valid=[(word, [row for row in valid if row.kind == kind]) for kind, word in KIND_WORDS.items()],
        others=[row for row in rows if not _holds(row, today)],
        today=today,
        missing=missing,
        year=today.year,
        kinds=list(KIND_WORDS.items()),
        may_add=allows(the_actor(), Action.HANDLE_DISPUTE),
        values=typed or {"edition": "第1版", "valid_from": today.isoformat()},
        errors=dict(errors),
    )


def _holds(row: OnShelf, today: date) -> bool:
    return row.valid_from <= today and (row.valid_to is None or today <= row.valid_to)
