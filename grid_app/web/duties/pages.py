"""Duty, recusal and checklists of a dispute: who must solve it, who stays out of it, what was checked at each stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.duties import DutyRow, checks_of, duty_of, recusals_of
from grid_app.services.handling.checklists import checklists, record_checks
from grid_app.services.handling.duty_units import choices_for, name_duty_unit
from grid_app.services.handling.recusals import lift_recusal, recuse
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError, Change
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.card import Card, OpenSession
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail
from grid_app.web.wording import local_time

bp = Blueprint("duties", __name__)
guard_pages(bp)


def responsible_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:  # noqa: ARG001 - every card maker takes the moment
    """Return who has the duty to solve the matter, and the way to withdraw from it and to the checklists."""
    duty, recusals = duty_of(session, detail.id), recusals_of(session, detail.id)
    works = allows(actor, Action.HANDLE_DISPUTE) or detail.owner_unit_id == actor.unit_id
    if not works and duty is None:
        return None
    told = (
        ("责任单位", duty.name if duty else ""),
        ("审核和回访", "由县级" if duty and duty.is_township else ""),
        ("回避", f"{len(recusals)} 人已申明回避" if recusals else ""),
    )
    links = (("责任单位、回避、核对清单", url_for("duties.page", dispute_id=detail.id)),) if works else ()
    return Card("责任和回避", tuple(pair for pair in told if pair[1]), links)


@bp.get("/disputes/<uuid:dispute_id>/duties")
@requires(Action.ADD_TO_DISPUTE)
def page(dispute_id: UUID) -> Response:
    """Show who has the duty, who has withdrawn, and the checklists."""
    return _page(dispute_id, NO_TROUBLE, 200)


def _duty(typed: Typed) -> Change:
    return partial(name_duty_unit, unit_id=uuid_of(typed["unit"]), basis=typed["note"])


def _lift(typed: Typed) -> Change:
    return partial(lift_recusal, recusal_id=uuid_of(typed["recusal"]), reason=typed["note"])


def _check(typed: Typed) -> Change:
    return partial(record_checks, list_code=typed["list"], done=request.form.getlist("check_done"))


FORMS: Final[dict[str, tuple[str, Action, str, Callable[[Typed], Change]]]] = {
    "duty": ("unit", Action.HANDLE_DISPUTE, "责任单位已记下。", _duty),
    "recuse": ("recuse", Action.ADD_TO_DISPUTE, "已记下您回避这件事,由别的同事接着办。", lambda _typed: recuse),
    "lift": ("lift", Action.HANDLE_DISPUTE, "已解除回避。", _lift),
    "check": ("check", Action.ADD_TO_DISPUTE, "已记下。", _check),
}
"""By form name: the end of the address, the action, what is said afterwards, how it is read."""


def _take(dispute_id: UUID, name: str) -> Response | WerkzeugResponse:
    _, _, done, read = FORMS[name]
    typed = Typed(name)
    try:
        change = read(typed)
        with transaction() as session:
            change(session, step_on(dispute_id))
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except NotFoundError as gone:
        flash(gone.sentence, "warning")
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        told = {f"{name}_{field}": sentence for field, sentence in fields.items()}
        trouble = Trouble(name, refusal.sentence, told, typed.values)
        return _page(dispute_id, trouble, STATUS[refusal.default_code])
    else:
        flash(done, "success")
    return redirect(_after(dispute_id))


def _after(dispute_id: UUID) -> str:
    with reading() as session:
        still = shown_detail(session, scope=the_scope(), dispute_id=dispute_id) is not None
    return url_for("duties.page", dispute_id=dispute_id) if still else url_for("disputes.index", tab="all")


def _page(dispute_id: UUID, trouble: Trouble, status: int) -> Response:
    actor = the_actor()
    with reading() as session:
        detail = shown_detail(session, scope=the_scope(), dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        duty, recusals = duty_of(session, dispute_id), recusals_of(session, dispute_id)
        checks = checks_of(session, dispute_id)
        units = choices_for(session, dispute_id, actor)
    handles, is_open = allows(actor, Action.HANDLE_DISPUTE), detail.state in OPEN_STATES
    works = handles or detail.owner_unit_id == actor.unit_id
    recused = any(one.account_id == actor.account_id for one in recusals)
    words = render_template(
        "pages/dispute_duties.html",
        detail=detail,
        trouble=trouble,
        typed=trouble.typed,
        duty=duty,
        duty_facts=_facts(duty, detail),
        units=units,
        names_duty=handles and is_open and not recused,
        recusals=[(one.id, one.unit, local_time(one.declared_at)) for one in recusals],
        recused=recused,
        may_recuse=works and not recused,
        lifts=handles and not recused,
        lists=[(one, {code: checks.get((one.code, code), False) for code in one.codes}) for one in checklists().lists],
        checks=works and not recused,
    )
    return make_response(words, status)


def _facts(duty: DutyRow | None, detail: DisputeDetail) -> list[tuple[str, str]]:
    told = [
        ("责任单位", duty.name if duty else "还没有确定"),
        ("依据", duty.basis if duty else ""),
        ("现在由谁办", detail.owner_unit),
        ("办结审核、回访", "由县级:责任单位就是乡镇(街道)本身" if duty and duty.is_township else ""),
    ]
    return [pair for pair in told if pair[1]]


def _view(name: str) -> Callable[[UUID], Response | WerkzeugResponse]:
    @requires(FORMS[name][1])
    def view(dispute_id: UUID) -> Response | WerkzeugResponse:
        return _take(dispute_id, name)

    view.__doc__ = f"Take the step of the form ``{name}``."
    return view


for _name, (_ending, *_) in FORMS.items():
    bp.add_url_rule(f"/disputes/<uuid:dispute_id>/duties/{_ending}", _name, _view(_name), methods=["POST"])
