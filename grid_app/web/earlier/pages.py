"""The earlier matters of a dispute: seen by its handlers, picked by hand from the village's list, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError, Refusal
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.disputes_places import place_names
from grid_app.queries.earlier import earlier_matters
from grid_app.queries.related import Choice, earlier_choices
from grid_app.services.matters.earlier import link_earlier, unlink_earlier
from grid_app.services.matters.names import Names, hide_names
from grid_app.services.matters.step import NO_SUCH, Step
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import STATE_WORDS, VOICE_ONLY
from grid_app.web.card import Card, OpenSession
from grid_app.web.dispute_words import excerpt
from grid_app.web.earlier.shown import earlier_row, told_of
from grid_app.web.without_names import kept_names, shown_detail, shown_earlier
from grid_app.wiring import wired

bp = Blueprint("earlier", __name__)
guard_pages(bp)


def earlier_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:  # noqa: ARG001 - every card maker takes the moment
    """Return what the linked earlier matters tell; for handlers without any, nothing stands in the way."""
    found = earlier_matters(session, scope=dispute_scope(actor), dispute_id=detail.id)
    if not found.rows and not found.is_partial:
        return None
    facts = tuple(
        (one.linked.line.case_code, ";".join(told_of(one)) or ("前案" if one.is_earlier else "这件事是它的前案"))
        for one in found.rows
    )
    hint = "另有前案不在您的范围内,要了解的请问乡镇经办。" if found.is_partial else ""
    return Card("同一事由前案", facts, (("看前案", url_for("earlier.page", dispute_id=detail.id)),), hint)


@bp.get("/disputes/<uuid:dispute_id>/earlier")
@requires(Action.ADD_TO_DISPUTE)
def page(dispute_id: UUID) -> str:
    """Show the linked earlier matters and the village's own list to pick from."""
    return _page(dispute_id, {}, "")


@bp.post("/disputes/<uuid:dispute_id>/earlier/link")
@requires(Action.ADD_TO_DISPUTE)
def link(dispute_id: UUID) -> Response | WerkzeugResponse:
    """Link an earlier matter that was picked."""

    def change(step: Step, other: UUID) -> None:
        with transaction() as session:
            link_earlier(session, step, earlier_id=other)

    return _changed(dispute_id, change, "已关联为同一事由前案。前案调解失败的次数算进这件事的等级。")


@bp.post("/disputes/<uuid:dispute_id>/earlier/unlink")
@requires(Action.ADD_TO_DISPUTE)
def unlink(dispute_id: UUID) -> Response | WerkzeugResponse:
    """Take a link back, with the reason."""
    reason = request.form.get("reason", "")

    def change(step: Step, other: UUID) -> None:
        with transaction() as session:
            unlink_earlier(session, step, earlier_id=other, reason=reason)

    return _changed(dispute_id, change, "已解除关联,理由记在两件的经过里。")


def _changed(dispute_id: UUID, change: Callable[[Step, UUID], None], done: str) -> Response | WerkzeugResponse:
    other = uuid_of(request.form.get("other", ""))
    try:
        if other is None:
            flash("没有找到那一件。什么也没有改。", "warning")
        else:
            change(Step(dispute_id, the_actor(), 0, wired().clock.now()), other)
            flash(done, "success")
    except InvalidError as refusal:
        if "reason" not in refusal.fields:
            flash(refusal.sentence, "warning")
        else:
            errors = {f"reason-{other}": refusal.fields["reason"]}
            return make_response(_page(dispute_id, errors, request.form.get("reason", "")), 422)
    except Refusal as refusal:
        flash(refusal.sentence, "warning")
    return redirect(url_for("earlier.page", dispute_id=dispute_id))


def _page(dispute_id: UUID, errors: dict[str, str], typed: str) -> str:
    scope, asked = the_scope(), request.args.get("page", "0")
    at = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    all_kinds = request.args.get("kinds") == "all"
    with reading() as session:
        detail = shown_detail(session, scope=scope, dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        found = shown_earlier(session, scope=scope, dispute_id=dispute_id)
        choices = earlier_choices(session, scope=scope, dispute_id=dispute_id, all_kinds=all_kinds, page=at)
        names = kept_names(session, [one.id for one in choices.rows])
        code = detail.division_code[:12]
        village = place_names(session, [code])[code]
    return render_template(
        "pages/dispute_earlier.html",
        detail=detail,
        matter=detail.summary or VOICE_ONLY,
        rows=[earlier_row(one) for one in found.rows],
        is_partial=found.is_partial,
        choices=[_choice(one, names[one.id]) for one in choices.rows],
        may=allows(the_actor(), Action.HANDLE_DISPUTE) or detail.owner_unit_id == the_actor().unit_id,
        village=village,
        all_kinds=all_kinds,
        previous=_address(dispute_id, at - 1, all_kinds=all_kinds) if at else None,
        next=_address(dispute_id, at + 1, all_kinds=all_kinds) if choices.more else None,
        errors=errors,
        typed=typed,
    )


def _address(dispute_id: UUID, at: int, *, all_kinds: bool) -> str:
    return url_for("earlier.page", dispute_id=dispute_id, page=at, kinds="all" if all_kinds else None)


def _choice(one: Choice, names: Names) -> dict[str, object]:
    return {
        "id": one.id,
        "code": one.case_code,
        "day": f"{one.noted_on:%Y-%m-%d}",
        "matter": excerpt(hide_names(one.summary, names), signs=60) or VOICE_ONLY,
        "kind": name_of(one.category),
        "state": STATE_WORDS[one.state],
    }
