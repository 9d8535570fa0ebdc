"""The page where anyone signed in hands in the encrypted file of a phone that could not send."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request
from flask import session as cookie

from grid_app.errors import InvalidError
from grid_app.http.export_intake import HandedIn, hand_in
from grid_app.http.guard import COOKIE_SECRET, guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.services.reports.draft import Received
from grid_app.services.reports.exports import EXPORT_BYTES
from grid_app.web.wording import local_time

FORM_BYTES = 64 * 1024
OUTCOMES = {
    "accepted": "已收到",
    "already_have": "以前已收到",
    "conflict": "编号相同、内容不同,没有登记",
    "rejected": "没有登记",
}

bp = Blueprint("field_export", __name__)
guard_pages(bp)


@bp.url_value_preprocessor
def _allow_the_file(endpoint: str | None, _values: object) -> None:
    """Let a signed-in person send as much as an export may hold; the check against forgery reads the form first."""
    if endpoint == "field_export.take" and COOKIE_SECRET in cookie:
        request.max_content_length = EXPORT_BYTES + FORM_BYTES


@bp.get("/field/export")
@requires(Action.SIGNED_IN)
def form() -> str:
    """Ask for the file."""
    return _page({}, None)


@bp.post("/field/export")
@requires(Action.SIGNED_IN)
def take() -> Response | str:
    """Take the file in and show a receipt for every item."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return make_response(_page({"file": "请选择手机导出的文件。"}, None), 422)
    raw = file.stream.read()
    file.close()  # a large upload lies in a temporary file
    try:
        done = hand_in(raw, bringer=the_actor())
    except InvalidError as refusal:
        return make_response(_page({"file": refusal.sentence}, None), 422)
    return _page({}, done)


def _page(errors: dict[str, str], done: HandedIn | None) -> str:
    rows = [_row(at, one) for at, one in enumerate(done.answers, start=1)] if done else []
    return render_template(
        "pages/field_export.html",
        errors=errors,
        done=done,
        rows=rows,
        held=sum(row["held"] is True for row in rows),
    )


def _row(at: int, answer: Received) -> dict[str, object]:
    """Return one line: its receipt when the office holds it, else what to do; never a word of the content."""
    said = [answer.sentence, *answer.fields.values(), *(one.sentence for one in answer.cautions)]
    return {
        "number": at,
        "outcome": OUTCOMES[answer.outcome],
        "held": answer.outcome in ("accepted", "already_have"),
        "case_code": answer.case_code,
        "received": local_time(answer.received_at) if answer.received_at else "",
        "receipt": answer.receipt,
        "id": str(answer.report_id or ""),
        "said": "".join(said),
    }
