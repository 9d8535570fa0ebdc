"""The ledger (台账) with its file, and the bulletin (通报) by unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request, url_for

from grid_app.clock import local, local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes_places import place_names
from grid_app.queries.ledger import LedgerFilter, UnitFigures, ledger_entries, unit_figures
from grid_app.queries.support_units import places_below, units_in_area
from grid_app.services.support_work.ledger import COLUMNS, LEDGER_WORDS, LedgerLine, export_ledger, ledger_lines
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.dispute_words import cursor_of, cursor_text
from grid_app.web.support_work.frame import small, tabs
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

ON_A_PAGE: Final = 20
ON_PAPER: Final = 500
TOWNSHIP_CODE: Final = 9
FILES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
LONG: Final = ("request", "sorted", "measures")
NAMES: Final = ("number", "request", "sorted", "measures", "leader", "unit", "due", "state")


def wanted_of(given: Mapping[str, str]) -> tuple[LedgerFilter, dict[str, str]]:
    """Return what is asked for, and a sentence per field that cannot be understood."""
    errors = {
        name: "请写成 2026-11-20 这样的日期。"
        for name in ("first", "last")
        if given.get(name, "").strip() and day_of(given[name]) is None
    }
    first, last = day_of(given.get("first", "")), day_of(given.get("last", ""))
    if first and last and first > last:
        errors["last"] = "截止日期早于开始日期,请核对。"
    state = given.get("state", "")
    wanted = LedgerFilter(
        first=first, last=last, unit_id=uuid_of(given.get("unit", "")), place=given.get("place", "")[:24],
        state=state if state in LEDGER_WORDS else "",
    )  # fmt: skip
    return wanted, errors


@requires(Action.HANDLE_DISPUTE)
def ledger() -> Response:
    """Show the ledger of the own area, 20 entries a page; for printing up to 500."""
    return _ledger(request.args, {}, 200)


@requires(Action.HANDLE_DISPUTE)
def export() -> Response:
    """Give the entries asked for as a file; the export is itself an event in the audit trail."""
    wanted, errors = wanted_of(request.form)
    kind, now = request.form.get("kind", ""), wired().clock.now()
    if errors:
        return _ledger(request.form, errors, 422)
    try:
        with transaction() as session:
            made = export_ledger(session, the_actor(), wanted=wanted, kind=kind, cipher=wired().keys.fields, now=now)
    except InvalidError as refusal:
        return _ledger(request.form, refusal.fields or {"first": refusal.sentence}, 422)
    answer = Response(made, content_type=FILES[kind])
    answer.headers["Content-Disposition"] = f"attachment; filename=ledger-{local(now):%Y%m%d-%H%M}.{kind}"
    return answer


def _ledger(given: Mapping[str, str], errors: Mapping[str, str], status: int) -> Response:
    wanted, wrong = wanted_of(given)
    errors = {**wrong, **errors}
    on_paper = given.get("print") == "1"
    now, cipher = wired().clock.now(), wired().keys.fields
    with reading() as session:
        found, older = ledger_entries(
            session, scope=the_scope(), wanted=wanted, size=ON_PAPER if on_paper else ON_A_PAGE,
            after=cursor_of(given.get("older", "")),
        )  # fmt: skip
        lines = ledger_lines(session, found, cipher=cipher, now=now)
        units = [(str(one.id), one.name) for one in units_in_area(session, the_actor())]
        places = places_below(session, the_actor())
    asked: dict[str, Any] = {name: given.get(name, "") for name in ("first", "last", "unit", "place", "state")}
    page = render_template(
        "pages/support_ledger.html",
        tabs=tabs("ledger"),
        columns=[
            {"key": name, "label": label, "words": name in LONG} for name, label in zip(NAMES, COLUMNS, strict=True)
        ],
        rows=[_row(line) for line in lines],
        asked=asked,
        errors=errors,
        units=units,
        places=places,
        states=list(LEDGER_WORDS.items()),
        older=url_for("support_work.ledger", **asked, older=cursor_text(older)) if older else None,
        on_paper=on_paper,
        paper=url_for("support_work.ledger", **asked, print=1),
        made_on=f"{local(now):%Y-%m-%d %H:%M}",
        unit=the_actor().unit_name,
    )
    return make_response(page, status)


def _row(line: LedgerLine) -> dict[str, object]:
    cells: dict[str, object] = dict(zip(NAMES, line.cells, strict=True))
    return cells | {"url": url_for("disputes.detail", dispute_id=line.dispute_id), "late": line.is_late}


@requires(Action.HANDLE_DISPUTE)
def bulletin() -> Response:
    """Show by unit what was registered, closed and is late; no persons, no order by figures, small numbers hidden."""
    now = wired().clock.now()
    today = local_date(now)
    first = day_of(request.args.get("first", "")) or date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = day_of(request.args.get("last", "")) or today
    errors = {"last": "截止日期早于开始日期,请核对。"} if first > last else {}
    with reading() as session:
        figures = [] if errors else unit_figures(session, scope=the_scope(), first=first, last=last, now=now)
        names = place_names(session, {one.place_code[:TOWNSHIP_CODE] for one in figures})
    villages = [one for one in figures if len(one.place_code) > TOWNSHIP_CODE]
    page = render_template(
        "pages/support_bulletin.html",
        tabs=tabs("bulletin"),
        rows=[_figures(one) for one in figures if len(one.place_code) <= TOWNSHIP_CODE],
        villages=[
            (names[code], [_figures(one) for one in those])
            for code, those in groupby(villages, lambda one: one.place_code[:TOWNSHIP_CODE])
        ],
        first=first.isoformat(),
        last=last.isoformat(),
        period=f"{day_words(first)}至{day_words(last)}",
        errors=errors,
        unit=the_actor().unit_name,
        made_on=f"{local(now):%Y-%m-%d}",
    )
    return make_response(page, 422 if errors else 200)


def _figures(one: UnitFigures) -> dict[str, str]:
    return {"unit": one.unit, "opened": small(one.opened), "closed": small(one.closed), "overdue": small(one.overdue)}


def add_routes(bp: Blueprint) -> None:
    """Give the blueprint the pages of the ledger."""
    bp.add_url_rule("/ledger", "ledger", ledger)
    bp.add_url_rule("/ledger/export", "export_ledger", export, methods=["POST"])
    bp.add_url_rule("/ledger/bulletin", "bulletin", bulletin)
