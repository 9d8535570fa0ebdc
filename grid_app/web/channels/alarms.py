"""Alarms about the telling itself: what stands in the reader's area, and what was cleared in the last 30 days."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.alarms import AlarmRow, alarms_seen
from grid_app.queries.inbox import openable
from grid_app.queries.reachability import offices_seen
from grid_app.services.channels.alarm_desk import CLEARS_ITSELF, clear_seen_alarm
from grid_app.web.channels.shown import ALARM_WORDS
from grid_app.web.wording import local_time
from grid_app.wiring import wired

ROSTER_KINDS: Final = ("roster_gap", "roster_missing")
bp = Blueprint("alarms", __name__)
guard_pages(bp)


@bp.get("/alarms")
@requires(Action.READ_REACHABILITY)
def index() -> str:
    """List the alarms of the reader's area."""
    return _page()


@bp.post("/alarms/<uuid:alarm_id>/clear")
@requires(Action.READ_REACHABILITY)
def clear(alarm_id: UUID) -> Response | WerkzeugResponse:
    """Clear an alarm that does not clear itself, with what was done about it."""
    why = request.form.get("why", "")
    try:
        with transaction() as session:
            clear_seen_alarm(session, alarm_id=alarm_id, why=why, actor=the_actor(), now=wired().clock.now())
    except InvalidError as refusal:
        return make_response(_page(alarm_id, why, refusal.fields.get("why", refusal.sentence)), 422)
    flash("告警已解除,处理情况已记下。", "success")
    return redirect(url_for("alarms.index"))


def _page(wrong: UUID | None = None, why: str = "", error: str = "") -> str:
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        found = alarms_seen(session, actor, now=now)
        offices = {one.unit_id for one in offices_seen(session, actor)}
        opens = openable(session, actor, {one.escalation_id for one in found if one.escalation_id is not None})
    rows = [_row(one, opens, offices) for one in found]
    return render_template(
        "pages/alarms.html", standing=[one for one in rows if not one["cleared"]], wrong=wrong, why=why, error=error,
        cleared=[one for one in rows if one["cleared"]],
    )  # fmt: skip


def _row(one: AlarmRow, opens: set[UUID], offices: set[UUID]) -> dict[str, object]:
    link = word = ""
    if one.escalation_id in opens:
        link, word = url_for("inbox.detail", escalation_id=one.escalation_id), "打开这条提醒"
    elif one.unit_id in offices and one.kind in ROSTER_KINDS and allows(the_actor(), Action.READ_ROSTER):
        link, word = url_for("roster.unit", unit_id=one.unit_id), "看这个单位的值班表"
    elif one.unit_id in offices:
        link, word = url_for("reachability.unit", unit_id=one.unit_id), "看这个单位的通道"
    return {
        "id": one.alarm_id,
        "word": ALARM_WORDS.get(one.kind, "其他告警"),
        "text": one.text,
        "raised": local_time(one.raised_at),
        "cleared": local_time(one.cleared_at) if one.cleared_at else "",
        "why": one.cleared_why,
        "link": link,
        "link_word": word,
        "ends": CLEARS_ITSELF.get(one.kind, ""),
    }
