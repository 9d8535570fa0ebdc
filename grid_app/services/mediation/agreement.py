"""An agreement of mediation: drafted, concluded, performed promise by promise (人民调解法 28-31).

It is effective when all parties have signed, the mediator has signed and the committee has sealed it, an oral one
when it is reached. Nothing in it may sign a right away (3(3)). The committee watches over its performance (31).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import AgreementTerm, MediationAgreement, MediationCase
from grid_app.services.clocks.running import start_clock
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import Details, Step, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.services.mediation.cases import KEPT, NOT_SAVED, agreement_of, require_consents, taken, the_case
from grid_app.vocabulary.mediation import FORM_WORDS, MOST_TERMS, WRITTEN_WHY_WORDS, mediation_rules

CONFIRMATION: Final = "judicial_confirmation_apply"
LONGEST_WHO: Final = 100
LATEST_DUE: Final = timedelta(days=3660)


@dataclass(frozen=True)
class Promise:
    """One line of an agreement as it was typed: who (a label, an office) does what until when."""

    who: str
    what: str
    due_on: date | None


@dataclass(frozen=True)
class Draft:
    """The contents of 人民调解法 29; ``asked_written`` says that a party wants it in writing."""

    form: str
    facts: str
    issues: str
    responsibility: str
    performance_method: str
    promises: Sequence[Promise] = field(default_factory=tuple)
    asked_written: bool = False


@dataclass(frozen=True)
class Conclusion:
    """Who signed (or agreed by word of mouth), when it took effect, and whether mediator and committee signed."""

    effective_on: date | None
    signed_by: Collection[str]
    mediator_signed: bool
    sealed: bool


def draft_agreement(session: Session, step: Step, *, draft: Draft) -> None:
    """Write down what is being agreed; it may be changed until it is concluded."""
    texts, promises = _texts(draft), _promises(draft, step)
    step, dispute = taken(session, step, kind="agreement_drafted")
    case = _mediating(session, dispute)
    refuse_waivers({**texts, **{f"what_{at}": one.what for at, one in enumerate(promises, 1)}})
    why = written_why(dispute, promises, asked=draft.asked_written, today=local_date(step.now))
    if draft.form not in FORM_WORDS:
        raise InvalidError(NOT_SAVED, fields={"form": "请选书面还是口头。"})
    if draft.form == "oral" and why:
        reasons = "、".join(WRITTEN_WHY_WORDS[code] for code in why)
        raise InvalidError(NOT_SAVED, fields={"form": f"要写成书面协议:{reasons}。"})
    row = agreement_of(session, case)
    if row is None:
        row = MediationAgreement(case_id=case.id, dispute_id=dispute.id, signed_by=[])
        session.add(row)
    row.form, row.written_why, row.drafted_at = draft.form, list(why), step.now
    for name, text in texts.items():
        setattr(row, name, text)
    session.flush()  # the promises below point at the agreement
    session.execute(delete(AgreementTerm).where(AgreementTerm.agreement_id == row.id))
    session.add_all(
        AgreementTerm(agreement_id=row.id, number=at, who=one.who, what=one.what, due_on=one.due_on)
        for at, one in enumerate(promises, 1)
    )
    write(session, step, dispute, kind="agreement_drafted", details={"form": draft.form, "terms": len(promises)})


def written_why(dispute: Dispute, promises: Sequence[Promise], *, asked: bool, today: date) -> tuple[str, ...]:
    """Return why an agreement has to be in writing; none of it: an oral one will do (人民调解法 28)."""
    rules = mediation_rules()
    complex_matter = (
        dispute.complexity == "complex"
        or dispute.grade in rules.written_grades
        or dispute.household_band in rules.written_bands
    )
    found = {
        "asked": asked,
        "later": any(one.due_on is None or one.due_on > today for one in promises),
        "complex": complex_matter,
    }
    return tuple(code for code, holds in found.items() if holds)


def conclude_agreement(session: Session, step: Step, *, conclusion: Conclusion) -> None:
    """Conclude the drafted agreement: all parties signed. The thirty days for a court's confirmation begin."""
    step, dispute = taken(session, step, kind="agreed")
    case = _mediating(session, dispute)
    target = target_of("agree", state=dispute.state, category=dispute.category)
    agreement = agreement_of(session, case)
    if agreement is None:
        raise ConflictError(f"还没有写协议的内容,不能达成。{KEPT}", code="no_draft")
    parties = require_consents(session, dispute, case)
    missing = [party.label for party in parties if party.label not in conclusion.signed_by]
    _check_conclusion(step, case, agreement, conclusion, missing)
    effective = conclusion.effective_on or local_date(step.now)
    begun = step.now if effective == local_date(step.now) else start_of_day(effective)
    agreement.signed_by = [party.label for party in parties]
    agreement.mediator_signed, agreement.sealed = conclusion.mediator_signed, conclusion.sealed
    agreement.effective_on, agreement.effective_at, case.state = effective, begun, "agreed"
    details = {"form": agreement.form, "on": str(effective)}
    write(session, step, dispute, kind="agreed", to_state=target, details=details)
    start_clock(session, dispute=dispute, code=CONFIRMATION, started_at=begun, now=step.now)
    regrade(session, dispute, now=step.now)


