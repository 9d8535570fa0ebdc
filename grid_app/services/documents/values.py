"""What a document says of a dispute: every placeholder's words, from what is stored and what was typed for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local, local_date
from grid_app.clocks.rules import STANDING, TRIGGER_WORDS, limit_words
from grid_app.documents.filling import Row, Values
from grid_app.documents.kinds import Kind
from grid_app.documents.words import RIGHTS, day_words
from grid_app.policy import Actor, Scope
from grid_app.queries.clocks import ClockRow, clocks_of
from grid_app.queries.disputes_detail import DisputeDetail, Moment, history_of
from grid_app.queries.documents_facts import (
    OpinionFacts,
    TransferFacts,
    UnitFacts,
    VisitFacts,
    newest_opinion,
    newest_transfer,
    unit_facts,
    visits_made,
)
from grid_app.queries.mediation import CaseView, mediations_of
from grid_app.services.documents.mediation import terms_of, told_of
from grid_app.services.matters.names import Names, detail_without, history_without
from grid_app.services.matters.words import EVENT_WORDS
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.handling import REMEDY, RESULT_WORDS
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.vocabulary.words import CHANNEL_WORDS, CLOSURE_WORDS, VISIT_OUTCOME_WORDS, VISIT_WAY_WORDS, VOICE_ONLY

FINISH: Final = ("petition_finish", "finish_target")
NOT_SET: Final = "(没有登记)"


@dataclass(frozen=True)
class Person:
    """A party as the document names it: in full when it is issued, masked in a draft."""

    label: str
    name: str
    phone: str


@dataclass(frozen=True)
class Facts:
    """Everything that documents tell of one dispute."""

    detail: DisputeDetail
    history: Sequence[Moment]
    clocks: Sequence[ClockRow]
    visits: Sequence[VisitFacts]
    opinion: OpinionFacts | None
    transfer: TransferFacts | None
    unit: UnitFacts
    mediation: CaseView | None = None


def facts_of(session: Session, *, detail: DisputeDetail, scope: Scope, actor: Actor) -> Facts:
    """Return what documents tell of a dispute that the caller has found in the scope."""
    key = detail.id
    return Facts(
        detail=detail,
        history=history_of(session, scope=scope, dispute_id=key)[::-1],
        clocks=clocks_of(session, scope=scope, dispute_id=key),
        visits=visits_made(session, scope=scope, dispute_id=key),
        opinion=newest_opinion(session, scope=scope, dispute_id=key),
        transfer=newest_transfer(session, scope=scope, dispute_id=key),
        unit=unit_facts(session, actor.unit_id),
        mediation=next(iter(mediations_of(session, scope=scope, dispute_id=key)), None),
    )


def without_names(facts: Facts, names: Names) -> Facts:
    """Return the same with labels in place of the parties' names in what was written about the dispute."""
    detail, history = detail_without(facts.detail, names), history_without(facts.history, names)
    return replace(facts, detail=detail, history=history)


def proposed(kind: Kind, facts: Facts) -> dict[str, str]:
    """Return what stands in the fields that are asked, before anybody has typed."""
    found = _told(facts)
    return {one.name: found.get(one.name, "") for one in kind.asked}


def proposed_terms(facts: Facts) -> list[Row]:
    """Return who does what by when, as far as it is known already."""
    return terms_of(facts.mediation) if facts.mediation else []


def values_of(
    facts: Facts, *, people: Sequence[Person], typed: Mapping[str, str], terms: Sequence[Row], now: datetime, by: str
) -> Values:
    """Return the words of every placeholder but number and heading; what was typed goes before what is stored."""
    detail = facts.detail
    told = _told(facts) | dict(typed)
    usual = {
        "单位": facts.unit.name,
        "单位电话": facts.unit.duty_phone or NOT_SET,
        "签发日期": day_words(local_date(now)),
        "事项编号": detail.case_code,
        "查询码": f"{detail.tracking_code[:5]} {detail.tracking_code[5:]}",
        "地点": " ".join(part for part in (detail.place, detail.place_text) if part),
        "类别": name_of(detail.category),
        "事项": detail.summary or VOICE_ONLY,
        "收到日期": day_words(local_date(detail.received_at)),
        "当事人姓名": "、".join(one.name or one.label for one in people) or NOT_SET,
        "承办人": by,
        "责任单位": detail.organisation or NOT_SET,
        "权利告知": RIGHTS,
    }
    rows: dict[str, Sequence[Row]] = {
        "当事人": [{"称呼": one.label, "姓名": one.name, "电话": one.phone} for one in people],
        "协议事项": terms,
        "途径": routes_of(detail.category),
        "回访": [_visit(one) for one in facts.visits],
        "经过": [_step(one) for one in facts.history],
    }
    return {**usual, **told, **rows}


