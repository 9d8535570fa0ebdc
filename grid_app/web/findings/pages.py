"""Findings: why, who does what, by when; confirm or dismiss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.finding_pages import MemberRow, escalations_of_finding, history_of, members_in_scope
from grid_app.queries.findings import FINDINGS_SHOWN, counts_by_state, finding_facts, findings_by_id, findings_of
from grid_app.services.findings.decisions import confirm_finding, dismiss_finding
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import FINDING_STATE_WORDS, STATE_WORDS
from grid_app.web.findings.shown import (
    duties,
    escalation_lines,
    finding_cell,
    finding_cells,
    history_moments,
    statistics_sentence,
)
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("findings", __name__)
guard_pages(bp)

TABS: Final = (("suspected", "待判断"), ("confirmed", "已确认"), ("dismissed", "不成立"), ("", "全部"))
MISSING = "没有这条苗头提示,或它不在您的范围内。请回到列表重新选择。"


@bp.get("/findings")
@requires(Action.READ_FINDINGS)
def index() -> str:
    """List the findings of the actor's area by state, the gravest first."""
    actor, state = the_actor(), request.args.get("state", "suspected")
    chosen = state if state in FINDING_STATE_WORDS else None
    page = max(request.args.get("page", 1, type=int), 1)
    with reading() as session:
        rows = findings_of(session, actor, state=chosen, offset=(page - 1) * FINDINGS_SHOWN)
        counts = counts_by_state(session, actor)
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    tabs = [
        {
            "label": word,
            "url": url_for("findings.index", state=code or "all"),
            "current": code == (chosen or ""),
            "count": counts.get(code, 0) if code else sum(counts.values()),
        }
        for code, word in TABS
    ]
    return render_template(
        "pages/findings.html",
        tabs=tabs,
        cells=finding_cells(rows, now=wired().clock.now()),
        chosen=chosen or "",
        page=page,
        first=(page - 1) * FINDINGS_SHOWN + 1,
        total=total,
        has_next=page * FINDINGS_SHOWN < total,
    )


@bp.get("/findings/<uuid:finding_id>")
@requires(Action.READ_FINDINGS)
def detail(finding_id: UUID) -> str:
    """Show one finding: why it is raised, who does what by when, its members in sight, its history."""
    return _page(finding_id, {})


def _page(finding_id: UUID, errors: dict[str, str], *, refused: str = "") -> str:
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        rows = findings_by_id(session, actor, [finding_id])
        if not rows:
            raise NotFoundError(MISSING)
        facts = finding_facts(session, finding_id)
        members = members_in_scope(session, the_scope(), finding_id)
        history = history_of(session, finding_id)
        escalations = escalations_of_finding(session, finding_id)
    return render_template(
        "pages/finding.html",
        finding=rows[0],
        cell=finding_cell(rows[0], now=now),
        facts=facts,
        duties=duties(rows[0], facts, now=now),
        statistics=statistics_sentence(facts),
        members=[_member(one) for one in members.shown],
        following=members.following,
        elsewhere=members.elsewhere,
        history=history_moments(history),
        escalations=escalation_lines(escalations),
        may_decide=rows[0].state == "suspected" and allows(actor, Action.DECIDE_FINDING),
        may_read_inbox=allows(actor, Action.READ_INBOX),
        reason=request.form.get("reason", ""),
        errors=errors,
        refused=refused,
    )


def _member(row: MemberRow) -> dict[str, object]:
    return {
        "case_code": row.case_code,
        "url": url_for("disputes.detail", dispute_id=row.dispute_id),
        "place": row.place,
        "category": name_of(row.category),
        "noted": local_date(row.noted_on),
        "grade": row.grade,
        "state": STATE_WORDS[row.state],
    }


@bp.post("/findings/<uuid:finding_id>/confirm")
@requires(Action.DECIDE_FINDING)
def confirm(finding_id: UUID) -> Response:
    """Confirm the finding with a reason; the county office is told at once."""
    return _decided(finding_id, confirm_finding, "已确认,并已提醒县级经办单位。请在期限内做好下面几件事。")


@bp.post("/findings/<uuid:finding_id>/dismiss")
@requires(Action.DECIDE_FINDING)
def dismiss(finding_id: UUID) -> Response:
    """Dismiss the finding with a reason; only growth raises it again."""
    return _decided(finding_id, dismiss_finding, "已判断为不成立。以后反映的户数再增加,会再次提示。")


def _decided(finding_id: UUID, decide: Callable[..., object], said: str) -> Response:
    try:
        with transaction() as session:
            decide(
                session,
                finding_id=finding_id,
                actor=the_actor(),
                reason=request.form.get("reason", ""),
                now=wired().clock.now(),
            )
    except InvalidError as refusal:
        return make_response(_page(finding_id, refusal.fields), 422)
    except ConflictError as refusal:
        return make_response(_page(finding_id, {}, refused=refusal.sentence), 409)
    flash(said, "success")
    return redirect(url_for("findings.detail", finding_id=finding_id))
