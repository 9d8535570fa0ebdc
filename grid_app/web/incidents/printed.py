"""The sheet of an incident, first report and follow-ups on one page, to print or as PDF: units and posts, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template

from grid_app.clock import local
from grid_app.database.transaction import reading, transaction
from grid_app.documents.reports.blocks import Heading, Report, Words
from grid_app.documents.reports.pdf import report_pdf
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.incidents_detail import IncidentDetail, incident_detail
from grid_app.services.audit import record_audit
from grid_app.services.incidents.rows import NO_SUCH
from grid_app.vocabulary.incidents import REPORTS
from grid_app.web.incidents.words import ClockFace, body_of, clock_face, facts_of, titles_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired

TITLE = "紧急情况报告"
SIGNED = "审核签发(单位负责人签字):________________ {}(盖章)"
LEFT_OUT = ("编号", "得知单位", "关联纠纷")


@dataclass(frozen=True)
class Sheet:
    """What stands on the sheet, in words."""

    one: IncidentDetail
    face: ClockFace
    facts: list[tuple[str, str]]
    reports: list[dict[str, str]]
    today: str


def add_routes(bp: Blueprint) -> None:
    """Register the sheet and its file on the blueprint of incidents."""
    bp.add_url_rule("/incidents/<uuid:incident_id>/sheet", "sheet", sheet, methods=["GET"])
    bp.add_url_rule("/incidents/<uuid:incident_id>/sheet.pdf", "sheet_file", sheet_file, methods=["GET"])


@requires(Action.READ_INCIDENTS)
def sheet(incident_id: UUID) -> str:
    """Show the first report and every follow-up on one page, to print and sign."""
    shown = _sheet(incident_id, wired().clock.now())
    return render_template("pages/incident_sheet.html", sheet=shown, signed=SIGNED.format(shown.one.unit))


@requires(Action.READ_INCIDENTS)
def sheet_file(incident_id: UUID) -> Response:
    """Give the same sheet as a PDF; that it was taken is an audit event."""
    now = wired().clock.now()
    shown = _sheet(incident_id, now)
    body = report_pdf(_report(shown), at=now)
    with transaction() as session:
        target = ("incident", str(incident_id))
        record_audit(session, the_actor(), "incident.printed", now=now, target=target)
    answer = make_response(body)
    answer.content_type = "application/pdf"
    answer.headers["Content-Disposition"] = f'inline; filename="incident-{shown.one.code}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sheet(incident_id: UUID, now: datetime) -> Sheet:
    with reading() as session:
        one = incident_detail(session, the_actor(), incident_id)
    if one is None:
        raise NotFoundError(NO_SUCH)
    titles = titles_of(one)
    others = "、".join(line.code for line in one.others)
    return Sheet(
        one=one,
        face=clock_face(known_at=one.known_at, due_at=one.first_due_at, reported_at=one.first_report_at, now=now),
        facts=[
            *(pair for pair in facts_of(one) if pair[0] not in LEFT_OUT),
            *((("同一起事的另一份报告", others),) if others else ()),
        ],
        reports=[
            {
                "title": titles[entry.number],
                "at": local_time(entry.counts_at),
                "unit": entry.unit,
                "body": ";".join(line.rstrip("。") for line in body_of(entry)),
            }
            for entry in one.entries
            if entry.kind in (*REPORTS, "correction", "known")
        ],
        today=f"{local(now).year}年{local_time(now)}",
    )


def _report(shown: Sheet) -> Report:
    told = [
        (Heading(f"{each['title']} · {each['at']} · {each['unit']}", level=2), Words(each["body"]))
        for each in shown.reports
    ]
    return Report(
        title=TITLE,
        line=f"{shown.one.code} · {shown.one.unit} · {shown.face.words}",
        blocks=(
            *(Words(f"{label}:{words}") for label, words in shown.facts),
            *(block for pair in told for block in pair),
            Heading(SIGNED.format(shown.one.unit), level=2),
        ),
        foot=f"打印时间:{shown.today}",
        author=the_actor().unit_name,
    )
