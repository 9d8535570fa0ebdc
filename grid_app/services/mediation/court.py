"""Judicial confirmation of an agreement: asked for by both parties together within thirty days (人民调解法 33)."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import JudicialConfirmation, MediationAgreement
from grid_app.services.clocks.running import finish_clock
from grid_app.services.matters.step import Step, write, written
from grid_app.services.mediation.agreement import CONFIRMATION
from grid_app.services.mediation.cases import KEPT, NOT_SAVED, taken
from grid_app.vocabulary.mediation import COURT_RESULT_WORDS

LONGEST_COURT: Final = 60


def ask_court(session: Session, step: Step, *, court: str, applied_on: date | None, together: bool) -> None:
    """Record that the parties asked a court together to confirm the agreement; the thirty days are over then."""
    court = written(court, field="court", what="哪个法院")
    step, dispute = taken(session, step, kind="court_asked", note=court)
    agreement = _effective(session, dispute)
    if _confirmation(session, agreement) is not None:
        raise ConflictError(f"已经记过申请司法确认了。{KEPT}", code="already_asked")
    last_day = _last_day(session, dispute)
    wrong = {}
    if len(court) > LONGEST_COURT:
        wrong["court"] = f"最多 {LONGEST_COURT} 个字。"
    if not together:
        wrong["together"] = "司法确认要各方共同申请,一方自己不能申请(人民调解法第三十三条)。"
    earliest = agreement.effective_on or local_date(step.now)
    if applied_on is None or not earliest <= applied_on <= local_date(step.now):
        wrong["day"] = "请填申请的日期:从协议生效那天到今天。"
    elif last_day is not None and applied_on > last_day:
        wrong["day"] = f"三十日的期限到{last_day.month}月{last_day.day}日为止,已经过了。协议仍然有效,不履行的可以起诉。"
    if wrong or applied_on is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    session.add(JudicialConfirmation(agreement_id=agreement.id, court=court, applied_on=applied_on))
    finish_clock(session, dispute_id=dispute.id, code=CONFIRMATION, now=step.now)
    write(session, step, dispute, kind="court_asked", note=court, details={"on": str(applied_on)})


def note_court_answer(session: Session, step: Step, *, accepted: bool | None, answered_on: date | None) -> None:
    """Record whether the court took the application up."""
    step, dispute = taken(session, step, kind="court_answered")
    asked = _asked(session, dispute)
    if asked.accepted is not None:
        raise ConflictError(f"法院是否受理已经记过了。{KEPT}", code="already_answered")
    if accepted is None:
        raise InvalidError(NOT_SAVED, fields={"accepted": "请选法院受理没有。"})
    _check_day(answered_on, since=asked.applied_on, step=step)
    asked.accepted, asked.answered_on = accepted, answered_on
    write(session, step, dispute, kind="court_answered", details={"accepted": accepted, "on": str(answered_on)})


def note_court_decision(
    session: Session, step: Step, *, result: str, decided_on: date | None, document_no: str = ""
) -> None:
    """Record what the court decided."""
    number = written(document_no, field="document_no", what="文书号", least=0, longest=LONGEST_COURT)
    step, dispute = taken(session, step, kind="court_decided", note=number)
    asked = _asked(session, dispute)
    if not asked.accepted or asked.result:
        raise ConflictError(f"法院还没有受理,或者结果已经记过了。{KEPT}", code="no_decision")
    if result not in COURT_RESULT_WORDS:
        raise InvalidError(NOT_SAVED, fields={"result": "请选法院的结果。"})
    _check_day(decided_on, since=asked.answered_on or asked.applied_on, step=step)
    asked.result, asked.decided_on, asked.document_no = result, decided_on, number
    details = {"result": result, "on": str(decided_on)}
    write(session, step, dispute, kind="court_decided", note=number, details=details)


def _check_day(day: date | None, *, since: date, step: Step) -> None:
    if day is None or not since <= day <= local_date(step.now):
        raise InvalidError(NOT_SAVED, fields={"day": "请填日期,不能早于上一步,也不能晚于今天。"})


def _effective(session: Session, dispute: Dispute) -> MediationAgreement:
    agreement = session.scalars(
        select(MediationAgreement)
        .where(MediationAgreement.dispute_id == dispute.id, MediationAgreement.effective_on.is_not(None))
        .order_by(MediationAgreement.effective_at.desc())
        .limit(1)
    ).first()
    if agreement is None:
        raise ConflictError(f"还没有生效的调解协议,不能申请司法确认。{KEPT}", code="no_agreement")
    return agreement


def _confirmation(session: Session, agreement: MediationAgreement) -> JudicialConfirmation | None:
    rows = select(JudicialConfirmation).where(JudicialConfirmation.agreement_id == agreement.id)
    return session.scalars(rows).first()


def _asked(session: Session, dispute: Dispute) -> JudicialConfirmation:
    found = _confirmation(session, _effective(session, dispute))
    if found is None:
        raise ConflictError(f"还没有申请司法确认。{KEPT}", code="not_asked")
    return found


def _last_day(session: Session, dispute: Dispute) -> date | None:
    clocks = select(Deadline.due_at).where(Deadline.dispute_id == dispute.id, Deadline.rule_code == CONFIRMATION)
    due = session.scalars(clocks.order_by(Deadline.started_at.desc()).limit(1)).first()
    return local_date(due) if due else None
