"""Signals: what each asks, on or off, how often it was right; the budget and what it held back."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.backtests import BEARS_FOR, backtest_for
from grid_app.queries.finding_course import precision_of_signals
from grid_app.queries.signal_pages import last_runs, raised_since
from grid_app.queries.signal_settings import county_of, settings_at, settings_of
from grid_app.services.signals.settings import (
    NO_SIGNAL,
    BacktestFor,
    Change,
    figure_words,
    is_on,
    parameters_of,
    parameters_with,
    set_budget,
    switch,
)
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.signals import BACKTESTED, BUDGET, FIGURES, NEVER_OFF, QUESTIONS
from grid_app.web.signals import shown
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble
from grid_app.wiring import wired

bp = Blueprint("signals", __name__)
guard_pages(bp)


MOST_DIGITS: Final = 4
UNCHANGED: Final = "和现在一样,没有改动。"


@bp.get("/signals")
@requires(Action.READ_SIGNALS)
def index() -> str:
    """Show every signal with how it did, the budget with what follows from it, and what the last runs did not tell."""
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        county = county_of(session, actor.division_code)
        settings = settings_at(session, county=county, at=now)
        precisions = precision_of_signals(session, actor)
        raised = raised_since(session, county=county, since=now - timedelta(days=shown.DAYS_SHOWN))
        last = last_runs(session, county=county, unit_id=actor.unit_id)
    per_month = parameters_of(settings).budget_per_month
    return render_template(
        "pages/signals.html",
        cards=shown.signal_cards(settings, precisions, raised, may_edit=allows(actor, Action.EDIT_SIGNALS)),
        per_month=f"{per_month:g}",
        budget_since=shown.since_words(settings.get(BUDGET)),
        budget_lines=shown.budget_lines(last, per_month=per_month),
        held=shown.held_rows(last.held),
        held_total=len(last.held),
        not_screened=shown.not_screened_lines(last.not_screened),
        round_name=last.round_name,
        days=shown.DAYS_SHOWN,
        may_read_findings=allows(actor, Action.READ_FINDINGS),
        may_backtest=allows(actor, Action.RUN_BACKTEST),
        may_edit=allows(actor, Action.EDIT_SIGNALS),
    )


@bp.get("/signals/<code>")
@requires(Action.READ_SIGNALS)
def signal(code: str) -> str:
    """Show one signal, or the budget, with its earlier settings and the form to change it."""
    return _page(code, NO_TROUBLE)


@bp.post("/signals/<code>")
@requires(Action.EDIT_SIGNALS)
def save(code: str) -> str | Response:
    """Switch a signal on or off, or set the budget."""
    form = request.form
    change = Change(
        reason=form.get("reason", ""),
        replaces=uuid_of(form.get("replaces", "")),
        enabled=form.get("enabled", "yes") == "yes",
        figures={name: _number(form.get(name, "")) for name in FIGURES.get(code, ())},
    )
    try:
        with transaction() as session:
            by, now = the_actor(), wired().clock.now()
            if code == BUDGET:
                changed = set_budget(session, change=change, actor=by, now=now, backtest_for=_bearing(now))
            else:
                changed = switch(session, signal=code, change=change, actor=by, now=now, backtest_for=_bearing(now))
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        trouble = Trouble("signal", refusal.sentence, errors, dict(form.items()))
        return make_response(_page(code, trouble), STATUS[refusal.default_code])
    flash("已保存,从下一次研判起按新的办。" if changed else UNCHANGED, "success")
    return redirect(url_for("signals.index"))


def _page(code: str, trouble: Trouble) -> str:
    if code not in QUESTIONS and code != BUDGET:
        raise NotFoundError(NO_SIGNAL)
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        county = county_of(session, actor.division_code)
        settings = settings_at(session, county=county, at=now)
        history = settings_of(session, county=county, signal=code)
        parameters, tried = parameters_of(settings), parameters_with(settings, code)
        bears = None
        if code in BACKTESTED:
            bears = _bearing(now)(session, division_code=county, signal=code, parameters=tried)
    standing = {name: f"{getattr(parameters, name):g}" for name in FIGURES.get(code, ())}
    figures = {name: trouble.typed.get(name, value) for name, value in standing.items()}
    return render_template(
        "pages/signal.html" if code != BUDGET else "pages/signal_budget.html",
        code=code,
        word=shown.word_of(code),
        question=QUESTIONS.get(code, ""),
        tag=shown.ON if is_on(settings, code) else shown.OFF,
        since=shown.since_words(settings.get(code)),
        never_off=code == NEVER_OFF,
        needs_backtest=code in BACKTESTED and bears is None and not is_on(settings, code),
        bears_url=shown.backtest_url(bears),
        needed=figure_words(tried),
        try_url=shown.try_url(tried.signals, figures),
        may_backtest=allows(actor, Action.RUN_BACKTEST),
        standing=standing,
        figures=figures,
        enabled=trouble.typed.get("enabled", "yes" if is_on(settings, code) else "no"),
        replaces=settings[code].setting_id if code in settings else "",
        history=shown.history_lines(history, may_backtest=allows(actor, Action.RUN_BACKTEST)),
        may_edit=allows(actor, Action.EDIT_SIGNALS),
        trouble=trouble,
    )


def _bearing(now: datetime) -> BacktestFor:
    """Return what looks for a backtest; one that is too old bears nothing any more."""
    return partial(backtest_for, since=now - BEARS_FOR)


def _number(text: str) -> int | None:
    """Return a short whole number as typed, full-width digits too; ``None`` for anything else."""
    words = unicodedata.normalize("NFKC", text).strip()
    return int(words) if words.isascii() and words.isdecimal() and len(words) <= MOST_DIGITS else None
