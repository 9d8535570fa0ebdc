"""What belongs to a dispute: likely duplicates with the reason, and links that can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError, Refusal
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.nearby import Hint
from grid_app.queries.related import Linked, suggestions
from grid_app.services.matters.grading import EARLIER
from grid_app.services.matters.links import link_disputes, unlink_disputes
from grid_app.services.matters.names import Names, hide_in_excerpt
from grid_app.services.matters.step import NO_SUCH
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import CLOSURE_WORDS, STATE_WORDS, VOICE_ONLY
from grid_app.web.dispute_history import RELATION_WORDS
from grid_app.web.dispute_words import excerpt, state_tone
from grid_app.web.without_names import kept_names, shown_detail, shown_linked
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

ANSWERS: Final = (
    ("same_household", "同一户同一件事"),
    ("other_household", "另一户同样的事"),
    ("unrelated", "无关"),
)
ALIKE: Final = 0.25
COPIED: Final = 0.8
NAMED: Final = 0.5


@requires(Action.HANDLE_DISPUTE)
def related(dispute_id: UUID) -> str:
    """Show what may belong to a dispute and what was linked to it."""
    return _page(dispute_id, {}, "")


@requires(Action.HANDLE_DISPUTE)
def link(dispute_id: UUID) -> WerkzeugResponse:
    """Record how another dispute belongs to this one."""
    relation = request.form.get("relation", "")
    done = {
        EARLIER: "已关联为同一事由前案。前案调解失败的次数算进这件事的等级。",
        "unrelated": "已记下:两件无关,以后不再提示。",
    }.get(relation, "已关联。两件各有各的编号和期限,照常办。")

    def change(other: UUID) -> None:
        with transaction() as session:
            link_disputes(
                session, actor=the_actor(), dispute_id=dispute_id, other_id=other, relation=relation,
                now=wired().clock.now(),
            )  # fmt: skip

    return _changed(dispute_id, change, done)


@requires(Action.HANDLE_DISPUTE)
def unlink(dispute_id: UUID) -> Response | WerkzeugResponse:
    """Take a link back, with the reason."""
    reason = request.form.get("reason", "")

    def change(other: UUID) -> None:
        with transaction() as session:
            unlink_disputes(
                session, actor=the_actor(), dispute_id=dispute_id, other_id=other, reason=reason,
                now=wired().clock.now(),
            )  # fmt: skip

    try:
        return _changed(dispute_id, change, "已解除关联,理由记在两件的经过里。")
    except InvalidError as refusal:
        other = request.form.get("other", "")
        errors = {f"reason-{other}": refusal.fields.get("reason", refusal.sentence)}
        return make_response(_page(dispute_id, errors, reason), 422)


def _changed(dispute_id: UUID, change: Callable[[UUID], None], done: str) -> WerkzeugResponse:
    other = uuid_of(request.form.get("other", ""))
    try:
        if other is None:
            raise NotFoundError("没有找到那一件。什么也没有改。")
        change(other)
    except InvalidError as refusal:
        if "reason" in refusal.fields:
            raise
        flash(refusal.sentence, "warning")
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    else:
        flash(done, "success")
    return redirect(url_for("intake.related", dispute_id=dispute_id))


def _page(dispute_id: UUID, errors: dict[str, str], typed: str) -> str:
    scope = the_scope()
    today = local_date(wired().clock.now())
    with reading() as session:
        detail = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        hints = suggestions(session, scope=scope, dispute_id=dispute_id, today=today)
        linked = shown_linked(session, scope=scope, dispute_id=dispute_id)
        names = kept_names(session, [one.id for one in hints])
    return render_template(
        "pages/dispute_related.html",
        detail=detail,
        matter=detail.summary or VOICE_ONLY,
        hints=[_hint(one, names[one.id]) for one in hints],
        linked=[_linked(one) for one in linked],
        answers=ANSWERS,
        errors=errors,
        typed=typed,
    )


def why(hint: Hint) -> str:
    """Return in words why two disputes may be one matter."""
    parts = [f"同在{hint.place}", "同一类别"]
    if (hint.parts.names or 0) >= NAMED:
        parts.append("文字里说到同一个地方或单位")
    if hint.parts.text is None:
        parts.append("有一件没有写清是什么事,请打开看或听")
    elif hint.parts.text >= ALIKE:
        parts.append("说法几乎一样" if hint.parts.text >= COPIED else "说的事相近")
    if hint.parts.place == 1.0:
        parts.append("地点很近")
    if hint.parts.organisation == 1.0:
        parts.append("同一责任单位")
    return "、".join(parts)


def _hint(one: Hint, names: Names) -> dict[str, object]:
    return {
        "id": one.id,
        "code": one.case_code,
        "matter": hide_in_excerpt(one.excerpt, names),
        "since": day_words(one.since),
        "verdict": "很可能是同一件事" if one.verdict == "same_matter" else "可能是同样的事",
        "why": why(one),
    }


def _linked(one: Linked) -> dict[str, object]:
    told = []
    if one.relation == EARLIER and one.is_earlier:
        if one.failed:
            told.append(f"调解失败过 {one.failed} 次")
        if one.agreed and not one.performed:
            told.append("达成过协议,没有履行的记录")
        if one.performed:
            told.append("协议履行过")
    if one.closure_ground:
        told.append(f"办结依据:{CLOSURE_WORDS.get(one.closure_ground, '')}")
    relation = RELATION_WORDS.get(one.relation, "")
    if one.relation == EARLIER and not one.is_earlier:
        relation = "这件事是它的前案"
    return {
        "id": one.line.id,
        "code": one.line.case_code,
        "matter": excerpt(one.line.summary, signs=60),
        "place": one.line.place,
        "relation": relation,
        "state": STATE_WORDS[one.line.state],
        "tone": state_tone(one.line.state),
        "told": ";".join(told),
    }


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of intake."""
    bp.add_url_rule("/disputes/<uuid:dispute_id>/related", "related", related, methods=["GET"])
    bp.add_url_rule("/disputes/<uuid:dispute_id>/related/link", "link", link, methods=["POST"])
    bp.add_url_rule("/disputes/<uuid:dispute_id>/related/unlink", "unlink", unlink, methods=["POST"])
