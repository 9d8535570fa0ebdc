"""Settling on the spot: one screen after the fact, for whoever was there."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.services.matters.states import is_referral_only
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError
from grid_app.services.mediation.choices import reasons_against_spot
from grid_app.services.mediation.settled_on_spot import Spot, settle_on_spot
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.vocabulary.words import VOICE_ONLY
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail

FORM: Final = "spot"
DONE: Final = "已记为即时化解。第 7 天问一次:问题解决了没有。"


@requires(Action.ADD_TO_DISPUTE)
def spot(dispute_id: UUID) -> Response:
    """Show the one screen, or why this matter is too weighty for it."""
    return _page(dispute_id, NO_TROUBLE)


@requires(Action.ADD_TO_DISPUTE)
def settle(dispute_id: UUID) -> Response | WerkzeugResponse:
    """Close the matter as settled on the spot; what was typed stays when it is refused."""
    typed = Typed(FORM)
    told = Spot(typed["what"], typed["how"], typed["content"] == "yes")
    try:
        with transaction() as session:
            settle_on_spot(session, step_on(dispute_id), spot=told)
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        errors = {f"{FORM}_{name}": sentence for name, sentence in fields.items()}
        trouble = Trouble(FORM, refusal.sentence, errors, typed.values)
        return _page(dispute_id, trouble, status=STATUS[refusal.default_code])
    else:
        flash(DONE, "success")
    return redirect(url_for("disputes.detail", dispute_id=dispute_id))


def _page(dispute_id: UUID, trouble: Trouble, *, status: int = 200) -> Response:
    with reading() as session:
        detail = shown_detail(session, scope=the_scope(), dispute_id=dispute_id)
        if detail is None or is_referral_only(detail.category):
            raise NotFoundError(NO_SUCH)
        against = reasons_against_spot(session, dispute_id, actor=the_actor())
    rules = mediation_rules()
    page = render_template(
        "pages/settled_on_spot.html",
        detail=detail,
        trouble=trouble,
        matter=detail.summary or VOICE_ONLY,
        against=against,
        is_open=detail.state in rules.spot_states,
        groups=[name_of(code) for code in sorted(rules.spot_groups)],
        sent=bool(request.form),
    )
    return make_response(page, status)


def add_routes(bp: Blueprint) -> None:
    """Hang the screen on the blueprint of mediation."""
    bp.add_url_rule("/disputes/<uuid:dispute_id>/settled-on-spot", "spot", spot, methods=["GET"])
    bp.add_url_rule("/disputes/<uuid:dispute_id>/settled-on-spot", "settle", settle, methods=["POST"])
