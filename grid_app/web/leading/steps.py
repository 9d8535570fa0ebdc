"""The forms about a hard matter: how each is read, and what is said when it was taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Final, TypeAlias

from flask import request

from grid_app.services.leading import examinations, hearings, lead, plans, questions, visits
from grid_app.services.matters.step import Change
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.leading import MOST_DAYS, MOST_MEMBERS, MOST_PROMISES, MOST_STEPS
from grid_app.web.step_forms import Typed

LeadingReader: TypeAlias = Callable[[Typed], Change]
GROUPS: Final = ("agreed", "public_by", "consented")
"""Fields of which several boxes may be ticked."""


def ticked(form: str, name: str) -> tuple[str, ...]:
    """Return the labels that were ticked in a group of boxes."""
    return tuple(request.form.getlist(f"{form}_{name}"))


def _rows(typed: Typed, most: int, *names: str) -> list[int]:
    """Return the numbers of the rows in which something was typed."""
    return [at for at in range(1, most + 1) if any(typed[f"{name}_{at}"].strip() for name in names)]


def _days(typed: Typed) -> tuple[date | None, ...]:
    return tuple(day_of(typed[f"day_{at}"]) for at in _rows(typed, MOST_DAYS, "day"))


def _assign(typed: Typed) -> Change:
    team = tuple(
        lead.Member(typed[f"duty_{at}"], uuid_of(typed[f"unit_{at}"]), typed[f"post_{at}"])
        for at in _rows(typed, MOST_MEMBERS, "duty", "unit", "post")
    )
    charge = lead.Charge(uuid_of(typed["lead"]), typed["issue"], typed["plan"], team, typed["plan_document"])
    return partial(lead.assign_lead, charge=charge)


def _visit(typed: Typed) -> Change:
    promises = tuple(
        visits.Promised(typed[f"what_{at}"], uuid_of(typed[f"unit_{at}"]), day_of(typed[f"due_{at}"]))
        for at in _rows(typed, MOST_PROMISES, "what", "due")
    )
    meeting = visits.Meeting(
        day_of(typed["day"]), typed["way"], typed["place"], typed["asked"], typed["documents"], promises
    )
    return partial(visits.record_visit, meeting=meeting)


def _keep(typed: Typed) -> Change:
    return partial(
        visits.keep_promise,
        promise_id=uuid_of(typed["promise"]), kept_on=day_of(typed["day"]), evidence=typed["note"],
    )  # fmt: skip


def _plan(typed: Typed) -> Change:
    wanted = tuple(
        plans.Wanted(typed[f"what_{at}"], uuid_of(typed[f"unit_{at}"]), day_of(typed[f"due_{at}"]))
        for at in _rows(typed, MOST_STEPS, "what", "due")
    )
    return partial(plans.set_plan, wanted=wanted)


def _agree(typed: Typed) -> Change:
    labels = ticked(typed.form, "agreed")
    return partial(plans.agree_plan, agreed_on=day_of(typed["day"]), way=typed["way"], labels=labels)


def _do(typed: Typed) -> Change:
    return partial(plans.do_step, step_id=uuid_of(typed["step"]), done_on=day_of(typed["day"]), evidence=typed["note"])


def _find(typed: Typed) -> Change:
    slot, _, way = typed["slot"].partition(":")
    finding = examinations.Finding(slot, day_of(typed["day"]), way, typed["note"], typed["documents"])
    return partial(examinations.add_finding, finding=finding)


def _hearing(typed: Typed) -> Change:
    is_public = typed["public"] == "yes"
    plan = hearings.Plan(typed["kind"], _days(typed), typed["place"], is_public, ticked(typed.form, "public_by"))
    return partial(hearings.plan_hearing, plan=plan)


def _invite(typed: Typed) -> Change:
    invitation = hearings.Invitation(typed["kind"], typed["who"], ticked(typed.form, "consented"))
    return partial(hearings.invite, hearing_id=uuid_of(typed["hearing"]), invitation=invitation)


def _hold(typed: Typed) -> Change:
    return partial(hearings.hold_hearing, hearing_id=uuid_of(typed["hearing"]), days=_days(typed), record=typed["note"])


def _consult(typed: Typed) -> Change:
    talk = questions.Talk(day_of(typed["day"]), typed["units"], typed["question"], typed["result"])
    return partial(questions.consult, talk=talk)


def _ask(typed: Typed) -> Change:
    query = questions.Query(
        typed["to"], typed["question"], day_of(typed["day"]), day_of(typed["due"]), typed["document_no"]
    )
    return partial(questions.ask_policy, query=query)


def _answer(typed: Typed) -> Change:
    return partial(
        questions.answer_policy,
        query_id=uuid_of(typed["query"]), answered_on=day_of(typed["day"]), answer=typed["note"],
    )  # fmt: skip


STEPS: Final[dict[str, tuple[str, LeadingReader]]] = {
    "assign": ("包案领导、班子和方案已记下。十五天内要和当事人见一次面。", _assign),
    "visit": ("已记进访情日记。答应的事到期前会提醒。", _visit),
    "decline": ("已记下:当事人不愿意再见面。不再上门,不问理由;事情照常办。", lambda _: lead.decline_contact),
    "welcome": ("已记下:当事人愿意见面了。", lambda _: lead.welcome_contact),
    "keep": ("已记下:做到了。", _keep),
    "plan": ("化解方案已保存。请拿给当事人看,同意的记“当事人同意”。", _plan),
    "agree": ("已记下:这就是限期化解共识,按这些日子办。", _agree),
    "do": ("已记下:这一步做完了。", _do),
    "historical": (
        "已记为历史遗留问题。",
        lambda typed: partial(plans.mark_historical, background=typed["note"]),
    ),
    "examine": (
        "开始重新调查。三个必须都做到,才能作新的结论。",
        lambda typed: partial(examinations.begin_examination, earlier=typed["note"]),
    ),
    "find": ("已记下。", _find),
    "conclude": (
        "重新调查的结论已记下。",
        lambda typed: partial(examinations.conclude_examination, conclusion=typed["note"]),
    ),
    "hearing": ("已约好。", _hearing),
    "invite": ("已记下请谁到会。", _invite),
    "hold": ("已记下。", _hold),
    "put_off": (
        "已记下没有开成。请再约一次。",
        lambda typed: partial(hearings.put_off_hearing, hearing_id=uuid_of(typed["hearing"]), note=typed["note"]),
    ),
    "consult": ("会商已记下。", _consult),
    "ask": ("请示已记下。等答复的时候,期限照常走。", _ask),
    "answer": ("答复已记下。", _answer),
}
"""By form name: what is said afterwards, and how the form is read."""
