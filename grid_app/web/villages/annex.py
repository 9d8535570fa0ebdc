"""Printing: the verification sheet of one village with its annex, as PDF or Word file."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from flask import Blueprint, Response, send_file

from grid_app.database.transaction import transaction
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.villages.verification import as_pdf, sheet_of
from grid_app.web.villages.ended import ended_page
from grid_app.wiring import wired


@requires(Action.READ_STATUS)
def annex(code: str, ending: str) -> Response:
    """Give the verification sheet of a village; of an ended one the page that says so."""
    if ending not in ("pdf", "docx"):
        raise NotFoundError("只有 PDF 和 Word 两种格式。")
    gone = ended_page(code)
    if gone is not None:
        return gone
    with transaction() as session:
        title, body, made = sheet_of(session, code=code, actor=the_actor(), now=wired().clock.now())
    media = "application/octet-stream"
    if ending == "pdf":
        body, media = as_pdf(body, made), "application/pdf"
    answer = send_file(BytesIO(body), mimetype=media, etag=False)
    name = f"{quote(f'{title}_{code}')}.{ending}"
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{code}.{ending}\"; filename*=UTF-8''{name}"
    return answer


def add_routes(bp: Blueprint) -> None:
    """Hang this page on the blueprint of villages."""
    bp.add_url_rule("/<code>/verification.<ending>", "annex", annex, methods=["GET"])
