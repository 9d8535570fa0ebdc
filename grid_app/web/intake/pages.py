"""The intake workspace (登记转交): register from any channel, import sheets, see what came with its own due date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.disputes_places import Village, villages_of
from grid_app.queries.intake import OwnDue, Pace, own_dues, paces
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.intake.register import register
from grid_app.services.receptions.calendar import reception_of
from grid_app.services.receptions.sessions import receiving_unit
from grid_app.services.reports.receiving import Desk, Lookups, Received, parse_report
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.words import BANDS, CHANNEL_WORDS, INTAKE_CHANNELS
from grid_app.web.intake import columns as intake_columns
from grid_app.web.intake import matter as disputes_intake
from grid_app.web.intake import related as disputes_related
from grid_app.web.intake import sheets as intake_sheets
from grid_app.web.intake.form import (
    ABOUT,
    IntakeForm,
    fresh_intake,
    origin_of,
    page_fields,
    problems_of,
    report_content,
    typed_intake,
    visit_of,
)
from grid_app.web.report.form import exact_categories
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

bp = Blueprint("intake", __name__)
guard_pages(bp)
disputes_intake.add_routes(bp)
disputes_related.add_routes(bp)
intake_columns.add_routes(bp)
intake_sheets.add_routes(bp)

PACE_WINDOW = timedelta(days=365)
FEW = 5
SOON = timedelta(days=3)


@bp.get("/intake")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """Show the ways into the workspace, what came with a due date of its own, and how long the channels take."""
    now = wired().clock.now()
    with reading() as session:
        dues = own_dues(session, scope=the_scope())
        told = paces(session, scope=the_scope(), since=now - PACE_WINDOW)
    today = local_date(now)
    return render_template(
        "pages/intake.html",
        dues=[_due(one, (one.due_on - today).days) for one in dues],
        paces=[_pace(one) for one in told],
        may_import=allows(the_actor(), Action.IMPORT_DISPUTES),
    )


@bp.get("/intake/new")
@requires(Action.HANDLE_DISPUTE)
def new() -> str:
    """Ask how it came; then show the form that fits."""
    channel = request.args.get("channel", "")
    if channel not in INTAKE_CHANNELS:
        ways = [(way, CHANNEL_WORDS[way], ABOUT[way]) for way in INTAKE_CHANNELS]
        return render_template("pages/intake_channels.html", ways=ways)
    villages = _villages()
    own = villages[0].code if len(villages) == 1 else ""
    return _page(fresh_intake(channel, village_code=own, now=wired().clock.now(), received=_of_reception()), {})


def _of_reception() -> dict[str, str]:
    """Return place and receiving official of the day of reception that the address names; empty for none."""
    unit_id, day = uuid_of(request.args.get("unit", "")), day_of(request.args.get("day", ""))
    if unit_id is None or day is None:
        return {}
    with reading() as session:
        one = reception_of(session, receiving_unit(session, the_actor(), unit_id), day)
    people = [f"{who.name} {who.post}" for who in one.people]
    return {"place": one.place, "visit_official": people[0] if people else "", "accompanying": "、".join(people[1:])}


@bp.post("/intake/new")
@requires(Action.HANDLE_DISPUTE)
def take() -> Response | WerkzeugResponse:
    """Register it and lead to its page; whatever is wrong, everything typed stays on the page."""
    typed = typed_intake(request.form, now=wired().clock.now())
    problems = problems_of(typed)
    if problems:
        return _again(typed, problems, 422)
    try:
        received = _register(typed)
    except InvalidError as refusal:
        return _again(typed, page_fields(refusal.fields, typed) or {"summary": refusal.sentence}, 422)
    if received.outcome == "rejected":
        return _again(typed, page_fields(received.fields, typed) or {"summary": received.sentence}, 422)
    if received.outcome == "conflict":
        return _again(typed, {"summary": received.sentence}, 409)
    return _done(typed, received)


def _register(typed: IntakeForm) -> Received:
    wiring = wired()
    draft = parse_report(report_content(typed), report_id=typed.report.report_id)
    origin, visit = origin_of(typed), visit_of(typed)
    with transaction() as session:
        desk = Desk(the_actor(), wiring.places, wiring.keys, wiring.clock.now(), "form", Lookups(session))
        return register(session, draft=draft, origin=origin, visit=visit, desk=desk)


def _done(typed: IntakeForm, received: Received) -> WerkzeugResponse:
    if received.outcome == "already_have":
        flash("这一件刚才已经登记,没有重复登记。", "info")
    for caution in received.cautions:
        flash(caution.sentence, "warning")
    if words := words_in_all(typed.values.values()):
        flash(f"文字里有“{'、'.join(words)}”。{WRITE_THE_MATTER}", "warning")
    if typed.report.is_unsafe:
        return redirect(url_for("report.stop", dispute_id=received.dispute_id))
    return redirect(url_for("intake.origin", dispute_id=received.dispute_id))


def _villages() -> list[Village]:
    with reading() as session:
        return villages_of(session, the_actor())


def _again(typed: IntakeForm, problems: Mapping[str, str], status: int) -> Response:
    if not typed.channel:
        flash("没有登记成功:请重新选择是怎么来的。", "warning")
        ways = [(way, CHANNEL_WORDS[way], ABOUT[way]) for way in INTAKE_CHANNELS]
        return make_response(render_template("pages/intake_channels.html", ways=ways), status)
    return make_response(_page(typed, problems), status)


def _page(form: IntakeForm, problems: Mapping[str, str]) -> str:
    villages = _villages()
    townships = {one.code[:9]: one.township for one in villages}
    many = len(townships) > 1
    options = [(one.code, f"{one.township} {one.name}" if many else one.name) for one in villages]
    whole = [(code, f"{name}(还不清楚是哪个村)") for code, name in townships.items()] if len(villages) > 1 else []
    return render_template(
        "pages/intake_new.html",
        form=form,
        report=form.report.values,
        values=form.values,
        errors=problems,
        channel=CHANNEL_WORDS[form.channel],
        categories=exact_categories(the_actor()),
        villages=options + whole,
        bands=[(band, f"{band.replace('+', '')} 户{'以上' if band.endswith('+') else ''}") for band in BANDS],
    )


def _due(one: OwnDue, days: int) -> dict[str, object]:
    away = "今天" if days == 0 else f"还有 {days} 天" if days > 0 else f"已过 {-days} 天"
    return {
        "code": one.case_code,
        "url": url_for("intake.origin", dispute_id=one.dispute_id),
        "from": f"{CHANNEL_WORDS.get(one.channel, one.channel)} {one.issuing_unit}",
        "due": f"{day_words(one.due_on)},{away}",
    }


def _pace(one: Pace) -> dict[str, object]:
    return {
        "channel": CHANNEL_WORDS.get(one.channel, one.channel),
        "closed": f"不到 {FEW}" if one.closed < FEW else one.closed,
        "median": "件数太少,不算" if one.median_days is None else f"{one.median_days:g} 天",
    }
