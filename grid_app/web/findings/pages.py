"""Findings: why, who does what, by when; confirm or dismiss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.finding_course import clocks_of_finding, course_of, precision_of_signals
from grid_app.queries.finding_pages import MemberRow, escalations_of_finding, history_of, members_in_scope
from grid_app.queries.findings import (
    FINDINGS_SHOWN,
    FindingRow,
    counts_by_state,
    finding_facts,
    findings_by_id,
    findings_of,
)
from grid_app.services.findings.decisions import ask_to_dismiss, confirm_finding, dismiss_finding
from grid_app.services.findings.ownership import rights_of
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.findings import COUNTS_HOUSEHOLDS, DONE_STATES, LIVE_STATES, SUSPECTED, signal_word
from grid_app.vocabulary.words import FINDING_STATE_WORDS, STATE_WORDS
from grid_app.web.findings import shown
from grid_app.web.findings.history import history_moments
from grid_app.web.findings.questions import add_question_routes
from grid_app.web.findings.steps import add_step_routes, forms_for, typed_version
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble
from grid_app.web.wording import local_date
from grid_app.wiring import wired

bp = Blueprint("findings", __name__)
guard_pages(bp)

TABS: Final = (
    (SUSPECTED, "待判断", (SUSPECTED,)),
    ("live", "办理中", LIVE_STATES),
    ("done", "已解决", DONE_STATES),
    ("dismissed", "不成立", ("dismissed",)),
    ("all", "全部", ()),
)
STATES: Final = {code: states for code, _, states in TABS}
MISSING: Final = "没有这条苗头提示,或它不在您的范围内。请回到列表重新选择。"


@bp.get("/findings")
@requires(Action.READ_FINDINGS)
def index() -> str:
    """List the findings of the actor's area by state, the gravest first, and how often each signal was right."""
    actor, asked = the_actor(), request.args.get("state", SUSPECTED)
    one = (asked,) if asked in FINDING_STATE_WORDS and asked not in STATES else ()
    chosen = asked if asked in STATES or one else "all"
    states = one or STATES[chosen]
    page = max(request.args.get("page", 1, type=int), 1)
    with reading() as session:
        rows = findings_of(session, actor, states=states, offset=(page - 1) * FINDINGS_SHOWN)
        counts = counts_by_state(session, actor)
        signals = precision_of_signals(session, actor)
    total = _sum(counts, states)
    tabs = [
        {
            "label": word,
            "url": url_for("findings.index", state=code),
            "current": code == chosen,
            "count": _sum(counts, some),
        }
        for code, word, some in TABS
    ]
    return render_template(
        "pages/findings.html",
        tabs=tabs,
        cells=shown.finding_cells(rows, now=wired().clock.now()),
        signals=shown.precision_lines(signals),
        may_read_signals=allows(actor, Action.READ_SIGNALS),
        chosen=chosen,
        one_state=len(states) == 1,
        page=page,
        first=(page - 1) * FINDINGS_SHOWN + 1,
        total=total,
        has_next=page * FINDINGS_SHOWN < total,
    )


def _sum(counts: dict[str, int], states: tuple[str, ...]) -> int:
    return sum(counts.get(state, 0) for state in states) if states else sum(counts.values())


@bp.get("/findings/<uuid:finding_id>")
@requires(Action.READ_FINDINGS)
def detail(finding_id: UUID) -> str | Response:
    """Show one finding; a unit with the duty to solve it is shown the question instead."""
    with reading() as session:
        rows = findings_by_id(session, the_actor(), [finding_id])
    if rows and rows[0].is_own_duty:
        return redirect(url_for("findings.question", finding_id=finding_id))
    return finding_page(finding_id, NO_TROUBLE)


def finding_page(finding_id: UUID, trouble: Trouble) -> str:
    """Return the page of a finding, with what went wrong in one of its forms.

    Raises
    ------
    NotFoundError
        There is none, or the actor may see no more of it than the question.
    """
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        rows = findings_by_id(session, actor, [finding_id])
        if not rows or rows[0].is_own_duty:
            raise NotFoundError(MISSING)
        facts, course = finding_facts(session, finding_id), course_of(session, finding_id)
        members = members_in_scope(session, the_scope(), finding_id)
        signals = {one.kind: one for one in precision_of_signals(session, actor)}
        rights = rights_of(session, actor, finding_id)
        forms = forms_for(session, rows[0], rights=rights, may_decide=allows(actor, Action.DECIDE_FINDING))
        clocks, history = clocks_of_finding(session, finding_id), history_of(session, finding_id)
        escalations = escalations_of_finding(session, finding_id)
    return render_template(
        "pages/finding.html",
        finding=rows[0],
        cell=shown.finding_cell(rows[0], now=now),
        facts=facts,
        sentence=shown.sentence_of(rows[0], facts, own=members.total - members.elsewhere),
        owner=shown.owner_sentence(course) if course else "",
        duties=shown.duties(rows[0], course, clocks, now=now),
        signal=(signal_word(rows[0].kind), shown.precision_sentence(signals.get(rows[0].kind))),
        what=_what(rows[0]),
        compared=shown.compared_sentence(facts, rows[0].kind),
        unit_word="户" if rows[0].kind in COUNTS_HOUSEHOLDS else "件",
        chance=shown.chance_sentence(facts),
        members=[_member(one) for one in members.shown],
        following=members.following,
        elsewhere=members.elsewhere,
        history=history_moments(history),
        escalations=shown.escalation_lines(escalations),
        rights=rights,
        forms=forms,
        may_read_inbox=allows(actor, Action.READ_INBOX),
        version=course.version if course else 0,
        trouble=trouble,
    )


def _what(row: FindingRow) -> list[tuple[str, str]]:
    place = f"{row.township}{row.place}"
    facts = [
        ("什么事", name_of(row.category)),
        ("有解决责任的单位或项目", row.organisation),
        ("在哪里", shown.BEYOND if row.is_beyond else place),
        ("从什么时候起", local_date(row.since)),
    ]
    return [pair for pair in facts if pair[1]]


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


@bp.post("/findings/<uuid:finding_id>/ask")
@requires(Action.DECIDE_FINDING)
def ask(finding_id: UUID) -> Response:
    """Ask the level above to dismiss the finding, with a reason."""
    return _decided(finding_id, ask_to_dismiss, "理由已记下,请上一级判断。到期没有判断的,会自动报上一级。")


def _decided(finding_id: UUID, decide: Callable[..., object], said: str) -> Response:
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            decide(
                session,
                finding_id=finding_id,
                actor=the_actor(),
                reason=reason,
                now=wired().clock.now(),
                version=typed_version(),
            )
    except (InvalidError, ConflictError, ForbiddenError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        trouble = Trouble("decide", refusal.sentence, errors, {"reason": reason})
        return make_response(finding_page(finding_id, trouble), STATUS[refusal.default_code])
    flash(said, "success")
    return redirect(url_for("findings.detail", finding_id=finding_id))


add_step_routes(bp, finding_page)
add_question_routes(bp)
