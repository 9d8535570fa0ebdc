"""The reachability board: offices and channels, what is dead and who must act; test rings of duty phones."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.reachability import NONE, OfficeState, board_of, offices_seen, who_mends
from grid_app.queries.reachability_states import DEAD, UNPROVEN, WORKS
from grid_app.services.channels.rings import record_ring
from grid_app.vocabulary.channels import OUTCOME_WORDS, PHONE, SHORT_WORDS
from grid_app.web.channels.shown import OFFICE_WORDS, board_row, channel_row, rings_count, trouble_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("reachability", __name__)
guard_pages(bp)


@bp.get("/reachability")
@requires(Action.READ_REACHABILITY)
def index() -> str:
    """Show every office of the reader's with its channels: what needs somebody first."""
    now = wired().clock.now()
    with reading() as session:
        board = board_of(session, offices_seen(session, the_actor()), now=now)
        menders = {one.office.unit_id: who_mends(session, one.office.path) for one in board if _is_troubled(one)}
    kinds = [kind for kind in SHORT_WORDS if any(one.of_kind(kind) for one in board)]
    troubles = [
        trouble_of(channel, one.office, menders[one.office.unit_id])
        for one in board
        for channel in one.channels
        if channel.state == DEAD
    ]
    figures = [
        (OFFICE_WORDS[state], sum(one.state == state for one in board), None) for state in (DEAD, NONE, UNPROVEN, WORKS)
    ]
    return render_template(
        "pages/reachability.html", rows=[board_row(one, kinds) for one in board], figures=figures, troubles=troubles,
        kinds=[SHORT_WORDS[kind] for kind in kinds], begins=wired().settings.probe_at, at=local_time(now),
    )  # fmt: skip


@bp.get("/reachability/<uuid:unit_id>")
@requires(Action.READ_REACHABILITY)
def unit(unit_id: UUID) -> str:
    """Show the channels of one office, why what is dead is dead, and the form for a test ring."""
    return _page(unit_id, {})


@bp.post("/reachability/<uuid:unit_id>/ring")
@requires(Action.READ_REACHABILITY)
def ring(unit_id: UUID) -> Response | WerkzeugResponse:
    """Write down what came of a test ring."""
    outcome = request.form.get("outcome", "")
    try:
        with transaction() as session:
            record_ring(session, unit_id=unit_id, outcome=outcome, actor=the_actor(), now=wired().clock.now())
    except InvalidError as refusal:
        return make_response(_page(unit_id, refusal.fields or {"content": refusal.sentence}), 422)
    flash("试打已记下。", "success")
    return redirect(url_for("reachability.unit", unit_id=unit_id))


def _page(unit_id: UUID, errors: Mapping[str, str]) -> str:
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        offices = [one for one in offices_seen(session, actor) if one.unit_id == unit_id]
        if not offices:
            raise NotFoundError("没有这个单位,或者它不在您的范围内。请从“通道自检”页重新进入。")
        one = board_of(session, offices, now=now)[0]
        mender = who_mends(session, one.office.path)
    dead = [channel for channel in one.channels if channel.state == DEAD]
    return render_template(
        "pages/reachability_unit.html", office=one.office, state=one.state, word=OFFICE_WORDS[one.state],
        channels=[channel_row(channel) for channel in one.channels], has_phone=bool(one.of_kind(PHONE)),
        troubles=[trouble_of(channel, one.office, mender) for channel in dead], errors=errors,
        outcomes=list(OUTCOME_WORDS.items()), may_edit=allows(actor, Action.EDIT_CHANNELS), days=rings_count(),
    )  # fmt: skip


def _is_troubled(one: OfficeState) -> bool:
    return any(channel.state == DEAD for channel in one.channels)
