"""The card about mediation on the page of a dispute: offered first, where it stands, or how to settle on the spot."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from grid_app.clock import local_date
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.mediation import CaseView, mediations_of
from grid_app.services.matters.states import is_referral_only, moves_from
from grid_app.services.mediation.choices import may_settle
from grid_app.vocabulary.mediation import CASE_WORDS
from grid_app.web.card import Card, OpenSession
from grid_app.web.mediation.shown import main_step, may_mediate, steps_of
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time

OFFER = "先问双方愿不愿意调解。愿不愿意由当事人自己定:不愿意的一句话就行,不问理由,别的途径都在。"
NEXT_WORDS = {
    "told": "把其他途径告诉各方",
    "consent": "问各方愿不愿意调解",
    "look": "先核实人身安全",
    "begin": "开始调解",
    "plan": "约时间",
    "hold": "记这次调解",
    "draft": "写协议",
    "conclude": "签字、盖章以后记达成协议",
    "perform": "看履行了没有",
    "pathway": "记当事人走哪条途径",
    "court_answer": "记法院是否受理",
    "court_decision": "记法院的结果",
}


def mediation_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return the card of the mediation; none where a matter is only passed on, or nothing was and can be mediated."""
    if is_referral_only(detail.category):
        return None
    cases = mediations_of(session, scope=dispute_scope(actor), dispute_id=detail.id)
    if not cases:
        return _offered(detail, actor)
    case = cases[0]
    steps = steps_of(detail, case, actor, now)
    step = main_step(case, steps)
    link = ("去调解页" if may_mediate(detail, actor) else "看调解情况", _url(detail))
    return Card(
        title="调解",
        facts=tuple(_facts(case, now)),
        links=(link,),
        hint=f"下一步:{NEXT_WORDS[step]}。" if step in NEXT_WORDS else "",
        is_next=case.is_open and bool(step),
    )


def spot_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:  # noqa: ARG001 - every card maker takes the moment
    """Return the way to the one screen of settling on the spot, where the matter is light enough."""
    if "settle" not in moves_from(detail.state, detail.category) or not may_settle(session, detail.id, actor=actor):
        return None
    return Card(
        title="已经当场化解了?",
        links=(("记即时化解", url_for("mediation.spot", dispute_id=detail.id)),),
        hint="轻微的事,双方都满意,填一页就办结,第 7 天回访一次。",
    )


def _offered(detail: DisputeDetail, actor: Actor) -> Card | None:
    if "mediate" not in moves_from(detail.state, detail.category) or not may_mediate(detail, actor):
        return None
    is_first = detail.state == "accepted" and detail.track in (None, "mediation")
    return Card(title="先调解", links=(("安排调解", _url(detail)),), hint=OFFER, is_next=is_first)


def _facts(case: CaseView, now: datetime) -> list[tuple[str, str]]:
    planned = next((one for one in case.sessions if one.state == "planned"), None)
    agreement = case.agreement
    term = agreement.next_term if agreement and agreement.effective_on else None
    late = term is not None and term.due_on < local_date(now)
    pairs = [
        ("进展", CASE_WORDS.get(case.state, case.state)),
        ("调解组织", case.unit),
        ("约在", local_time(planned.planned_at) if planned else ""),
        ("要履行", f"第 {term.number} 条,{day_words(term.due_on)}以前{',已经过了' if late else ''}" if term else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def _url(detail: DisputeDetail) -> str:
    return url_for("mediation.page", dispute_id=detail.id)
