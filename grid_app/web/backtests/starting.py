"""Starting a backtest from its page: at once when it takes a second, else in the background with a bar."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from flask import flash, jsonify, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.errors import ConflictError, InvalidError, NotFoundError, Refusal
from grid_app.http import backtests
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.backtests import backtest_of
from grid_app.services.backtests.asking import FIGURES, asked_of
from grid_app.services.backtests.running import MISSING, WHOLE, Begun
from grid_app.services.signals.settings import parameters_at
from grid_app.web import background
from grid_app.web.backtests.listing import index_page
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired
from screening import Parameters

USUAL_WEEKS = timedelta(weeks=26)
DAY = timedelta(days=1)
TYPED = ("first", "last", "every_days", *FIGURES)
log = logging.getLogger(__name__)


@requires(Action.RUN_BACKTEST)
def index() -> str:
    """Show the form, filled with what the county works with now, and the backtests done so far."""
    standing = _standing()
    yesterday = local_date(wired().clock.now()) - DAY
    usual = {
        "first": (yesterday - USUAL_WEEKS).isoformat(),
        "last": yesterday.isoformat(),
        "every_days": "7",
        **{name: f"{getattr(standing, name):g}" for name in FIGURES},
    }
    asked = {name: request.args[name] for name in TYPED if request.args.get(name)}
    signals = request.args.getlist("signals") or standing.signals
    return index_page({**usual, **asked}, signals)


@requires(Action.RUN_BACKTEST)
def start() -> Response:
    """Start a backtest of the own county, or show the form again with what is to be changed."""
    actor, signals = the_actor(), request.form.getlist("signals")
    typed = {name: request.form.get(name, "").strip() for name in TYPED}
    today = local_date(wired().clock.now())
    try:
        asked = asked_of(typed, signals, division_code=actor.division_code, standing=_standing(), today=today)
        begun = backtests.begin(asked, actor=actor)
    except (InvalidError, ConflictError) as refusal:
        return _again_typed(typed, signals, refusal)
    return _work_on(begun)


def _again_typed(typed: Mapping[str, str], signals: list[str], refusal: InvalidError | ConflictError) -> Response:
    errors = refusal.fields if isinstance(refusal, InvalidError) else {}
    return make_response(index_page(typed, signals, errors, refusal.sentence), STATUS[refusal.default_code])


@requires(Action.RUN_BACKTEST)
def again(backtest_id: UUID) -> Response:
    """Begin one anew that broke off or failed."""
    back = redirect(url_for("backtests.detail", backtest_id=backtest_id))
    with reading() as session:
        if backtest_of(session, the_actor(), backtest_id, now=wired().clock.now()) is None:
            raise NotFoundError(MISSING)
    try:
        begun = backtests.begin_again(backtest_id, actor=the_actor())
    except ConflictError as refusal:
        flash(refusal.sentence, "info")
        return back
    return _work_on(begun)


@requires(Action.RUN_BACKTEST)
def progress(backtest_id: UUID) -> Response:
    """Say how far a backtest is, for the bar on its page."""
    with reading() as session:
        row = backtest_of(session, the_actor(), backtest_id, now=wired().clock.now())
    if row is None:
        raise NotFoundError(MISSING)
    label = row.sentence or f"{row.percent}%"
    return jsonify(done=row.percent, total=WHOLE, finished=row.state != "running", label=label)


def _standing() -> Parameters:
    with reading() as session:
        return parameters_at(session, division_code=the_actor().division_code, at=wired().clock.now())


def _work_on(begun: Begun) -> Response:
    background.begin(_work, begun)
    return redirect(url_for("backtests.detail", backtest_id=begun.backtest_id))


def _work(begun: Begun) -> None:
    try:
        backtests.replay_and_record(begun)
    except Refusal as refusal:
        log.info("a backtest was refused", extra={"backtest": str(begun.backtest_id), "code": refusal.code})
    except Exception:  # the thread's outermost line: the page shows the sentence, the log the reason
        log.exception("a backtest failed", extra={"backtest": str(begun.backtest_id)})
