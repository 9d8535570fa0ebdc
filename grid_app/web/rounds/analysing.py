"""Analysing a round from its page: at once when it takes a second, else in the background with a bar."""

from __future__ import annotations

import logging
from uuid import UUID

from flask import flash, jsonify, redirect, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, NotFoundError, Refusal
from grid_app.http import analyses
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, Actor
from grid_app.queries.rounds import round_of
from grid_app.services.rounds.steps import close_round
from grid_app.services.rounds.under_way import WHOLE, UnderWay, under_way
from grid_app.web import background
from grid_app.wiring import wired

log = logging.getLogger(__name__)


@requires(Action.RUN_ROUND)
def run(round_id: UUID) -> Response:
    """Close the round if it is open, analyse it, and lead back to it; a long analysis goes on behind the page."""
    actor = the_actor()
    with transaction() as session:
        close_round(session, round_id=round_id, actor=actor, now=wired().clock.now())
    back = redirect(url_for("rounds.detail", round_id=round_id))
    try:
        analyses.begin(round_id, actor=actor)
    except ConflictError as refusal:
        flash(refusal.sentence, "info")
        return back
    background.begin(_work, round_id, actor)
    return back


def _work(round_id: UUID, actor: Actor) -> None:
    try:
        analyses.analyse_and_record(round_id, actor=actor)
    except Refusal as refusal:
        log.info("an analysis was refused", extra={"round": str(round_id), "code": refusal.code})
    except Exception:  # the thread's outermost line: the page shows the sentence, the log the reason
        log.exception("analysing a round failed", extra={"round": str(round_id)})


@requires(Action.READ_ROUNDS)
def progress(round_id: UUID) -> Response:
    """Say how far the analysis is, for the bar on the page."""
    with reading() as session:
        if round_of(session, the_actor(), round_id) is None:
            raise NotFoundError("没有这一轮排查,或它不在您的范围内。")
        state = under_way(session, round_id=round_id, now=wired().clock.now())
    if state is None:
        raise NotFoundError("这一轮还没有研判过。")
    return jsonify(
        done=state.percent, total=WHOLE, finished=not state.is_running, label=state.sentence or f"{state.percent}%"
    )


def state_of(round_id: UUID) -> UnderWay | None:
    """Return how far the newest analysis is; ``None`` where the page has nothing to say of it."""
    with reading() as session:
        state = under_way(session, round_id=round_id, now=wired().clock.now())
    return state if state is not None and (state.outcome != "done" or state.is_news) else None
