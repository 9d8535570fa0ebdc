"""The support workspace (综合保障): what waits for the own unit, and clocks that run out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import Blueprint, render_template, request, url_for

from grid_app.clock import local_date, start_of_day
from grid_app.database.transaction import reading
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.support_units import units_below
from grid_app.queries.support_work import due_clocks, waiting_of
from grid_app.web.support_work import analysis, inspections, ledger, meetings, requests
from grid_app.web.support_work.frame import due_words, tabs
from grid_app.web.support_work.kinds import KINDS
from grid_app.wiring import wired

bp = Blueprint("support_work", __name__)
guard_pages(bp)
for _part in (ledger, requests, inspections, meetings, analysis):
    _part.add_routes(bp)

AHEAD: Final = timedelta(days=7)


@bp.get("/support-work")
@requires(Action.ANSWER_FOR_UNIT)
def index() -> str:
    """Show what other units want of the own unit, and what it asked for and is late or answered."""
    today = local_date(wired().clock.now())
    waits, asked = [], []
    with reading() as session:
        for kind in KINDS:
            found = waiting_of(session, kind.table, the_actor(), today=today)
            url = url_for(f"support_work.{'resolutions' if kind.path == '/resolutions' else kind.tab}")
            if found.to_answer:
                waits.append((kind.title, url, f"{found.to_answer} 件等您的单位答复"))
            if found.late or found.answered:
                said = (f"{found.late} 件超期没有答复" if found.late else "",
                        f"{found.answered} 件已答复,等您核实" if found.answered else "")  # fmt: skip
                asked.append((kind.title, url, ",".join(part for part in said if part)))
    return render_template(
        "pages/support_work.html",
        tabs=tabs("index"),
        unit=the_actor().unit_name,
        waits=waits,
        asked=asked,
        is_office=allows(the_actor(), Action.HANDLE_DISPUTE),
    )


@bp.get("/supervision/due")
@requires(Action.HANDLE_DISPUTE)
def due() -> str:
    """List the clocks of the own area that have passed, or end within a week: by clocks, not by persons."""
    now = wired().clock.now()
    today, is_late = local_date(now), request.args.get("when") != "soon"
    begin = None if is_late else now
    end = now if is_late else start_of_day(today + AHEAD + timedelta(days=1))
    with reading() as session:
        lines = due_clocks(session, scope=the_scope(), after=begin, before=end)
        below = {one.name: str(one.id) for one in units_below(session, the_actor())}
    rows = [
        {
            "code": one.case_code,
            "url": url_for("disputes.detail", dispute_id=one.dispute_id),
            "place": one.place,
            "rule": one.rule,
            "unit": one.unit or "还没有指定",
            "due": due_words(local_date(one.due_at - timedelta(microseconds=1)), today, is_open=True),
            "supervise": url_for(
                "support_work.new_supervision", matter=one.case_code, unit=below[one.unit],
                missed=f"{one.rule},应在 {local_date(one.due_at)} 以前" if is_late else "",
            ) if one.unit in below else "",
        }
        for one in lines
    ]  # fmt: skip
    when = [
        {"label": "已经超期", "url": url_for("support_work.due"), "current": is_late},
        {"label": "七天以内到期", "url": url_for("support_work.due", when="soon"), "current": not is_late},
    ]
    return render_template("pages/support_due.html", tabs=tabs("due"), when=when, rows=rows, is_late=is_late)
