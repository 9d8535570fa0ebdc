"""Blank paper forms for power cuts: the same fields as the documents, to be printed in good time."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from flask import Blueprint, Response, render_template, send_file

from grid_app.database.transaction import reading
from grid_app.documents.blanks import blank_values
from grid_app.documents.defaults import default_template
from grid_app.documents.filling import Made, fill
from grid_app.documents.kinds import kinds
from grid_app.documents.pdf import typeset
from grid_app.documents.reading import read_docx
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.documents import template_in_force
from grid_app.services.documents.templates import county_of
from grid_app.wiring import wired

NO_FORM = "没有这张空白表格。请回到空白表格页再选。"


@requires(Action.READ_DISPUTES)
def blanks() -> str:
    """List the blank forms."""
    return render_template("pages/paper_forms.html", kinds=[kind for kind in kinds().values() if kind.issued])


@requires(Action.READ_DISPUTES)
def blank(kind: str, ending: str) -> Response:
    """Give one blank form as PDF or DOCX, made from the county's own template."""
    found = kinds().get(kind)
    if found is None or not found.issued or ending not in ("pdf", "docx"):
        raise NotFoundError(NO_FORM)
    with reading() as session:
        own = template_in_force(session, county_code=county_of(the_actor()), kind=kind)
        template = own.body if own else default_template(kind)
    made = Made(f"{found.title}(空白)", the_actor().unit_name, wired().clock.now())
    body = fill(template, found, blank_values(found), made)
    if ending == "pdf":
        body = typeset(read_docx(body), made).body
    media = "application/pdf" if ending == "pdf" else "application/octet-stream"
    answer = send_file(BytesIO(body), mimetype=media, etag=False)
    name = f"{quote(found.title)}.{ending}"
    answer.headers["Content-Disposition"] = f"attachment; filename=\"form.{ending}\"; filename*=UTF-8''{name}"
    return answer


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of documents."""
    bp.add_url_rule("/paper-forms", "blanks", blanks, methods=["GET"])
    bp.add_url_rule("/paper-forms/download/<kind>.<ending>", "blank", blank, methods=["GET"])
