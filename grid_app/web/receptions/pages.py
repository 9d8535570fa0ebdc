"""Days of reception: the calendar of an area, who receives on a day, the board for the door, the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.receptions import ReceptionLine, receptions_since
from grid_app.services.receptions.calendar import OnDuty, ReceptionDay, coming_under, reception_of
from grid_app.services.receptions.sessions import (
    NO_OFFICE,
    PlannedReception,
    is_posted_late,
    plan_reception,
    receiving_unit,
)
from grid_app.services.typed import day_of
from grid_app.vocabulary.leading import MOST_DUTIES, SESSION_STATES, leading_rules
from grid_app.vocabulary.words import CLOSURE_WORDS, STATE_WORDS
from grid_app.web.receptions.words import day_line
from grid_app.web.step_forms import STATUS
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

bp = Blueprint("receptions", __name__)
guard_pages(bp)

LEDGER = timedelta(days=90)
FIELDS = ("hours", "place", "state", "note")
FEWEST_PEOPLE = 3


@bp.get("/reception")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """Show the days of reception ahead and the ledger of the last three months."""
    now = wired().clock.now()
    with reading() as session:
        days = coming_under(session, the_actor().division_path, today=local_date(now))
        lines = receptions_since(session, scope=the_scope(), since=now - LEDGER)
    return render_template(
        "pages/receptions.html",
        days=[day_line(one) for one in days],
        ledger=[_ledger_row(one) for one in lines],
        may_edit=allows(the_actor(), Action.EDIT_OFFICE),
    )


@bp.get("/reception/<uuid:unit_id>/<day>")
@requires(Action.HANDLE_DISPUTE)
def roster(unit_id: UUID, day: str) -> Response:
    """Ask who receives on a day, or show who does."""
    asked = _asked(unit_id, day)
    return _page(asked, _values(asked), {}, "")


@bp.post("/reception/<uuid:unit_id>/<day>")
@requires(Action.HANDLE_DISPUTE)
def save(unit_id: UUID, day: str) -> Response | WerkzeugResponse:
    """Keep who receives on a day."""
    typed = {name: text.replace("\r\n", "\n") for name, text in request.form.items()}
    asked = _asked(unit_id, day)
    if typed.get("more"):
        return _page(asked, typed, {}, "")
    people = tuple(
        OnDuty(typed.get(f"duty_{at}", ""), typed.get(f"name_{at}", ""), typed.get(f"post_{at}", ""))
        for at in range(1, MOST_DUTIES + 1)
        if any(typed.get(f"{name}_{at}", "").strip() for name in ("name", "post"))
    )
    told = {name: typed.get(name, "") for name in FIELDS}
    planned = PlannedReception(day=asked.day, people=people, seen=typed.get("seen", ""), **told)
    now = wired().clock.now()
    try:
        with transaction() as session:
            plan_reception(session, unit_id=asked.unit_id, planned=planned, actor=the_actor(), now=now)
    except (InvalidError, ConflictError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _page(asked, typed, fields, refusal.sentence, status=STATUS[refusal.default_code])
    flash("已保存,群众在“到哪里找人”页看得到。请打印公示牌贴出来。", "success")
    if is_posted_late(planned.day or local_date(now), today=local_date(now)):
        flash("接待人员要提前两天公布,这次不到两天。请马上张贴,并电话告诉约好的群众。", "warning")
    return redirect(url_for("receptions.roster", unit_id=unit_id, day=day))


@bp.get("/reception/<uuid:unit_id>/<day>/board")
@requires(Action.HANDLE_DISPUTE)
def board(unit_id: UUID, day: str) -> str:
    """Show the board for the door, to print: who receives on the day, by name and post."""
    one = _asked(unit_id, day)
    duties = leading_rules().reception_duties
    people = [(duties.get(who.duty, who.duty), who.name, who.post) for who in one.people]
    return render_template("pages/reception_board.html", one=one, when=day_words(one.day), people=people)


def _asked(unit_id: UUID, day: str) -> ReceptionDay:
    """Return what is planned for an office on a day; other offices are not found."""
    asked = day_of(day)
    if asked is None:
        raise NotFoundError(NO_OFFICE)
    with reading() as session:
        return reception_of(session, receiving_unit(session, the_actor(), unit_id), asked)


def _values(one: ReceptionDay) -> dict[str, str]:
    values = {"hours": one.hours, "place": one.place, "note": one.note}
    values["state"] = one.state if one.state in SESSION_STATES else "planned"
    values["seen"] = one.changed_at.isoformat() if one.changed_at else ""
    for at, who in enumerate(one.people, 1):
        values |= {f"duty_{at}": who.duty, f"name_{at}": who.name, f"post_{at}": who.post}
    return values


def _page(
    one: ReceptionDay, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *, status: int = 200
) -> Response:
    filled = max((at for at in range(1, MOST_DUTIES + 1) if typed.get(f"name_{at}")), default=0)
    shown = render_template(
        "pages/reception_day.html",
        one=one,
        when=day_words(one.day),
        typed=typed,
        errors=errors,
        sentence=sentence,
        seen=_values(one)["seen"],
        rows=range(1, min(max(FEWEST_PEOPLE, filled + bool(typed.get("more"))), MOST_DUTIES) + 1),
        duties=list(leading_rules().reception_duties.items()),
        states=list(SESSION_STATES.items()),
    )
    return make_response(shown, status)


def _ledger_row(one: ReceptionLine) -> dict[str, object]:
    outcome = CLOSURE_WORDS.get(one.closure_ground or "", "")
    return {
        "code": one.case_code,
        "url": url_for("intake.origin", dispute_id=one.dispute_id),
        "when": day_words(one.held_at),
        "place": one.place,
        "opinion": one.opinion,
        "who": one.responsible,
        "due": day_words(one.promised_on) if one.promised_on else "",
        "state": f"{STATE_WORDS[one.state]}{f',{outcome}' if outcome else ''}",
    }
