"""The report form of the field: tile, danger question, one sentence, place; receipt, stop page and own reports."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes import own_reports
from grid_app.queries.disputes_places import Village, villages_of
from grid_app.queries.disputes_receipt import kept_receipts
from grid_app.queries.projects import projects_at
from grid_app.services.handling.seals import seal_report
from grid_app.services.reports.receiving import Received, parse_report, receive_report
from grid_app.vocabulary.categories import tiles
from grid_app.vocabulary.handling import KEEP_FROM_WORDS
from grid_app.vocabulary.words import BANDS
from grid_app.web.dispute_words import cursor_of, cursor_text, row_of, tracking
from grid_app.web.report import receipt as report_receipt
from grid_app.web.report.form import (
    ReportForm,
    channels_for,
    content_of,
    empty_form,
    exact_categories,
    fields_of_page,
    missing_answers,
    typed_form,
)
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("report", __name__)
guard_pages(bp)
report_receipt.add_routes(bp)

MOST_ON_SMALL_MAP = 120
STILL_HERE = "没有提交成功,已填的都还在。"


@bp.get("/report")
@requires(Action.REPORT_DISPUTE)
def form() -> str:
    """Show the empty form with the own village filled in."""
    villages = _villages()
    own = villages[0].code if len(villages) == 1 else ""
    return _page(empty_form(now=wired().clock.now(), village_code=own), villages, {})


@bp.post("/report")
@requires(Action.REPORT_DISPUTE)
def submit() -> Response | WerkzeugResponse:
    """Take the report in and lead to its receipt; whatever is wrong, everything typed stays on the page."""
    typed = typed_form(request.form, now=wired().clock.now())
    problems = missing_answers(typed)
    if problems:
        return _again(typed, problems, 422)
    try:
        received = _receive(typed)
    except InvalidError as refusal:
        return _again(typed, fields_of_page(refusal.fields) or {"summary": refusal.sentence}, 422)
    if received.outcome == "rejected":
        return _again(typed, fields_of_page(received.fields) or {"summary": received.sentence}, 422)
    if received.outcome == "conflict":
        return _again(typed, {"summary": received.sentence}, 409)
    return _to_receipt(typed, received)


def _receive(typed: ReportForm) -> Received:
    wiring = wired()
    draft = parse_report(content_of(typed), report_id=typed.report_id)
    with transaction() as session:
        received = receive_report(
            session,
            draft=draft,
            actor=the_actor(),
            places=wiring.places,
            keys=wiring.keys,
            now=wiring.clock.now(),
            via="form",
        )
        if received.outcome == "accepted":
            seal_report(session, actor=the_actor(), report_id=draft.id, whom=typed.values["keep_from"],
                        now=wiring.clock.now())  # fmt: skip
        return received


def _to_receipt(typed: ReportForm, received: Received) -> WerkzeugResponse:
    if received.outcome == "already_have":
        flash("这一件刚才已经收到,没有重复登记。", "info")
    for caution in received.cautions:
        flash(caution.sentence, "warning")
    page = "report.stop" if typed.is_unsafe else "report.receipt"
    return redirect(url_for(page, dispute_id=received.dispute_id))


@bp.get("/report/mine")
@requires(Action.REPORT_DISPUTE)
def mine() -> str:
    """List what the account itself reported, with the state of each."""
    now = wired().clock.now()
    with reading() as session:
        page = own_reports(
            session,
            scope=the_scope(),
            account_id=the_actor().account_id,
            after=cursor_of(request.args.get("older", "")),
        )
        kept = kept_receipts(session, account_id=the_actor().account_id)
    return render_template(
        "pages/mine.html",
        rows=[row_of(line, now) for line in page.lines],
        older=cursor_text(page.after),
        kept=[(one, tracking(one.tracking_code), local_date(one.received_at)) for one in kept],
    )


def _villages() -> list[Village]:
    with reading() as session:
        return villages_of(session, the_actor())


def _again(typed: ReportForm, problems: Mapping[str, str], status: int) -> Response:
    return make_response(_page(typed, _villages(), problems), status)


def _page(shown: ReportForm, villages: list[Village], problems: Mapping[str, str]) -> str:
    actor = the_actor()
    with reading() as session:
        projects = projects_at(session, [one.code for one in villages])
    return render_template(
        "pages/report.html",
        form=shown,
        values=shown.values,
        errors=problems,
        tiles=[(tile.tile, tile.label, tile.hint) for tile in tiles()],
        villages=_village_options(villages),
        exact=exact_categories(actor),
        channels=channels_for(actor),
        bands=[(band, f"{band.replace('+', '')} 户{'以上' if band.endswith('+') else ''}") for band in BANDS],
        projects=[name for _, name in projects],
        keep_from=list(KEEP_FROM_WORDS.items()),
        has_map=0 < len(villages) <= MOST_ON_SMALL_MAP,
        owner=actor.account_id,
    )


def _village_options(villages: list[Village]) -> list[tuple[str, str]]:
    """Return the villages by name; of several townships also the townships, when nobody knows the village yet."""
    townships = {village.code[:9]: village.township for village in villages}
    many = len(townships) > 1
    options = [(one.code, f"{one.township} {one.name}" if many else one.name) for one in villages]
    whole = [(code, f"{name}(还不清楚是哪个村)") for code, name in townships.items()] if len(villages) > 1 else []
    return options + whole
