"""The list of backtests with the form of the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template, request, url_for

from grid_app.database.transaction import reading
from grid_app.http.guard import the_actor
from grid_app.queries.backtests import BACKTESTS_SHOWN, backtests_of
from grid_app.vocabulary.findings import signal_word
from grid_app.vocabulary.signals import QUESTIONS
from grid_app.web.backtests.shown import backtest_cell
from grid_app.wiring import wired
from screening.parameters import SIGNALS, STATISTICAL


def index_page(
    typed: Mapping[str, str], signals: Sequence[str], errors: Mapping[str, str] | None = None, sentence: str = ""
) -> str:
    """Return the page with what was typed and what is to be changed in it."""
    page = max(request.args.get("page", 1, type=int), 1)
    with reading() as session:
        rows = backtests_of(
            session, the_actor(), now=wired().clock.now(), offset=(page - 1) * BACKTESTS_SHOWN,
            limit=BACKTESTS_SHOWN + 1,
        )  # fmt: skip
    return render_template(
        "pages/backtests.html",
        cells=[backtest_cell(one) for one in rows[:BACKTESTS_SHOWN]],
        page=page,
        has_older=len(rows) > BACKTESTS_SHOWN,
        choices=[(code, signal_word(code), QUESTIONS[code]) for code in SIGNALS],
        statistical="、".join(f"“{signal_word(code)}”" for code in STATISTICAL),
        typed=typed,
        signals=signals,
        errors=errors or {},
        sentence=sentence,
        action=url_for("backtests.start"),
    )
