"""After the opinion: review (复查), final review (复核), and the lawful end of a matter of courts and police."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.handling import Opinion, OpinionReview
from grid_app.policy import Action
from grid_app.services.clocks.running import finish_clock, start_clock
from grid_app.services.handling.opinions import delivered_opinion
from grid_app.services.handling.second import is_county
from grid_app.services.handling.steps import take_up_again
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import Step, claimed, permitted, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.handling import REVIEW_RESULT_WORDS, STAGE_WORDS

NOT_SAVED: Final = "没有保存,已填的还在。"
LONGEST: Final = 100
LONGEST_NUMBER: Final = 60


@dataclass(frozen=True)
class Answer:
    """The written answer to a request for review: its result, number, basis and day."""

    result: str
    document_no: str
    legal_basis: str
    answered_on: date | None


@dataclass(frozen=True)
class Conclusion:
    """The document by which the competent organ concluded a matter of courts, procuratorate or police."""

    organ: str
    document_no: str
    concluded_on: date | None
    note: str = ""


def ask_review(session: Session, step: Step, *, asked_on: date | None, organ: str) -> None:
    """Record that the resident asked for a review, or after its answer for the final one, within thirty days."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    organ = written(organ, field="organ", what="哪个机关收到申请", longest=LONGEST)
    dispute = claimed(session, step, kind="review_asked", note=organ)
    opinion, stage = _next_stage(session, dispute)
    if asked_on is None or asked_on > local_date(step.now):
        raise InvalidError(NOT_SAVED, fields={"asked_on": "请填收到申请的日期,不能晚于今天。"})
    _require_in_time(session, dispute, stage, asked_on)
    session.add(
        OpinionReview(
            opinion_id=opinion.id, dispute_id=dispute.id, stage=stage, asked_on=asked_on, asked_at=step.now,
            assignment_id=step.actor.assignment_id, organ=organ,
        )
    )  # fmt: skip
    write(session, step, dispute, kind="review_asked", note=organ, details={"stage": stage})
    finish_clock(session, dispute_id=dispute.id, code=f"{stage}_request", now=step.now)
    begun = start_of_day(asked_on)
    start_clock(session, dispute=dispute, code=f"{stage}_answer", started_at=begun, now=step.now)


def answer_review(session: Session, step: Step, *, answer: Answer) -> None:
    """Record the written answer; an opinion that was revoked is worked on anew."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    basis = written(answer.legal_basis, field="legal_basis", what="法律或政策依据", least=4)
    number = written(answer.document_no, field="document_no", what="文书的文号", longest=LONGEST_NUMBER)
    dispute = claimed(session, step, kind="review_answered", note=basis)
    row = asked_review(session, dispute)
    if row is None:
        raise ConflictError("现在没有等答复的复查、复核申请。请看看页面上的最新情况。", code="not_asked")
    _check_answer(row, answer, local_date(step.now))
    refuse_waivers({"legal_basis": basis})
    row.result, row.document_no, row.legal_basis = answer.result, number, basis
    row.answered_on, row.answered_at = answer.answered_on, step.now
    target = None
    if answer.result == "revoked" and dispute.state == "closed":
        take_up_again(session, step, dispute, reason=basis)
    elif answer.result == "revoked":
        target = target_of("rework", state=dispute.state, category=dispute.category)
    details = {"stage": row.stage, "result": answer.result}
    write(session, step, dispute, kind="review_answered", to_state=target, note=basis, details=details)
    finish_clock(session, dispute_id=dispute.id, code=f"{row.stage}_answer", now=step.now)
    if row.stage == "review" and answer.result != "revoked" and answer.answered_on is not None:
        begun = start_of_day(answer.answered_on)
        start_clock(session, dispute=dispute, code="recheck_request", started_at=begun, now=step.now)


def conclude(session: Session, step: Step, *, conclusion: Conclusion) -> None:
    """Record the conclusion by law of a matter of courts, procuratorate or police; afterwards it is only read."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    if not is_county(step.actor):
        raise ForbiddenError("依法终结由县级登记。请把终结文书报县级经办;什么也没有改。")
    organ = written(conclusion.organ, field="organ", what="哪个机关作出终结决定")
    number = written(conclusion.document_no, field="document_no", what="终结文书的名称和文号")
    if conclusion.concluded_on is None or conclusion.concluded_on > local_date(step.now):
        raise InvalidError(NOT_SAVED, fields={"concluded_on": "请填终结文书的日期,不能晚于今天。"})
    note = f"{organ},{number},{conclusion.concluded_on.isoformat()}。{conclusion.note.strip()}"
    note = written(note, field="note", what="说明")
    dispute = claimed(session, step, kind="legally_concluded", note=note)
    target = target_of("conclude", state=dispute.state, category=dispute.category)
    refuse_waivers({"note": note})
    write(session, step, dispute, kind="legally_concluded", to_state=target, note=note)


def asked_review(session: Session, dispute: Dispute) -> OpinionReview | None:
    """Return the request for review that waits for its answer."""
    return session.scalars(
        select(OpinionReview).where(OpinionReview.dispute_id == dispute.id, OpinionReview.answered_on.is_(None))
    ).first()


def stage_open(session: Session, dispute: Dispute) -> str:
    """Return which review may be asked for now, ``review`` or ``recheck``; empty when none."""
    opinion = delivered_opinion(session, dispute)
    if opinion is None:
        return ""
    had = {
        one.stage: one for one in session.scalars(select(OpinionReview).where(OpinionReview.opinion_id == opinion.id))
    }
    if "review" not in had:
        return "review"
    first = had["review"]
    return "recheck" if first.answered_on and first.result != "revoked" and "recheck" not in had else ""


def _next_stage(session: Session, dispute: Dispute) -> tuple[Opinion, str]:
    opinion, stage = delivered_opinion(session, dispute), stage_open(session, dispute)
    if opinion is None or not stage:
        raise ConflictError(
            "现在不能登记复查或者复核申请:要先送达处理意见书,一级一级申请,每一级只有一次。", code="no_stage"
        )
    return opinion, stage


def _require_in_time(session: Session, dispute: Dispute, stage: str, asked_on: date) -> None:
    clock = session.scalars(
        select(Deadline)
        .where(Deadline.dispute_id == dispute.id, Deadline.rule_code == f"{stage}_request")
        .order_by(Deadline.started_at.desc())
        .limit(1)
    ).first()
    if clock is None:
        return
    if asked_on < local_date(clock.started_at):
        raise InvalidError(NOT_SAVED, fields={"asked_on": "申请的日期早于收到答复的日期,请核对。"})
    if start_of_day(asked_on) >= clock.due_at:
        due = local_date(clock.due_at - timedelta(seconds=1))
        raise ConflictError(
            f"申请{STAGE_WORDS[stage]}的三十日到 {due.year} 年 {due.month} 月 {due.day} 日为止,这份申请晚了,不能登记。"
            "请告诉当事人还可以走哪些途径;填写的内容还在页面上。",
            code="limit_passed",
        )


def _check_answer(row: OpinionReview, answer: Answer, today: date) -> None:
    wrong = {}
    if answer.result not in REVIEW_RESULT_WORDS:
        wrong["result"] = "请选维持、变更还是撤销。"
    if answer.answered_on is None or not row.asked_on <= answer.answered_on <= today:
        wrong["answered_on"] = "请填答复的日期,不能早于收到申请那天,也不能晚于今天。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
