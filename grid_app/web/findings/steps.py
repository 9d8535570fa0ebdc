"""The forms after a confirmation: name the unit, record answer and solution, watch, solve, close."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, Actor
from grid_app.queries.finding_questions import questions_to
from grid_app.queries.findings import FindingRow, findings_by_id
from grid_app.services.findings.handling import (
    assign_unit,
    move_on,
    record_answer,
    record_measures,
    unit_choices_of,
)
from grid_app.services.findings.ownership import Rights
from grid_app.services.findings.states import moves_from
from grid_app.services.findings.steps import FindingStep
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.findings import SUSPECTED
from grid_app.web.findings.questions import question_page
from grid_app.web.step_forms import STATUS, Trouble, Typed
from grid_app.wiring import wired

OpenSession: TypeAlias = Any
ShowAgain: TypeAlias = Callable[[UUID, Trouble], str]
ENDS: Final = ("monitor", "resolve", "rework", "close")
SAID: Final = {
    "assign": "责任单位已定,已在它的首页提醒:只告诉它是什么问题、几号前答复,不给名单。",
    "reply": "答复已记下。反映的群众查办理进度时看得到答复了。",
    "plan": "解决办法已记下。",
    "monitor": "已记为继续观察。",
    "resolve": "已记为解决。",
    "rework": "已记为重新办。",
    "close": "已办结,记录保留。以后再有人反映,会再次提示。",
}


@dataclass(frozen=True)
class StepForms:
    """Which forms stand on the page: the names of the open moves, and the units that may be asked to answer."""

    moves: tuple[str, ...]
    ends: tuple[tuple[str, str], ...]
    units: Sequence[tuple[str, str]]


def forms_for(session: OpenSession, row: FindingRow, *, rights: Rights, may_decide: bool) -> StepForms:
    """Return the forms that the actor may use on a finding now."""
    if row.state == SUSPECTED or not (rights.decides and may_decide):
        return StepForms((), (), ())
    found = {move.name: move.verb for move in moves_from(row.state, row.trend)}
    units: list[tuple[str, str]] = []
    if "assign" in found:
        choices = unit_choices_of(session, row.finding_id)
        units = [(str(one.unit_id), f"{one.name}(有责任)" if one.has_duty else one.name) for one in choices]
    return StepForms(tuple(found), tuple((name, found[name]) for name in ENDS if name in found), units)


def typed_version() -> int | None:
    """Return the version of the finding that stood on the page, ``None`` when the form carried none."""
    version = request.form.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else None


def add_step_routes(bp: Blueprint, again: ShowAgain) -> None:
    """Hang the steps on the blueprint of findings; ``again`` shows the page with what went wrong."""
    for name, action in (
        ("assign", Action.DECIDE_FINDING),
        ("reply", Action.ANSWER_FOR_UNIT),
        ("plan", Action.ANSWER_FOR_UNIT),
    ):
        bp.add_url_rule(f"/findings/<uuid:finding_id>/{name}", name, _view(name, action, again), methods=["POST"])
    bp.add_url_rule("/findings/<uuid:finding_id>/end/<move>", "end", _end_view(again), methods=["POST"])


def _view(name: str, action: Action, again: ShowAgain) -> Callable[[UUID], Response]:
    @requires(action)
    def view(finding_id: UUID) -> Response:
        return _taken(finding_id, name, name, again)

    view.__doc__ = f"Take the step: {name}."
    return view


def _end_view(again: ShowAgain) -> Callable[[UUID, str], Response]:
    @requires(Action.DECIDE_FINDING)
    def view(finding_id: UUID, move: str) -> Response:
        if move not in ENDS:
            raise NotFoundError("没有这一步。请回到这条提示的页面再选。")
        return _taken(finding_id, "end", move, again)

    view.__doc__ = "Take one of the steps that end a finding."
    return view


def _taken(finding_id: UUID, form: str, move: str, again: ShowAgain) -> Response:
    typed, actor = Typed(form), the_actor()
    step = FindingStep(finding_id, actor, typed["reason"], wired().clock.now(), typed_version())
    try:
        with transaction() as session:
            _take(session, step, move, typed)
    except (InvalidError, ConflictError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        trouble = Trouble(form, refusal.sentence, _named(form, fields), typed.values)
        return make_response(_page_again(finding_id, trouble, again), STATUS[refusal.default_code])
    flash(SAID[move], "success")
    return redirect(url_for(_home(finding_id, actor), finding_id=finding_id))


def _take(session: OpenSession, step: FindingStep, move: str, typed: Typed) -> None:
    if move == "assign":
        assign_unit(session, step, unit_id=uuid_of(typed["unit"]))
    elif move == "reply":
        record_answer(session, step, way=typed["way"])
    elif move == "plan":
        record_measures(session, step)
    else:
        move_on(session, step, move=move)


def _named(form: str, fields: Mapping[str, str]) -> dict[str, str]:
    return {f"{form}_{name}": sentence for name, sentence in fields.items()}


def _page_again(finding_id: UUID, trouble: Trouble, again: ShowAgain) -> str:
    if _home(finding_id, the_actor()) == "findings.question":
        return question_page(finding_id, trouble)
    return again(finding_id, trouble)


def _home(finding_id: UUID, actor: Actor) -> str:
    """Return the page on which the actor sees this finding: the question, for a unit with the duty."""
    with reading() as session:
        rows = findings_by_id(session, actor, [finding_id])
        asked = bool(questions_to(session, actor, finding_id=finding_id))
    return "findings.question" if asked or not rows else "findings.detail"
