"""The forms of mediation: how each is read, and what is said when it was taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from flask import request

from grid_app.clock import SHANGHAI
from grid_app.services.matters.step import Change
from grid_app.services.mediation import agreement as mediation_agreement
from grid_app.services.mediation import court as mediation_court
from grid_app.services.mediation import danger as mediation_danger
from grid_app.services.mediation import sessions as mediation_sessions
from grid_app.services.mediation import steps as mediation
from grid_app.services.mediation.agreement import Conclusion, Draft, Promise
from grid_app.services.mediation.danger import Reported
from grid_app.services.mediation.sessions import Invitation, Plan
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.mediation import MOST_TERMS
from grid_app.web.step_forms import Typed

MediationReader: TypeAlias = Callable[[Typed], Change]


def _ticked(typed: Typed, name: str) -> frozenset[str]:
    """Return the labels that were ticked in a group of boxes."""
    return frozenset(request.form.getlist(f"{typed.form}_{name}"))


def _offer(typed: Typed) -> Change:
    opening = mediation.Opening(
        uuid_of(typed["committee"]), uuid_of(typed["mediator"]), uuid_of(typed["room"]), typed["source"]
    )
    return partial(mediation.offer_mediation, opening=opening)


def _look(typed: Typed) -> Change:
    return partial(mediation.confirm_looked, note=typed["note"], earlier=bool(typed["earlier"]))


def _begin(typed: Typed) -> Change:
    beginning = mediation.Beginning(
        uuid_of(typed["mediator"]), typed["choice"], typed["public"] == "yes", bool(typed["pledged"])
    )
    return partial(mediation.begin_mediation, beginning=beginning)


def _plan(typed: Typed) -> Change:
    moment = _moment(typed["day"], typed["time"])
    return partial(mediation_sessions.plan_session, plan=Plan(moment, uuid_of(typed["room"]), typed["place"]))


def _report(typed: Typed) -> Change:
    reported = Reported(
        typed["danger"], typed["to"], typed["office"], _moment(typed["day"], typed["time"]), typed["situation"],
        typed["measure"],
    )  # fmt: skip
    return partial(mediation_danger.report_danger, reported=reported)


def _moment(day: str, time: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{day.strip()}T{time.strip()}").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _invite(typed: Typed) -> Change:
    invitation = Invitation(typed["kind"], typed["who"], _ticked(typed, "consented"))
    return partial(mediation_sessions.invite_helper, session_id=uuid_of(typed["session"]), invitation=invitation)


def _draft(typed: Typed) -> Change:
    promises = [
        Promise(typed[f"who_{at}"], typed[f"what_{at}"], day_of(typed[f"due_{at}"]))
        for at in range(1, MOST_TERMS + 1)
        if any(typed[f"{name}_{at}"].strip() for name in ("what", "due"))
    ]
    draft = Draft(
        typed["form"], typed["facts"], typed["issues"], typed["responsibility"], typed["performance_method"],
        tuple(promises), bool(typed["asked"]),
    )  # fmt: skip
    return partial(mediation_agreement.draft_agreement, draft=draft)


def _conclude(typed: Typed) -> Change:
    conclusion = Conclusion(
        day_of(typed["day"]), _ticked(typed, "signed"), bool(typed["mediator_signed"]), bool(typed["sealed"])
    )
    return partial(mediation_agreement.conclude_agreement, conclusion=conclusion)


def _perform(typed: Typed) -> Change:
    return partial(
        mediation_agreement.record_performance,
        term_id=uuid_of(typed["term"]), done_on=day_of(typed["day"]), evidence=typed["note"],
    )  # fmt: skip


def _ask_court(typed: Typed) -> Change:
    return partial(
        mediation_court.ask_court,
        court=typed["court"], applied_on=day_of(typed["day"]), together=bool(typed["together"]),
    )  # fmt: skip


def _court_answer(typed: Typed) -> Change:
    accepted = {"yes": True, "no": False}.get(typed["accepted"])
    return partial(mediation_court.note_court_answer, accepted=accepted, answered_on=day_of(typed["day"]))


def _court_decision(typed: Typed) -> Change:
    return partial(
        mediation_court.note_court_decision,
        result=typed["result"], decided_on=day_of(typed["day"]), document_no=typed["document_no"],
    )  # fmt: skip


STEPS: Final[dict[str, tuple[str, str, MediationReader]]] = {
    "offer": ("offer", "已记下。下一步:分别问各方愿不愿意调解。", _offer),
    "consent": (
        "consent",
        "已记下:同意调解。",
        lambda t: partial(mediation.record_consent, party=t["party"], way=t["way"]),
    ),
    "refuse": (
        "refuse",
        "已记下:不愿意调解,不问理由。调解到此结束,请把下面的其他途径告诉各方。",
        lambda t: partial(mediation.refuse_mediation, party=t["party"]),
    ),
    "look": ("look", "已记下。可以安排调解了。", _look),
    "begin": ("begin", "调解开始,期限从今天算。", _begin),
    "plan": ("sessions", "已约好。", _plan),
    "invite": ("invite", "已记下请谁来帮忙。", _invite),
    "hold": (
        "hold",
        "已记下这次调解。",
        lambda t: partial(mediation_sessions.hold_session, session_id=uuid_of(t["session"]), record=t["note"]),
    ),
    "put_off": (
        "put-off",
        "已记下没有开成。请再约一次。",
        lambda t: partial(mediation_sessions.put_off_session, session_id=uuid_of(t["session"]), note=t["note"]),
    ),
    "draft": ("draft", "协议内容已保存,还可以改。签字、盖章以后再记“达成协议”。", _draft),
    "conclude": ("conclude", "协议已生效。请按约定的日子看履行。", _conclude),
    "perform": ("perform", "已记下履行。", _perform),
    "terminate": (
        "terminate",
        "调解已终止。请把下面的其他途径告诉各方。",
        lambda t: partial(mediation.terminate_mediation, why=t["why"], note=t["note"], told=bool(t["told"])),
    ),
    "told": (
        "told",
        "已记下告知。",
        lambda t: partial(mediation.note_told, told_on=day_of(t["day"]), way=t["way"]),
    ),
    "pathway": (
        "pathway",
        "已记下。拿到受理通知以后,可以按“已进入法定途径”办结。",
        lambda t: partial(mediation.take_pathway, route=t["route"], note=t["note"]),
    ),
    "ask_court": ("court", "已记下共同申请司法确认。", _ask_court),
    "court_answer": ("court-answer", "已记下法院是否受理。", _court_answer),
    "report": ("danger", "已记下报告。调解没有因此结束;先保证人身安全。", _report),
    "court_decision": ("court-decision", "已记下法院的结果。", _court_decision),
}
"""By form name: the end of the address, what is said afterwards, and how the form is read."""
