"""Screening rounds: the list, one round with its progress and runs, closing, analysing, reviewing."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date as local_day
from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, Role, allows
from grid_app.queries.exports.jobs import jobs_of
from grid_app.queries.findings import FindingRow, findings_by_id
from grid_app.queries.return_pages import own_answers
from grid_app.queries.round_progress import VillageProgress
from grid_app.queries.rounds import (
    ROUNDS_SHOWN,
    RoundRow,
    RunRow,
    progress_of,
    returned_of,
    round_of,
    rounds_of,
    runs_of,
)
from grid_app.services.exports.kinds import ROUND
from grid_app.services.rounds.steps import close_round, review_round
from grid_app.vocabulary.words import ROUND_STATE_WORDS
from grid_app.web.exports.shown import bulletin_cells
from grid_app.web.findings.shown import finding_cells
from grid_app.web.rounds import analysing
from grid_app.web.rounds import answer as rounds_answer
from grid_app.web.rounds import open as rounds_open
from grid_app.web.rounds import templates as rounds_templates
from grid_app.web.rounds.shown import TONES, group_by_township, last_day, round_cells, run_cells
from grid_app.web.wording import local_date, remaining
from grid_app.wiring import wired

bp = Blueprint("rounds", __name__)
guard_pages(bp)
rounds_answer.add_routes(bp)
rounds_open.add_routes(bp)
rounds_templates.add_routes(bp)
bp.add_url_rule("/rounds/<uuid:round_id>/run", "run", analysing.run, methods=["POST"])
bp.add_url_rule("/rounds/<uuid:round_id>/progress", "progress", analysing.progress, methods=["GET"])


@bp.get("/rounds")
@requires(Action.READ_ROUNDS)
def index() -> str:
    """List the rounds over the actor's area with state, due date and progress."""
    actor, page = the_actor(), max(request.args.get("page", 1, type=int), 1)
    with reading() as session:
        found = rounds_of(session, actor, offset=(page - 1) * ROUNDS_SHOWN, limit=ROUNDS_SHOWN + 1)
        rows = found[:ROUNDS_SHOWN]
        counts = returned_of(session, rows, within=actor.division_path)
        own = own_answers(session, actor, now=wired().clock.now())
    return render_template(
        "pages/rounds.html",
        cells=round_cells(rows, counts, own, now=wired().clock.now()),
        page=page,
        has_older=len(found) > ROUNDS_SHOWN,
        in_field=bool(own),
        may_open=allows(actor, Action.RUN_ROUND),
        may_answer=allows(actor, Action.RETURN_ROUND),
    )


@bp.get("/rounds/<uuid:round_id>")
@requires(Action.READ_ROUNDS)
def detail(round_id: UUID) -> str:
    """Show one round: who has returned, what the runs said, and the next step."""
    actor = the_actor()
    with reading() as session:
        row = round_of(session, actor, round_id)
        if row is None:
            raise NotFoundError("没有这一轮排查,或它不在您的范围内。请回到排查列表重新选择。")
        progress = progress_of(session, row, within=actor.division_path)
        files = jobs_of(session, actor=actor, now=wired().clock.now(), kind=ROUND)
        runs = runs_of(session, round_id) if allows(actor, Action.READ_FINDINGS) else []
        findings = findings_by_id(session, actor, runs[0].findings) if runs else []
    return _page(row, progress, runs, findings, bulletin_cells(files, "round_id", str(round_id)))


def _page(
    row: RoundRow,
    progress: list[VillageProgress],
    runs: list[RunRow],
    findings: list[FindingRow],
    bulletins: list[dict[str, str]],
) -> str:
    actor, now = the_actor(), wired().clock.now()
    chosen = request.args.get("township", "")
    return render_template(
        "pages/round.html",
        round=row,
        state_word=ROUND_STATE_WORDS[row.state],
        tone=TONES[row.state],
        first_day=local_date(row.opens_at),
        last_day=last_day(row),
        left=remaining(row.due_at, now) if row.state == "open" else "",
        returned=sum(one.returned for one in progress),
        villages=len(progress),
        townships=group_by_township(progress, chosen=chosen),
        runs=run_cells(runs),
        analysis=analysing.state_of(row.round_id),
        findings=finding_cells(findings, now=now),
        may_run=row.governed and allows(actor, Action.RUN_ROUND),
        as_known_on=_replayed_day(row) if allows(actor, Action.RUN_BACKTEST) else "",
        may_answer=row.state == "open" and allows(actor, Action.RETURN_ROUND),
        may_export=allows(actor, Action.EXPORT),
        bulletins=bulletins,
        may_type=row.state == "open" and actor.role is Role.TOWNSHIP_OFFICER,
    )


def _replayed_day(row: RoundRow) -> str:
    """Return the newest day of a round that is over, for replaying what was known then."""
    yesterday = local_day(wired().clock.now()) - timedelta(days=1)
    return min(row.window_end, yesterday).isoformat()


@bp.post("/rounds/<uuid:round_id>/close")
@requires(Action.RUN_ROUND)
def close(round_id: UUID) -> Response:
    """Close a round now; the window ends today."""
    with transaction() as session:
        close_round(session, round_id=round_id, actor=the_actor(), now=wired().clock.now())
    flash("这一轮已关闭,不再收回执。已登记的纠纷都在,可以研判了。", "success")
    return redirect(url_for("rounds.detail", round_id=round_id))


@bp.post("/rounds/<uuid:round_id>/review")
@requires(Action.RUN_ROUND)
def review(round_id: UUID) -> Response:
    """Mark an analysed round as reviewed."""
    with transaction() as session:
        review_round(session, round_id=round_id, actor=the_actor(), now=wired().clock.now())
    flash("已标记为“已审阅”。", "success")
    return redirect(url_for("rounds.detail", round_id=round_id))
