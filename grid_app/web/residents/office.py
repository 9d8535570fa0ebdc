"""Offices and residents: requests and complaints that wait for an answer, what an office publishes, codes for walls."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.disputes_places import place_names
from grid_app.queries.residents_office import complaints_for, evaluation_figures, requests_for
from grid_app.services.residents.answers import (
    DECIDED,
    answer_complaint,
    answer_request,
    read_complaints,
    request_answer,
    request_words,
)
from grid_app.services.residents.said import REQUESTS
from grid_app.web.residents import codes as residents_codes
from grid_app.web.residents import notices as residents_notices
from grid_app.web.residents import sheets as residents_sheets
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

bp = Blueprint("residents_office", __name__)
guard_pages(bp)
residents_codes.add_routes(bp)
residents_notices.add_routes(bp)
residents_sheets.add_routes(bp)

FIGURES_OVER: Final = timedelta(days=90)
KIND_WORDS: Final = {"treatment": "对办事态度的投诉", "rights": "有人被要求放弃权利"}


@bp.get("/residents")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """Show what waits for an answer, and how closed matters were evaluated."""
    now, actor = wired().clock.now(), the_actor()
    with reading() as session:
        waiting = [one for one in requests_for(session, actor) if one.row.state == "open"]
        complaints = [one for one in complaints_for(session, actor, now=now) if one.row.answered_at is None]
        figures = evaluation_figures(session, actor, since=now - FIGURES_OVER, until=now + timedelta(seconds=1))
    return render_template(
        "pages/residents.html",
        waiting=len(waiting),
        complaints=len(complaints),
        figures=figures,
        publishes=allows(actor, Action.EDIT_OFFICE),
    )


@bp.get("/residents/requests")
@requires(Action.HANDLE_DISPUTE)
def requests() -> str:
    """List the requests about personal data and to withdraw, by due day."""
    return _requests(None, {}, {})


@bp.post("/residents/requests/<uuid:request_id>")
@requires(Action.HANDLE_DISPUTE)
def answer(request_id: UUID) -> Response | WerkzeugResponse:
    """Answer one request."""
    typed = {name: request.form.get(name, "") for name in ("decision", "words")}
    wiring = wired()
    try:
        with transaction() as session:
            answer_request(
                session, request_id=request_id, actor=the_actor(), cipher=wiring.keys.fields, now=wiring.clock.now(),
                **typed,
            )  # fmt: skip
    except (InvalidError, ConflictError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {"words": refusal.sentence}
        return make_response(_requests(request_id, typed, fields), 422 if isinstance(refusal, InvalidError) else 409)
    flash("答复已保存,当事人凭查询码就能看到。", "success")
    return redirect(url_for("residents_office.requests"))


def _requests(wrong: UUID | None, typed: dict[str, str], errors: dict[str, str]) -> str:
    today, cipher = local_date(wired().clock.now()), wired().keys.fields
    with reading() as session:
        lines = requests_for(session, the_actor())
        names = place_names(session, {one.division_code for one in lines})
        rows = [
            {
                "id": one.row.id,
                "dispute_id": one.row.dispute_id,
                "case_code": one.case_code,
                "place": names[one.division_code],
                "kind": REQUESTS.get(one.row.kind, ""),
                "who": f"当事人{one.row.letter}" if one.row.letter else "窗口提出",
                "words": request_words(one.row, cipher),
                "at": day_words(one.row.at),
                "due": day_words(one.row.due_on),
                "late": one.row.state == "open" and one.row.due_on < today,
                "state": one.row.state,
                "answer": request_answer(one.row, cipher),
            }
            for one in lines
        ]
    decisions = list(DECIDED.items())
    return render_template(
        "pages/residents_requests.html", rows=rows, wrong=wrong, typed=typed, errors=errors, decisions=decisions
    )


@bp.get("/residents/complaints")
@requires(Action.HANDLE_DISPUTE)
def complaints() -> str:
    """List the complaints that came to this office; reading them is written into the audit trail."""
    return _complaints(None, "", {})


@bp.post("/residents/complaints/<uuid:complaint_id>")
@requires(Action.HANDLE_DISPUTE)
def answer_one(complaint_id: UUID) -> Response | WerkzeugResponse:
    """Answer one complaint."""
    words = request.form.get("words", "")
    wiring = wired()
    try:
        with transaction() as session:
            answer_complaint(
                session, complaint_id=complaint_id, actor=the_actor(), words=words, cipher=wiring.keys.fields,
                now=wiring.clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {"words": refusal.sentence}
        status = 422 if isinstance(refusal, InvalidError) else 409
        return make_response(_complaints(complaint_id, words, fields), status)
    flash("答复已保存,只有投诉人凭查询码看得到。", "success")
    return redirect(url_for("residents_office.complaints"))


def _complaints(wrong: UUID | None, typed: str, errors: dict[str, str]) -> str:
    now, cipher = wired().clock.now(), wired().keys.fields
    with transaction() as session:
        found = read_complaints(session, the_actor(), cipher=cipher, now=now)
        names = place_names(session, {one.line.division_code for one in found})
        rows = [
            {
                "id": one.line.row.id,
                "case_code": one.line.case_code,
                "place": names[one.line.division_code],
                "kind": KIND_WORDS.get(one.line.row.kind, ""),
                "about": one.line.about or "没有写",
                "words": one.words,
                "at": day_words(one.line.row.at),
                "due": day_words(one.line.row.due_on),
                "late": one.line.row.answered_at is None and one.line.row.due_on < local_date(now),
                "answered": one.line.row.answered_at is not None,
                "answer": one.answer,
            }
            for one in found
        ]
    return render_template("pages/residents_complaints.html", rows=rows, wrong=wrong, typed=typed, errors=errors)
