"""The list of disputes and one dispute: accept, assign, record, close; parties."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Role
from grid_app.queries.disputes import Tab, find_by_code, list_disputes, tallies
from grid_app.web.dispute_words import cursor_of, cursor_text, row_of
from grid_app.web.disputes import attachments as disputes_attachments
from grid_app.web.disputes import detail as disputes_detail
from grid_app.web.disputes import parties as disputes_parties
from grid_app.web.disputes import steps as disputes_steps
from grid_app.wiring import wired

bp = Blueprint("disputes", __name__)
guard_pages(bp)
disputes_detail.add_routes(bp)
disputes_steps.add_routes(bp)
disputes_parties.add_routes(bp)
disputes_attachments.add_routes(bp)

TAB_WORDS = {
    Tab.REPORTED: "待受理",
    Tab.HANDLING: "办理中",
    Tab.URGENT: "红橙",
    Tab.ENDED: "已办结",
    Tab.ALL: "全部",
}
FIELD_ROLES = frozenset({Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD})
NOT_FOUND = "没有这个编号或查询码,或者它不在您的范围内。请核对后再查;这里只按编号查,不按姓名或电话查人。"


@bp.get("/disputes")
@requires(Action.READ_DISPUTES)
def index() -> str:
    """Show one page of a tab, with the totals of every tab; an office sees first what waits for it."""
    asked = next((one for one in Tab if one == request.args.get("tab")), None)
    older, newer = cursor_of(request.args.get("older", "")), cursor_of(request.args.get("newer", ""))
    now = wired().clock.now()
    with reading() as session:
        totals = tallies(session, scope=the_scope())
        first = Tab.ALL if the_actor().role in FIELD_ROLES else next((one for one in Tab if totals[one]), Tab.ALL)
        tab = asked or first
        page = list_disputes(session, scope=the_scope(), tab=tab, older_than=older, newer_than=newer)
    return render_template(
        "pages/disputes.html",
        tabs=[
            {"label": words, "url": url_for("disputes.index", tab=one), "current": one is tab, "count": totals[one]}
            for one, words in TAB_WORDS.items()
        ],
        tab=tab,
        tab_word=TAB_WORDS[tab],
        total=totals[tab],
        everything=totals[Tab.ALL],
        rows=[row_of(line, now) for line in page.lines],
        older=cursor_text(page.older),
        newer=cursor_text(page.newer),
        sees_own_only=the_scope().own_and_assigned_only,
        place=the_actor().unit_name,
    )


@bp.post("/disputes/find")
@requires(Action.READ_DISPUTES)
def find() -> Response:
    """Open the dispute with that case or tracking code; nothing else finds one, and the code stays out of addresses."""
    code = request.form.get("code", "")
    with reading() as session:
        found = find_by_code(session, scope=the_scope(), code=code[:40].replace("\x00", ""))
    if found is None:
        flash(NOT_FOUND, "warning")
        return redirect(url_for("disputes.index", tab=Tab.ALL))
    return redirect(url_for("disputes.detail", dispute_id=found))