def _check_conclusion(
    step: Step, case: MediationCase, agreement: MediationAgreement, conclusion: Conclusion, missing: list[str]
) -> None:
    wrong = {}
    begun = local_date(case.started_at or step.now)
    if conclusion.effective_on is None or not begun <= conclusion.effective_on <= local_date(step.now):
        wrong["day"] = "请填协议生效的日期:从开始调解那天到今天。"
    if missing:
        said = "签名、盖章或者按指印" if agreement.form == "written" else "当面同意"
        wrong["signed"] = f"{'、'.join(missing)}还没有{said}。各方都同意才生效(人民调解法第二十九条、第三十条)。"
    if not conclusion.mediator_signed:
        wrong["mediator_signed"] = "调解员要签名(口头协议由调解员记下内容并签名)。"
    if agreement.form == "written" and not conclusion.sealed:
        wrong["sealed"] = "书面协议要加盖调解委员会的印章。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)


def record_performance(
    session: Session, step: Step, *, term_id: UUID | None, done_on: date | None, evidence: str
) -> None:
    """Record that one promise was kept, and what shows it; the last one makes the agreement performed."""
    evidence = written(evidence, field="note", what="怎么知道履行了(收条、转账、现场看过)")
    step, dispute = taken(session, step, kind="term_done", note=evidence)
    if dispute.state != "agreed":
        target_of("perform", state=dispute.state, category=dispute.category)
    case = the_case(session, dispute)
    agreement = agreement_of(session, case)
    term = session.get(AgreementTerm, term_id) if term_id else None
    if agreement is None or term is None or term.agreement_id != agreement.id or term.done_on is not None:
        raise ConflictError(f"没有这一条约定,或者已经记过履行了。{KEPT}", code="no_term")
    refuse_waivers({"note": evidence})
    if done_on is None or not (agreement.effective_on or done_on) <= done_on <= local_date(step.now):
        raise InvalidError(NOT_SAVED, fields={"day": "请填履行的日期:从协议生效那天到今天。"})
    term.done_on, term.evidence, term.done_by = done_on, evidence, step.actor.assignment_id
    session.flush()  # what is left to be done is asked for below
    left = select(AgreementTerm.id).where(AgreementTerm.agreement_id == agreement.id, AgreementTerm.done_on.is_(None))
    is_last = session.scalars(left).first() is None
    target = target_of("perform", state=dispute.state, category=dispute.category) if is_last else None
    if is_last:
        case.state, case.ended_at = "performed", step.now
    details: Details = {"term": term.number, "on": str(done_on)}
    write(session, step, dispute, kind="term_done", to_state=target, note=evidence, details=details)
    regrade(session, dispute, now=step.now)


def _mediating(session: Session, dispute: Dispute) -> MediationCase:
    case = the_case(session, dispute)
    if case.state != "mediating":
        target_of("agree", state=dispute.state, category=dispute.category)
    return case


def _texts(draft: Draft) -> dict[str, str]:
    """Return the texts of 人民调解法 29 by the name of their column."""
    return {
        "facts": written(draft.facts, field="facts", what="纠纷的主要事实", least=5),
        "issues": written(draft.issues, field="issues", what="争议事项"),
        "responsibility": written(draft.responsibility, field="responsibility", what="各方的责任"),
        "performance_method": written(draft.performance_method, field="performance_method", what="怎么履行"),
    }


def _promises(draft: Draft, step: Step) -> list[Promise]:
    """Return the promises with their texts as they are stored.

    Raises
    ------
    InvalidError
        None, too many, or one that lacks who, what or when.
    """
    wrong: dict[str, str] = {}
    kept = []
    for at, one in enumerate(draft.promises, 1):
        who = " ".join(one.who.split())
        if not who or len(who) > LONGEST_WHO:
            wrong[f"who_{at}"] = "请选由谁做。"
        what = written(one.what, field=f"what_{at}", what="做什么")
        if one.due_on is None or abs(one.due_on - local_date(step.now)) > LATEST_DUE:
            wrong[f"due_{at}"] = "请填最晚哪天做完。"
        kept.append(Promise(who, what, one.due_on))
    if not kept:
        wrong["what_1"] = "至少写一条:谁,做什么,哪天以前。"
    if len(kept) > MOST_TERMS:
        wrong["what_1"] = f"最多写 {MOST_TERMS} 条,多的请合并。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return kept