def routes_of(category: str) -> list[Row]:
    """Return the routes of the law that stay open to a matter, with their limits."""
    return [
        {"名称": one.name, "找谁": one.where, "期限": one.limit or _limit(one.rule), "依据": one.basis}
        for one in mediation_rules().routes_for(category)
    ]


def _limit(code: str) -> str:
    rule = next((one for one in STANDING if one.code == code), None)
    return f"{limit_words(rule)}以内,从{TRIGGER_WORDS[rule.trigger]}之日起" if rule else ""


def _told(facts: Facts) -> dict[str, str]:
    parts: tuple[Callable[[Facts], dict[str, str]], ...] = (_of_dispute, _of_ending, _of_mediation, _of_opinion)
    return {name: words for part in parts for name, words in part(facts).items() if words}


def _of_dispute(facts: Facts) -> dict[str, str]:
    detail = facts.detail
    clock = next((one for code in FINISH for one in facts.clocks if one.rule.code == code and one.is_running), None)
    return {
        "反映渠道": CHANNEL_WORDS.get(detail.channel, detail.channel),
        "涉及户数": f"{detail.household_band} 户" if detail.household_band else "",
        "起始时间": day_words(detail.since_when) if detail.since_when else "",
        "受理日期": day_words(local_date(detail.accepted_at)) if detail.accepted_at else "",
        "办理期限": day_words(_last_day(clock)) if clock else "",
        "期限依据": clock.rule.basis if clock else "",
        "纠纷事实": detail.summary,
        "转往单位": facts.transfer.to_unit if facts.transfer else _detail_word(facts, "referred_out", "authority"),
        "转送理由": _note(facts, "referred_out") or _note(facts, "transferred"),
        "要求办结日期": _due(facts.transfer),
        "来源": CHANNEL_WORDS.get(detail.channel, detail.channel),
    }


def _of_ending(facts: Facts) -> dict[str, str]:
    detail = facts.detail
    ground = CLOSURE_WORDS.get(detail.closure_ground or "", "")
    return {
        "不予受理理由": _note(facts, "not_accepted"),
        "办结日期": day_words(local_date(detail.closed_at)) if detail.closed_at else "",
        "办结情况": ground,
        "办结依据": ";".join(part for part in (ground, detail.legal_basis) if part),
        "处理结果": RESULT_WORDS.get(facts.opinion.result, "") if facts.opinion else _note(facts, "closed"),
    }


def _of_mediation(facts: Facts) -> dict[str, str]:
    return told_of(facts.mediation) if facts.mediation else {}


def _of_opinion(facts: Facts) -> dict[str, str]:
    found = facts.opinion
    if found is None:
        return {"救济途径": REMEDY}
    return {
        "诉求": found.claim,
        "事实和理由": found.facts,
        "处理意见": found.opinion,
        "依据": found.legal_basis,
        "救济途径": found.remedy or REMEDY,
    }


def _last_day(clock: ClockRow) -> date:
    return clock.counted.last_day or local_date(clock.counted.due_at)


def _due(transfer: TransferFacts | None) -> str:
    return day_words(transfer.asked_due_on) if transfer and transfer.asked_due_on else ""


def _note(facts: Facts, kind: str) -> str:
    return next((one.note for one in reversed(facts.history) if one.kind == kind), "")


def _detail_word(facts: Facts, kind: str, name: str) -> str:
    return next((str(one.details.get(name) or "") for one in reversed(facts.history) if one.kind == kind), "")


def _visit(one: VisitFacts) -> Row:
    return {
        "日期": day_words(one.day),
        "方式": VISIT_WAY_WORDS.get(one.way, one.way),
        "结果": VISIT_OUTCOME_WORDS.get(one.outcome, one.outcome),
    }


def _step(one: Moment) -> Row:
    at = local(one.at)
    return {
        "时间": f"{day_words(at.date())} {at:%H:%M}",
        "事项": EVENT_WORDS.get(one.kind, one.kind),
        "单位": one.unit or "系统",
        "情况": one.note,
    }
