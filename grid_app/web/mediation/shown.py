"""The mediation of a dispute in words: where it stands, what comes next, which routes stay open and until when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from grid_app.clock import local_date as day_of_moment
from grid_app.clocks.rules import STANDING, TRIGGER_WORDS, Rule, limit_words, rule_in_force
from grid_app.clocks.words import why
from grid_app.policy import Action, Actor, allows
from grid_app.queries.clocks import ClockRow, StoredRule
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.mediation import AgreementView, CaseView, TermView
from grid_app.services.matters.states import moves_from
from grid_app.services.mediation.agreement import CONFIRMATION
from grid_app.vocabulary.mediation import (
    CASE_WORDS,
    CHOICE_WORDS,
    CONSENT_WAY_WORDS,
    COURT_RESULT_WORDS,
    END_WORDS,
    FORM_WORDS,
    INVITEE_WORDS,
    SESSION_WORDS,
    SOURCE_WORDS,
    WRITTEN_WHY_WORDS,
    mediation_rules,
)
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.wording import local_date, local_time, remaining

STANDING_RULES: Final = {rule.code: rule for rule in STANDING}
ORDER: Final = (
    "told", "consent", "look", "begin", "hold", "conclude", "draft", "plan", "perform", "court_answer",
    "court_decision", "offer", "pathway",
)  # fmt: skip
"""What comes first when several steps are open; the others are folded."""


@dataclass(frozen=True)
class OpenRoute:
    """A route of the law as the page tells of it."""

    code: str
    name: str
    where: str
    limit: str
    basis: str


@dataclass(frozen=True)
class Countdown:
    """The thirty days for asking a court: from, until, what is left, and why that day."""

    begun: str
    until: str
    left: str
    is_over: bool
    why: list[str]


def may_mediate(detail: DisputeDetail, actor: Actor) -> bool:
    """Say whether the actor takes steps of mediation on this dispute; the services ask again."""
    own = actor.unit_id == detail.owner_unit_id and allows(actor, Action.ADD_TO_DISPUTE)
    return own or allows(actor, Action.HANDLE_DISPUTE)


def steps_of(detail: DisputeDetail, case: CaseView | None, actor: Actor, now: datetime) -> frozenset[str]:
    """Return the names of the forms that this actor may use on the mediation now."""
    if not may_mediate(detail, actor):
        return frozenset()
    moves = moves_from(detail.state, detail.category)
    ended = case is None or not case.is_open
    untold = case is not None and case.state in ("refused", "terminated") and case.told_on is None
    offers = {"offer": ended and "mediate" in moves, "told": untold, "pathway": "take_pathway" in moves}
    offers["report"] = detail.state in OPEN_STATES
    if case is not None and case.state == "asking":
        offers |= _asking(detail, case)
    if case is not None and case.state == "mediating":
        offers |= _mediating(case, now) | {"look": _wants_look(detail, case)}
    if case is not None and case.agreement is not None and case.agreement.effective_on is not None:
        offers |= _agreed(detail, case.agreement)
    return frozenset(name for name, offered in offers.items() if offered)


def _asking(detail: DisputeDetail, case: CaseView) -> dict[str, bool]:
    unasked = any(not one.answer for one in case.consents)
    danger = _wants_look(detail, case)
    ready = len(case.consents) >= 2 and not unasked
    return {"consent": unasked, "look": danger, "begin": ready and not danger, "refuse": True}


def _wants_look(detail: DisputeDetail, case: CaseView) -> bool:
    return (detail.safety_child or detail.safety_present) and case.looked_at is None


def _mediating(case: CaseView, now: datetime) -> dict[str, bool]:
    planned = [one for one in case.sessions if one.state == "planned"]
    return {
        "refuse": True,
        "consent": any(not one.answer for one in case.consents),
        "plan": True,
        "invite": bool(planned),
        "put_off": bool(planned),
        "hold": any(one.planned_at <= now for one in planned),
        "draft": True,
        "conclude": case.agreement is not None,
        "terminate": True,
    }


def _agreed(detail: DisputeDetail, agreement: AgreementView) -> dict[str, bool]:
    court = agreement.court
    return {
        "perform": detail.state == "agreed" and agreement.next_term is not None,
        "ask_court": court is None and detail.state in ("agreed", "performed"),
        "court_answer": court is not None and court.accepted is None,
        "court_decision": court is not None and bool(court.accepted) and not court.result,
    }


def main_step(case: CaseView | None, steps: frozenset[str]) -> str:
    """Return the one step that comes next; none while everybody waits for the day that was arranged."""
    if case is not None and case.state == "mediating" and "hold" not in steps:
        held = any(one.state == "held" for one in case.sessions)
        planned = any(one.state == "planned" for one in case.sessions)
        if "consent" in steps:
            return "consent"
        if planned and not held:
            return ""
        if not held:
            return "plan" if "plan" in steps else ""
    return next((name for name in ORDER if name in steps), "")


def facts_of(case: CaseView) -> list[tuple[str, str]]:
    """Return what is known of a case, in the order of its course."""
    pairs = [
        ("进展", CASE_WORDS.get(case.state, case.state)),
        ("怎么来的", SOURCE_WORDS.get(case.source, "")),
        ("调解组织", case.unit),
        ("调解员", f"{case.mediator}({CHOICE_WORDS[case.mediator_choice]})" if case.mediator_choice else case.mediator),
        ("调解室", case.room),
        ("开始调解", local_time(case.started_at) if case.started_at else ""),
        ("公开", ("公开进行" if case.is_public else "不公开") if case.started_at else ""),
        ("核实人身安全", local_time(case.looked_at) if case.looked_at else ""),
        ("为什么结束", END_WORDS.get(case.ended_why, "")),
        ("告知其他途径", local_date(case.told_on) if case.told_on else ""),
    ]
    return [pair for pair in pairs if pair[1]]


def consent_lines(case: CaseView) -> list[tuple[str, str]]:
    """Return what each party said, by label."""
    said = {"yes": "同意调解", "no": "不愿意调解", "": "还没有问"}
    return [
        (
            one.label,
            said[one.answer]
            + (f"({CONSENT_WAY_WORDS.get(one.way, '')},{local_date(one.at)})" if one.at and one.way else "")
            + (f"({local_date(one.at)})" if one.at and not one.way else ""),
        )
        for one in case.consents
    ]


def session_items(case: CaseView) -> list[dict[str, str]]:
    """Return the meetings as the timeline component takes them."""
    return [
        {
            "title": f"第 {one.number} 次:{SESSION_WORDS[one.state]}",
            "at": local_time(one.planned_at),
            "iso": one.planned_at.isoformat(),
            "actor": one.place,
            "body": "\n".join(
                [*(f"请来帮忙:{INVITEE_WORDS.get(kind, '')},{who}" for kind, who in one.invitees), one.record]
            ).strip(),
        }
        for one in case.sessions
    ]


def agreement_facts(agreement: AgreementView) -> list[tuple[str, str]]:
    """Return what an agreement says (人民调解法 29)."""
    reasons = "、".join(WRITTEN_WHY_WORDS.get(code, "") for code in agreement.written_why)
    pairs = [
        ("形式", FORM_WORDS.get(agreement.form, "") + (f"(因为{reasons})" if reasons else "")),
        ("主要事实", agreement.facts),
        ("争议事项", agreement.issues),
        ("各方责任", agreement.responsibility),
        ("怎么履行", agreement.performance_method),
        ("生效", local_date(agreement.effective_on) if agreement.effective_on else "还没有生效,可以改"),
    ]
    return [pair for pair in pairs if pair[1]]


def term_lines(terms: Sequence[TermView], today: date) -> list[dict[str, object]]:
    """Return the promises with how each stands; ``late`` marks one whose day has passed."""
    return [
        {
            "id": one.id,
            "number": one.number,
            "text": f"{one.who}:{one.what}",
            "due": f"{local_date(one.due_on)}以前",
            "state": f"{local_date(one.done_on)}已履行" if one.done_on else _left(one.due_on, today),
            "evidence": one.evidence,
            "done": one.done_on is not None,
            "late": one.done_on is None and one.due_on < today,
        }
        for one in terms
    ]


def _left(due: date, today: date) -> str:
    days = (due - today).days
    if days == 0:
        return "今天到期"
    return f"还有 {days} 天" if days > 0 else f"已过 {-days} 天,还没有记下履行"


def court_lines(agreement: AgreementView) -> list[tuple[str, str]]:
    """Return how the application to the court stands; none without one."""
    court = agreement.court
    if court is None:
        return []
    answer = {None: "等法院答复(一般三天内)", True: "已受理", False: "不予受理"}[court.accepted]
    pairs = [
        ("法院", court.court),
        ("共同申请", local_date(court.applied_on)),
        ("受理", answer + (f",{local_date(court.answered_on)}" if court.answered_on else "")),
        ("结果", COURT_RESULT_WORDS.get(court.result, "等法院裁定(一般十五天内)" if court.accepted else "")),
        ("文书号", court.document_no),
    ]
    return [pair for pair in pairs if pair[1]]


def countdown_of(clocks: Sequence[ClockRow], now: datetime) -> Countdown | None:
    """Return the running clock of the joint application, with both its days."""
    row = next((one for one in clocks if one.is_running and one.rule.code == CONFIRMATION), None)
    if row is None:
        return None
    begun, due = row.counted.started_at, row.counted.due_at
    is_over = due < now
    left = "期限已过。协议仍然有效,不履行的可以起诉" if is_over else remaining(due, now)
    return Countdown(local_date(begun), local_date(due), left, is_over, why(row.rule, row.counted))


def routes_shown(category: str, stored: Mapping[str, Sequence[StoredRule]], now: datetime) -> list[OpenRoute]:
    """Return the routes that stay open to a category, each limit from the rules of time limits in force today."""
    found = []
    for route in mediation_rules().routes_for(category):
        limit = route.limit
        if route.rule:
            versions = [one.rule for one in stored.get(route.rule, ())] or [STANDING_RULES[route.rule]]
            limit = _limit(rule_in_force(versions, on=day_of_moment(now)))
        found.append(OpenRoute(route.code, route.name, route.where, limit, route.basis))
    return found


def _limit(rule: Rule) -> str:
    return f"{rule.name}:{limit_words(rule)}以内,从{TRIGGER_WORDS[rule.trigger]}起算({rule.basis})"
