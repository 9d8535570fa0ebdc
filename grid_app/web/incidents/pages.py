"""Urgent incidents: the list with the clock of each first report, one incident with its reports."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.incidents import FILTERS, alike_incidents, incidents_of
from grid_app.queries.incidents_detail import IncidentDetail, incident_detail, townships_of
from grid_app.services.incidents.rows import NO_SUCH
from grid_app.vocabulary.incidents import INCIDENT_STATE_WORDS, REPORTS
from grid_app.web.incidents import entering, printed
from grid_app.web.incidents.words import (
    STATE_TONES,
    clock_face,
    facts_of,
    line_cell,
    moment_of,
    titles_of,
)
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("incidents", __name__)
guard_pages(bp)
entering.add_routes(bp)
printed.add_routes(bp)

TABS: Final = {"current": "正在进行", "waiting": "等首报", "late": "首报晚了的", "ended": "已终报", "all": "全部"}
EMPTY: Final = {
    "current": ("现在没有正在进行的紧急情况", "得知了就报:先打电话或者写首报,一小时以内。"),
    "waiting": ("没有等首报的", "登记了知悉、还没有首报的会在这里。"),
    "late": ("没有首报晚了的", "得知后超过一小时才首报,或者还没有首报的,会留在这里。"),
    "ended": ("还没有终报过的", "事情结束、写了终报的会在这里。"),
    "all": ("还没有紧急报告", "得知了就报:先打电话或者写首报,一小时以内。"),
}


@bp.get("/incidents")
@requires(Action.READ_INCIDENTS)
def index() -> str:
    """List the incidents of the area with the clock of each first report."""
    actor, now = the_actor(), wired().clock.now()
    only, township = request.args.get("only", ""), request.args.get("township", "")
    only = only if only in FILTERS else "current"
    asked = request.args.get("page", "0")
    at = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else 0
    with reading() as session:
        townships = townships_of(session, actor)
        township = township if township in dict(townships) else ""
        found = incidents_of(session, actor, only=only, now=now, township=township, page=at)
    return render_template(
        "pages/incidents.html",
        cells=[line_cell(one, now) for one in found.lines],
        tabs=[{"label": word, "url": _at(code, township, 0), "current": code == only} for code, word in TABS.items()],
        only=only,
        empty=EMPTY[only],
        township=township,
        townships=townships if len(townships) > 1 else [],
        may_report=allows(actor, Action.REPORT_INCIDENT),
        previous=_at(only, township, at - 1) if at else None,
        next=_at(only, township, at + 1) if found.has_more else None,
    )


@bp.get("/incidents/<uuid:incident_id>")
@requires(Action.READ_INCIDENTS)
def detail(incident_id: UUID) -> str:
    """Show one incident: its clock, the present state, every report, and reports alike."""
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        one = _found(incident_detail(session, actor, incident_id))
        at = one.occurred_at or one.known_at
        alike = alike_incidents(session, actor, division_code=one.division_code, at=at, but=one.id)
    linked = {line.id for line in one.others}
    titles = titles_of(one)
    return render_template(
        "pages/incident.html",
        one=one,
        face=clock_face(known_at=one.known_at, due_at=one.first_due_at, reported_at=one.first_report_at, now=now),
        state=INCIDENT_STATE_WORDS[one.state],
        state_tone=STATE_TONES[one.state],
        facts=facts_of(one),
        moments=[moment_of(entry, titles[entry.number]) for entry in one.entries],
        others=[line_cell(line, now) for line in one.others],
        alike=[(line.id, line_cell(line, now)) for line in alike if line.id not in linked],
        may_report=allows(actor, Action.REPORT_INCIDENT),
        is_own=actor.unit_id == one.unit_id,
        has_report=any(entry.kind in REPORTS for entry in one.entries),
        cleared=local_time(one.cleared_at) if one.cleared_at else "",
    )


def _at(only: str, township: str, page: int) -> str:
    return url_for("incidents.index", only=only, township=township or None, page=page)


def _found(one: IncidentDetail | None) -> IncidentDetail:
    if one is None:
        raise NotFoundError(NO_SUCH)
    return one
