"""Backtests: what the rounds of a past period would have told, week by week, how soon, and the list to read."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request, url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.backtest_pages import findings_in_reach, places_named, without_complaints
from grid_app.queries.backtests import BacktestRow, StoredResult, backtest_of, result_of
from grid_app.queries.findings import findings_by_id
from grid_app.services.backtests.running import BROKEN_OFF, MISSING
from grid_app.vocabulary.findings import signal_word
from grid_app.web.backtests import shown, starting
from grid_app.web.backtests.findings import finding_cards
from grid_app.wiring import wired

bp = Blueprint("backtests", __name__)
guard_pages(bp)
bp.add_url_rule("/signals/backtests", "index", starting.index, methods=["GET"])
bp.add_url_rule("/signals/backtests", "start", starting.start, methods=["POST"])
bp.add_url_rule("/signals/backtests/<uuid:backtest_id>/again", "again", starting.again, methods=["POST"])
bp.add_url_rule("/signals/backtests/<uuid:backtest_id>/progress", "progress", starting.progress, methods=["GET"])
FINDINGS_SHOWN: Final = 20
ALL: Final = "all"


@bp.get("/signals/backtests/<uuid:backtest_id>")
@requires(Action.RUN_BACKTEST)
def detail(backtest_id: UUID) -> str:
    """Show one backtest: how far it is, or what it says."""
    with reading() as session:
        row = backtest_of(session, the_actor(), backtest_id, now=wired().clock.now())
        result = result_of(session, backtest_id) if row is not None and row.state == "done" else None
    if row is None:
        raise NotFoundError(MISSING)
    word, tone = shown.STATES[row.state]
    return render_template(
        "pages/backtest.html",
        row=row,
        word=word,
        tone=tone,
        figures=shown.figures_of(row),
        proof=shown.proof_of(row),
        broken_off=BROKEN_OFF,
        **(_told(row, result) if result else {}),
    )


def _told(row: BacktestRow, result: StoredResult) -> dict[str, Any]:
    """Return what the page says of a result."""
    chosen, page = request.args.get("signal", ALL), max(request.args.get("page", 1, type=int), 1)
    listed = [one for one in result.findings if chosen in (ALL, one.told.kind)]
    weeks = shown.weeks_of(result.rounds)
    rows = shown.week_rows(weeks)
    with reading() as session:
        actor = the_actor()
        found = findings_in_reach(
            session, actor, the_scope(), listed, offset=(page - 1) * FINDINGS_SHOWN, limit=FINDINGS_SHOWN
        )
        known = findings_by_id(session, actor, [UUID(one.matter_id) for one in result.matters])
        held = without_complaints(session, actor, result.held)
        left = places_named(session, [one.subject for one in (*result.held, *result.not_screened)])
    names = {str(one.finding_id): (one.code, one.place) for one in known}
    return {
        "weeks": rows,
        "highest": shown.highest_bar(rows),
        "signals": shown.signal_rows(row, result, len(weeks)),
        "thresholds": shown.threshold_lines(result),
        "detected": shown.detection_sentence(result.matters),
        "missed": shown.detection_rows([one for one in result.matters if one.found_on is None], names),
        "matters": shown.detection_rows([one for one in result.matters if one.found_on is not None], names),
        "cards": finding_cards(found),
        "total": found.total,
        "withheld": found.withheld,
        "page": page,
        "first": (page - 1) * FINDINGS_SHOWN + 1,
        "has_next": page * FINDINGS_SHOWN < found.total,
        "chosen": chosen,
        "kinds": _tabs(row, result, chosen),
        "held": shown.held_rows(held, left),
        "held_total": len(held),
        "not_screened": shown.not_screened_lines(result.not_screened, left),
    }


def _tabs(row: BacktestRow, result: StoredResult, chosen: str) -> list[dict[str, object]]:
    words = [(ALL, "全部"), *((kind, signal_word(kind)) for kind in row.signals)]
    return [
        {
            "label": word,
            "url": url_for("backtests.detail", backtest_id=row.backtest_id, signal=code, _anchor="list"),
            "current": code == chosen,
            "count": sum(code in (ALL, one.told.kind) for one in result.findings),
        }
        for code, word in words
    ]
