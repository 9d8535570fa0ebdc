"""Bulletins as files: the analysis of a quarter and the bulletin of a round, as PDF to print or DOCX to write in."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, request

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.documents.reports.blocks import Report
from grid_app.documents.reports.pdf import report_pdf
from grid_app.documents.reports.word import report_docx
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.map_facts import MapFacts, area_in_scope
from grid_app.queries.rounds import round_of
from grid_app.web.bulletins.quarterly import quarter_of, quarterly_report
from grid_app.web.bulletins.round import round_report
from grid_app.web.card import OpenSession
from grid_app.web.maps.asked import NOT_YOURS
from grid_app.web.maps.picture import Drawn, shapes_of
from grid_app.wiring import wired

bp = Blueprint("bulletins", __name__, url_prefix="/bulletins")
guard_pages(bp)

MEDIA: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
NO_ROUND: Final = "没有这一轮排查,或它不在您的范围内。请回到排查列表重新选择。"


@bp.get("/quarterly")
@requires(Action.HANDLE_DISPUTE)
def quarterly() -> Response:
    """Give the analysis of a quarter (``?quarter=2026Q3``) as DOCX or PDF (``&form=pdf``)."""
    now = wired().clock.now()
    quarter = quarter_of(request.args.get("quarter", ""), local_date(now))
    with reading() as session:
        area, drawn = _ground(session)
        report = quarterly_report(session, the_actor(), the_scope(), quarter, area=area, drawn=drawn, now=now)
    return _file(report, f"quarterly-{quarter.year}Q{quarter.number}")


@bp.get("/rounds/<uuid:round_id>")
@requires(Action.HANDLE_DISPUTE)
def round_bulletin(round_id: UUID) -> Response:
    """Give the bulletin of a round as DOCX or PDF (``?form=pdf``)."""
    now = wired().clock.now()
    with reading() as session:
        row = round_of(session, the_actor(), round_id)
        if row is None:
            raise NotFoundError(NO_ROUND)
        area, drawn = _ground(session)
        report = round_report(session, the_actor(), row, area=area, drawn=drawn, now=now)
    return _file(report, f"round-{local_date(row.due_at):%Y%m%d}")


def _ground(session: OpenSession) -> tuple[str, Drawn]:
    area = area_in_scope(session, scope=the_scope(), root=None)
    if area is None:
        raise NotFoundError(NOT_YOURS)
    return area.root.name, shapes_of(session, MapFacts(area=area, as_of=wired().clock.now()))


def _file(report: Report, name: str) -> Response:
    form = "pdf" if request.args.get("form") == "pdf" else "docx"
    now = wired().clock.now()
    answer = make_response(report_pdf(report, at=now) if form == "pdf" else report_docx(report, at=now))
    answer.content_type = MEDIA[form]
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
