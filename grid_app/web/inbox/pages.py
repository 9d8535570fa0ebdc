"""The inbox of an office: what waits to be taken up, each escalation's history, and taking it up.

Opening an escalation notes once, for the unit alone, that it was seen: the one thing a page of ours writes on GET.
It may be repeated without harm, and it is how the office that raised the matter knows that it has been read.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import guard_pages, in_background, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.inbox import MOST_COUNTED, PAGE_ROWS, InboxPage, inbox_page
from grid_app.queries.inbox_history import (
    is_unseen,
)
from grid_app.queries.inbox_version import Reader
from grid_app.queries.ladders import units_on_ladders
from grid_app.services.escalations.ladder_rows import UNIT_KIND_WORDS
from grid_app.services.escalations.taking import acknowledge, mark_seen
from grid_app.web.inbox.answers import add_answer_routes
from grid_app.web.inbox.duty import duty_now
from grid_app.web.inbox.heartbeat import has_stopped, heartbeat
from grid_app.web.inbox.live import add_routes, live_of_inbox, shared_by_equals
from grid_app.web.inbox.one import detail_page, row_of
from grid_app.web.inbox.policies import edit_ladder, policies, save_ladder_form
from grid_app.web.inbox.push import add_push_routes
from grid_app.web.inbox.words import line_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("inbox", __name__)
guard_pages(bp)
bp.add_url_rule("/inbox/policies", "policies", policies)
bp.add_url_rule("/inbox/policies/<event_kind>", "edit_ladder", edit_ladder)
bp.add_url_rule("/inbox/policies/<event_kind>", "save_ladder", save_ladder_form, methods=["POST"])
bp.add_url_rule("/alarms/heartbeat", "heartbeat", heartbeat)
add_answer_routes(bp)
add_routes(bp)
add_push_routes(bp)


@bp.get("/inbox")
@requires(Action.READ_INBOX)
def index() -> str:
    """Show what waits in the inboxes of the acting unit, or with ``answered=1`` what was taken up."""
    duty = duty_now(the_actor(), wired().clock.now())
    may_subscribe = allows(the_actor(), Action.SUBSCRIBE_PUSH)
    answered, number = _asked()
    listed = shared_by_equals((answered, number), lambda reader: _listed(reader, answered=answered, number=number))
    return render_template("pages/inbox.html", duty=duty, stopped=has_stopped(), may_subscribe=may_subscribe, **listed)


@bp.get("/inbox/list")
@requires(Action.READ_INBOX)
@in_background
def part() -> str:
    """Give the part of that page which an open inbox puts in its place when something came or went."""
    answered, number = _asked()

    def made(reader: Reader) -> str:
        return render_template("pages/inbox_list.html", **_listed(reader, answered=answered, number=number))

    return shared_by_equals(("part", answered, number), made)


@bp.get("/inbox/<uuid:escalation_id>")
@requires(Action.READ_INBOX)
def detail(escalation_id: UUID) -> str:
    """Show one escalation with its timeline; the first look of the unit is noted (see above)."""
    actor, now = the_actor(), wired().clock.now()
    row = row_of(escalation_id, actor)
    with reading() as session:
        unseen = is_unseen(session, escalation_id, actor)
    if unseen:
        with transaction() as session:
            mark_seen(session, escalation_id=escalation_id, actor=actor, now=now)
    return detail_page(row, actor, now)


@bp.post("/inbox/<uuid:escalation_id>/acknowledge")
@requires(Action.ACKNOWLEDGE)
def take_up(escalation_id: UUID) -> Response:
    """Take an escalation up for the unit; a second answer says who was first."""
    with transaction() as session:
        answer = acknowledge(session, escalation_id=escalation_id, actor=the_actor(), now=wired().clock.now())
    if answer.first:
        flash("已确认收到。这条提醒不再转给下一级。", "success")
    else:
        flash(f"这条提醒已由{answer.unit_name}在{local_time(answer.at)}确认,不需要再确认。", "info")
    return redirect(url_for("inbox.detail", escalation_id=escalation_id))


def _asked() -> tuple[bool, int]:
    """Return whether what was taken up is asked for, and the number of the page."""
    return request.args.get("answered") == "1", max(1, request.args.get("page", 1, type=int))


def _listed(reader: Reader, *, answered: bool, number: int) -> dict[str, object]:
    """Return what the list shows: the same for everybody who sees the same inbox."""
    actor, now = the_actor(), wired().clock.now()
    live = live_of_inbox(reader)
    with reading() as session:
        page = inbox_page(session, actor, answered=answered, page=number)
        told = "" if page.rows else _who_is_told(units_on_ladders(session))
    return {
        "rows": [line_of(row, now) for row in page.rows],
        "halves": _halves(page, answered=answered),
        "answered": answered,
        "unit_name": actor.unit_name,
        "told": told,
        "pages": _pages(page, answered=answered, number=number),
        "live": live | {"part": _address("inbox.part", answered=answered, number=number)},
    }


def _who_is_told(kinds: list[str]) -> str:
    return "、".join(UNIT_KIND_WORDS.get(kind, kind) for kind in kinds)


def _halves(page: InboxPage, *, answered: bool) -> list[dict[str, object]]:
    return [
        {"label": "等待确认", "url": url_for("inbox.index"), "current": not answered, "count": _counted(page.waiting)},
        {"label": "已确认", "url": url_for("inbox.index", answered=1), "current": answered},
    ]


def _pages(page: InboxPage, *, answered: bool, number: int) -> dict[str, str | None] | None:
    if number == 1 and not page.has_more:
        return None
    first = (number - 1) * PAGE_ROWS
    rows = f"第 {first + 1}-{first + len(page.rows)} 件" if page.rows else f"第 {number} 页没有提醒"
    return {
        "text": rows if answered else f"{rows},共 {_counted(page.waiting)} 件",
        "previous": _address("inbox.index", answered=answered, number=number - 1) if number > 1 else None,
        "next": _address("inbox.index", answered=answered, number=number + 1) if page.has_more else None,
    }


def _counted(number: int) -> str:
    return f"{number}+" if number >= MOST_COUNTED else str(number)


def _address(endpoint: str, *, answered: bool, number: int) -> str:
    return url_for(endpoint, answered=1 if answered else None, page=number)
