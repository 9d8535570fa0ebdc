"""The list of disputes and one dispute: accept, assign, record, close; parties."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Role
from grid_app.queries.disputes import (
    COUNTED_TO,
    Asked,
    Cut,
    Page,
    Tab,
    asking,
    find_by_code,
    is_any,
    list_disputes,
    tallies,
)
from grid_app.queries.disputes_filters import forbidden
from grid_app.queries.map_ended import ended_division
from grid_app.services.handling.worklists import waiting_for_receipt, waiting_for_review
from grid_app.web.card import OpenSession
from grid_app.web.dispute_words import count_of, cursor_of, cursor_text, row_of
from grid_app.web.disputes import attachments as disputes_attachments
from grid_app.web.disputes import detail as disputes_detail
from grid_app.web.disputes import parties as disputes_parties
from grid_app.web.disputes import steps as disputes_steps
from grid_app.web.disputes.filters import RECEIPT, REVIEW, TAB_WORDS, WAITING_WORDS, View, choices, said, view_of
from grid_app.web.maps.ended import sentence_of
from grid_app.web.without_names import shown_lines
from grid_app.wiring import wired

bp = Blueprint("disputes", __name__)
guard_pages(bp)
disputes_detail.add_routes(bp)
disputes_steps.add_routes(bp)
disputes_parties.add_routes(bp)
disputes_attachments.add_routes(bp)

WAITING: Final = {REVIEW: waiting_for_review, RECEIPT: waiting_for_receipt}
FIELD_ROLES: Final = frozenset({Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD})
NOT_FOUND: Final = "没有这个编号或查询码,或者它不在您的范围内。请核对后再查;这里按编号和事情查,不按姓名或电话查人。"
CODE: Final = re.compile(r"(?=.*\d)[0-9A-Za-z][0-9A-Za-z -]{3,38}")


@bp.get("/disputes")
@requires(Action.READ_DISPUTES)
def index() -> str:
    """Show one page of a list with its filters; an office sees first what waits for it."""
    now = wired().clock.now()
    with reading() as session:
        view, asked, totals = _asked(session, now)
        cut = Cut(view.order, cursor_of(request.args.get("after", "")), cursor_of(request.args.get("before", "")))
        page = list_disputes(session, scope=the_scope(), asked=asked, cut=cut)
        page = replace(page, lines=tuple(shown_lines(session, page.lines)))
        shown = {
            "words": said(session, view.filters),
            "choices": choices(session, the_actor(), view),
            "ended": _ended(session, view),
            **({} if page.lines else _emptiness(session, view, asked, now)),
        }
    return _rendered(view, page, totals, shown, now)


def _ended(session: OpenSession, view: View) -> dict[str, object] | None:
    """Return what became of the place that is asked for, when it is no more, with the lists of what continues it."""
    ended = ended_division(session, scope=the_scope(), code=view.filters.place) if view.filters.place else None
    if ended is None:
        return None
    links = [(f"看{one.name}的纠纷", view.url(place=one.code)) for one in ended.successors]
    return {"sentence": sentence_of(ended), "links": links}


def _asked(session: OpenSession, now: datetime) -> tuple[View, Asked, dict[str, int]]:
    """Return what the address asks for, and the totals of the tabs under the same filters."""
    wanted = request.args.get("tab", "")
    view = view_of(request.args, wanted if wanted in TAB_WORDS or wanted in WAITING_WORDS else Tab.ALL)
    asked = asking(session, scope=the_scope(), now=now, tab=view.of_states, filters=view.filters)
    totals = {str(tab): number for tab, number in tallies(session, scope=the_scope(), asked=asked).items()}
    if view.tab in WAITING_WORDS:
        ids = WAITING[view.tab](session, the_actor(), now=now)
        return (
            view,
            asking(session, scope=the_scope(), now=now, filters=view.filters, only=ids),
            {**totals, view.tab: len(ids)},
        )
    if not wanted and the_actor().role not in FIELD_ROLES:
        first = next((tab for tab in TAB_WORDS if totals.get(tab)), Tab.ALL)
        view, asked = view_of(request.args, first), replace(asked, tab=first)
    return view, asked, totals


def _emptiness(session: OpenSession, view: View, asked: Asked, now: datetime) -> dict[str, object]:
    """Return why nothing is there: the rights leave nothing, or which filter to leave out for something to be there."""
    looser = []
    for name in view.filters.set_ones:
        without = asking(
            session, scope=the_scope(), now=now, tab=asked.tab, filters=view.filters.without(name), only=asked.only
        )
        if is_any(session, scope=the_scope(), asked=without):
            looser.append(name)
    everywhere = asking(session, scope=the_scope(), now=now, filters=view.filters)
    return {
        "forbidden": forbidden(session, view.filters, the_scope()),
        "looser": looser,
        "elsewhere": view.tab != Tab.ALL and is_any(session, scope=the_scope(), asked=everywhere),
        "anything": is_any(session, scope=the_scope(), asked=Asked()),
    }


def _rendered(view: View, page: Page, totals: dict[str, int], shown: dict[str, object], now: datetime) -> str:
    words: dict[str, str] = {str(tab): word for tab, word in TAB_WORDS.items()}
    words |= {} if the_actor().role is Role.GRID_WORKER else WAITING_WORDS
    return render_template(
        "pages/disputes.html",
        view=view,
        tabs=[
            {
                "label": word,
                "url": view.url(tab=tab, sort=None),
                "current": tab == view.tab,
                "count": count_of(totals.get(tab)),
            }
            for tab, word in words.items()
        ],
        tab_word=words[view.tab],
        total=count_of(totals.get(view.tab)),
        counted_to=COUNTED_TO,
        rows=[row_of(line, now) for line in page.lines],
        before=cursor_text(page.before),
        after=cursor_text(page.after),
        starts=not (request.args.get("after") or request.args.get("before")),
        sees_own_only=the_scope().own_and_assigned_only,
        place=the_actor().unit_name,
        **shown,
    )


@bp.post("/disputes/find")
@requires(Action.READ_DISPUTES)
def find() -> Response:
    """Open the dispute of a whole code, or list what was looked for; codes and telephones enter no address."""
    typed = request.form.get("words", "")[:200].replace("\x00", "").strip()
    if CODE.fullmatch(typed):
        with reading() as session:
            found = find_by_code(session, scope=the_scope(), code=typed)
        if found is not None:
            return redirect(url_for("disputes.detail", dispute_id=found))
    view = view_of({**request.form, "words": typed}, request.form.get("tab", ""))
    if told := NOT_FOUND if CODE.fullmatch(typed) and not view.typed else view.told:
        flash(told, "warning")
    return redirect(view.url())
