"""The window where a lost tracking code is replaced; the new one is shown once, on this answer, to be copied."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, make_response, render_template, request

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes_detail import dispute_detail
from grid_app.services.matters.step import NO_SUCH, Step
from grid_app.services.residents.codes import PAPERS, Checked, NotProven, reissue_code
from grid_app.services.typed import whole_of
from grid_app.web.dispute_words import tracking
from grid_app.web.residents.frame import marks
from grid_app.wiring import wired

WAYS: Final = (
    ("phone", "核对电话后四位", "请当事人报,不要念给他听"),
    ("paper", "看了回执或证件", "只看,不抄号码,不复印"),
)
NAMES: Final = ("way", "tail", "paper", "version")


@requires(Action.ADD_TO_DISPUTE)
def code(dispute_id: UUID) -> str:
    """Ask how it was checked whose matter it is."""
    return _page(dispute_id, {}, {}, "")


@requires(Action.ADD_TO_DISPUTE)
def reissue(dispute_id: UUID) -> Response:
    """Give a new code, or say why not."""
    typed = {name: request.form.get(name, "") for name in NAMES}
    wiring = wired()
    version = whole_of(typed["version"]) or 0
    step = Step(dispute_id, the_actor(), version, wiring.clock.now())
    checked = Checked(typed["way"], typed["tail"], typed["paper"])
    try:
        with transaction() as session:
            found = reissue_code(session, step, checked=checked, cipher=wiring.keys.fields, marks=marks())
    except InvalidError as refusal:
        return make_response(_page(dispute_id, typed, refusal.fields, ""), 422)
    except (ConflictError, ForbiddenError) as refusal:
        return make_response(_page(dispute_id, typed, {}, refusal.sentence), 409)
    if isinstance(found, NotProven):
        return make_response(_page(dispute_id, typed, {"tail": found.sentence}, ""), 422)
    return make_response(_page(dispute_id, {}, {}, "", new=tracking(found.code)))


def _page(
    dispute_id: UUID, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *, new: str = ""
) -> str:
    with reading() as session:
        detail = dispute_detail(session, scope=the_scope(), dispute_id=dispute_id)
    if detail is None:
        raise NotFoundError(NO_SUCH)
    return render_template(
        "pages/dispute_code.html",
        detail=detail,
        typed=typed,
        errors=errors,
        sentence=sentence,
        new=new,
        ways=WAYS,
        papers=list(PAPERS.items()),
    )


def add_routes(bp: Blueprint) -> None:
    """Hang this page on the blueprint of offices and residents."""
    bp.add_url_rule("/disputes/<uuid:dispute_id>/code", "code", code, methods=["GET"])
    bp.add_url_rule("/disputes/<uuid:dispute_id>/code", "reissue", reissue, methods=["POST"])
