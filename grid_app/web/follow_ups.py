"""Follow-up visits for those online: what is due, one visit as a form, whom to ask, and who makes it."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_presence, the_scope
from grid_app.policy import Action, Actor
from grid_app.queries.follow_ups import AHEAD, DueVisit, one_visit, own_visits, same_closing, unit_visits
from grid_app.services.follow_ups.access import GONE, visiting
from grid_app.services.follow_ups.contacts import open_contacts
from grid_app.services.follow_ups.sync import VISITS
from grid_app.services.handling.steps import Step
from grid_app.services.matters.follow_up_plans import name_carrier
from grid_app.services.matters.parties import masked_parties
from grid_app.services.reports.item_sync import ItemDesk, read_form, receive_form
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import FOLLOW_UP_STATE_WORDS, VISIT_WAY_WORDS, VOICE_ONLY
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

bp = Blueprint("follow_ups", __name__)
guard_pages(bp)

OUTCOMES: Final = (
    ("settled", "问题解决了", ""),
    ("relapsed", "又出现了", "要写明情况,这件事会重新办理"),
    ("not_reached", "没联系上", "换个时间再试,这次还留着"),
    ("declined", "不愿再被回访", "以后不再为这件事打扰"),
)
DONE: Final = {
    "settled": "已记下:问题解决了。",
    "relapsed": "已记下。这件事已重新办理,办理单位会接着办。",
    "not_reached": "已记下这次没联系上。它还在待回访里,请换个时间再试。",
    "declined": "已记下。以后不再为这件事回访。",
}
NOBODY: Final = UUID(int=0)
ASKED: Final = {"way": "请选是上门还是电话。", "outcome": "请选回访的结果。"}


@bp.get("/follow-ups")
@requires(Action.FOLLOW_UP)
def index() -> str:
    """List what the acting role visits, and what its unit visits itself; overdue first."""
    now = wired().clock.now()
    today = local_date(now)
    with reading() as session:
        own = own_visits(session, _own_actors(), until=today + AHEAD)
        unit = unit_visits(session, the_actor(), the_scope(), until=today + AHEAD, now=now)
    others = [one for one in unit if one.id not in {mine.id for mine in own}]
    return render_template("pages/follow_ups.html", groups=_groups(own, others, today), unit=the_actor().unit_name)


@bp.get("/follow-ups/<uuid:follow_up_id>")
@requires(Action.FOLLOW_UP)
def form(follow_up_id: UUID) -> str:
    """Show one visit with an empty form."""
    typed = {"id": str(new_id()), "written_at": wired().clock.now().isoformat()}
    return _page(follow_up_id, typed, {})


@bp.post("/follow-ups/<uuid:follow_up_id>")
@requires(Action.FOLLOW_UP)
def record(follow_up_id: UUID) -> Response | WerkzeugResponse:
    """Take the visit in like one from a phone; a double tap is one visit, and what was typed stays on the page."""
    typed = {name: request.form.get(name, "") for name in ("id", "written_at", "outcome", "way", "note")}
    problems = {name: sentence for name, sentence in ASKED.items() if not typed[name]}
    if problems:
        return make_response(_page(follow_up_id, typed, problems), 422)
    item = {"id": typed["id"], "content": _content(follow_up_id, typed)}
    desk = ItemDesk(_own_actors(), wired().keys, wired().clock.now(), via="form")
    with transaction() as session:
        answer = receive_form(session, kind=VISITS, sent=read_form(VISITS, item), desk=desk)
    if answer.outcome in ("rejected", "conflict"):
        if answer.code == "not_found":
            raise NotFoundError(answer.sentence)
        problems = answer.fields or {"outcome": answer.sentence}
        return make_response(_page(follow_up_id, typed, problems), 422)
    for caution in answer.cautions:
        flash(caution.sentence, "info")
    if not answer.cautions:
        flash(DONE[typed["outcome"]], "success")
    return redirect(url_for("follow_ups.index"))


@bp.post("/follow-ups/<uuid:follow_up_id>/contacts")
@requires(Action.FOLLOW_UP)
def contacts(follow_up_id: UUID) -> str:
    """Log the opening and show whom to ask in full, on this one answer only."""
    with transaction() as session:
        parties = open_contacts(
            session,
            follow_up_id,
            actors=_own_actors(),
            cipher=wired().keys.fields,
            now=wired().clock.now(),
        )
        shown = one_visit(session, follow_up_id)
    dials = ["".join(sign for sign in party.phone if sign.isdigit() or sign == "+") for party in parties]
    return render_template("pages/follow_up_contacts.html", visit=shown, parties=list(zip(parties, dials, strict=True)))


@bp.post("/follow-ups/<uuid:follow_up_id>/carrier")
@requires(Action.HANDLE_DISPUTE)
def carrier(follow_up_id: UUID) -> WerkzeugResponse:
    """Name who makes the visits of this dispute that are still due, or leave them to the unit itself."""
    with reading() as session:
        found = one_visit(session, follow_up_id)
    if found is None:
        raise NotFoundError(GONE)
    typed = request.form.get("carrier", "")
    wanted = (uuid_of(typed) or NOBODY) if typed else None
    try:
        with transaction() as session:
            step = Step(found.dispute_id, the_actor(), 0, wired().clock.now())
            name_carrier(session, step, carrier_id=wanted)
    except InvalidError as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash("已指定谁去回访。" if wanted else "还没做的回访由办理单位自己做。", "success")
    return redirect(url_for("disputes.detail", dispute_id=found.dispute_id) + "#follow-ups")


def _own_actors() -> list[Actor]:
    """Return the assignments of the acting role, the acting one first."""
    actor, presence = the_actor(), the_presence()
    others = [one for one in (presence.choices if presence else ()) if one.role == actor.role]
    return [actor, *(one for one in others if one.assignment_id != actor.assignment_id)]


def _content(follow_up_id: UUID, typed: dict[str, str]) -> dict[str, str]:
    return {
        "form": VISITS.form,
        "captured_at": typed["written_at"],
        "follow_up_id": str(follow_up_id),
        "way": typed["way"],
        "outcome": typed["outcome"],
        "note": typed["note"].replace("\r\n", "\n").strip(),
    }


def _page(follow_up_id: UUID, typed: dict[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        found = visiting(session, follow_up_id, actors=_own_actors(), only_look=True)
        shown = one_visit(session, follow_up_id)
        others = same_closing(session, follow_up_id)
        faces = masked_parties(session, found.dispute.id, cipher=wired().keys.fields)
    if shown is None:
        raise NotFoundError(GONE)
    return render_template(
        "pages/follow_up.html",
        visit=shown,
        matter=shown.summary or VOICE_ONLY,
        category=name_of(shown.category),
        due=day_words(shown.due_on),
        result="" if shown.state == "due" else FOLLOW_UP_STATE_WORDS[shown.state],
        others=[
            (f"第 {one.day} 天", f"{day_words(one.due_on)} · {FOLLOW_UP_STATE_WORDS[one.state]}") for one in others
        ],
        faces=faces,
        outcomes=OUTCOMES,
        ways=tuple(VISIT_WAY_WORDS.items()),
        typed=typed,
        errors=errors,
    )


def _groups(
    own: list[DueVisit], unit: list[DueVisit], today: date
) -> list[tuple[str, list[tuple[DueVisit, str, str]]]]:
    """Return the first visit of each matter under plain headings, with its day and how far away that is."""
    own, unit = _first_of_each(own), _first_of_each(unit)
    parts = (
        ("到日子了", [one for one in own if one.due_on <= today]),
        ("七天之内", [one for one in own if one.due_on > today]),
        ("由本单位回访", unit),
    )
    return [
        (title, [(one, day_words(one.due_on), _away(one.due_on, today)) for one in found])
        for title, found in parts
        if found
    ]


def _first_of_each(visits: list[DueVisit]) -> list[DueVisit]:
    """Return one visit for each matter, the earliest due: whoever goes there goes once."""
    first = {one.dispute_id: one for one in reversed(visits)}
    return [one for one in visits if first[one.dispute_id] is one]


def _away(day: date, today: date) -> str:
    days = (day - today).days
    if days == 0:
        return "今天"
    return f"还有 {days} 天" if days > 0 else f"已过 {-days} 天"
