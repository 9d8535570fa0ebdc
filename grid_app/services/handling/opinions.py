"""The handling opinion (信访工作条例 32): claim, facts, result and legal basis; and how it reached the resident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.handling import Opinion
from grid_app.services.clocks.running import finish_clock, start_clock
from grid_app.services.leading.examinations import require_examined
from grid_app.services.matters.grading import regrade
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import Details, Step, claimed, may_handle, write, written
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.handling import METHOD_WORDS, RESULT_WORDS

NOT_SAVED: Final = "没有保存,已填的还在。"
LONGEST_NUMBER: Final = 60
THIRTY: Final = ("30", "三十")


@dataclass(frozen=True)
class Draft:
    """What an opinion says. ``result`` is a key of ``RESULT_WORDS``; ``remedy`` names the review within thirty days."""

    claim: str
    facts: str
    result: str
    opinion: str
    legal_basis: str
    remedy: str
    document_no: str = ""


@dataclass(frozen=True)
class Delivery:
    """How an opinion reached the resident; ``refused`` means that nobody wanted to sign, and ``note`` who saw it."""

    method: str
    delivered_on: date | None
    refused: bool = False
    note: str = ""


def draft_opinion(session: Session, step: Step, *, draft: Draft) -> None:
    """Write the opinion; until it is delivered it can be written anew."""
    said = {
        "claim": written(draft.claim, field="claim", what="当事人的请求", least=5),
        "facts": written(draft.facts, field="facts", what="查明的事实和理由", least=10),
        "opinion": written(draft.opinion, field="opinion", what="处理意见", least=5),
        "legal_basis": written(
            draft.legal_basis, field="legal_basis", what="法律或政策依据(哪部法律、哪份文件、第几条)", least=4
        ),
        "remedy": written(draft.remedy, field="remedy", what="救济途径", least=10),
    }
    number = written(draft.document_no, field="document_no", what="文号", least=0, longest=LONGEST_NUMBER)
    if draft.result not in RESULT_WORDS:
        raise InvalidError(NOT_SAVED, fields={"result": "请从三种结论里选一种。"})
    if "复查" not in said["remedy"] or not any(word in said["remedy"] for word in THIRTY):
        raise InvalidError(
            NOT_SAVED,
            fields={"remedy": "要写明:不服的,可以自收到之日起三十日内请求复查(信访工作条例第三十五条)。"},
        )
    refuse_waivers(said)
    dispute = claimed(session, step, kind="opinion_drafted", note=said["opinion"])
    step = may_handle(step, dispute)
    target_of("reply", state=dispute.state, category=dispute.category)
    require_examined(session, dispute)
    row = undelivered(session, dispute) or Opinion(dispute_id=dispute.id)
    for name, text in said.items():
        setattr(row, name, text)
    row.result, row.document_no = draft.result, number
    row.unit_id, row.assignment_id, row.made_at = step.actor.unit_id, step.actor.assignment_id, step.now
    session.add(row)
    details: Details = {"result": draft.result}
    write(session, step, dispute, kind="opinion_drafted", note=said["opinion"], details=details)


def deliver_opinion(session: Session, step: Step, *, delivery: Delivery) -> None:
    """Record that the opinion reached the resident; from that day thirty days run to ask for a review."""
    least = 5 if delivery.refused else 0
    note = written(delivery.note, field="note", what="拒签的情况和见证人的身份", least=least)
    wrong = {}
    if delivery.method not in METHOD_WORDS:
        wrong["method"] = "请选怎么送达的。"
    if delivery.delivered_on is None or delivery.delivered_on > local_date(step.now):
        wrong["delivered_on"] = "请填送达的日期,不能晚于今天。"
    if wrong or delivery.delivered_on is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    dispute = claimed(session, step, kind="replied", note=note)
    step = may_handle(step, dispute)
    target = target_of("reply", state=dispute.state, category=dispute.category)
    row = undelivered(session, dispute)
    if row is None:
        raise ConflictError("还没有处理意见书,先写好意见书,再记送达。填写的内容还在页面上。", code="no_opinion")
    row.method, row.delivered_on, row.refused = delivery.method, delivery.delivered_on, delivery.refused
    row.delivery_note, row.delivered_by = note, step.actor.assignment_id
    details: Details = {"method": delivery.method, "refused": delivery.refused, "result": row.result}
    write(session, step, dispute, kind="replied", to_state=target, note=note, details=details)
    finish_clock(session, dispute_id=dispute.id, code="petition_finish", now=step.now)
    begun = start_of_day(delivery.delivered_on)
    start_clock(session, dispute=dispute, code="review_request", started_at=begun, now=step.now)
    regrade(session, dispute, now=step.now)


def undelivered(session: Session, dispute: Dispute) -> Opinion | None:
    """Return the opinion that was written and not delivered yet."""
    return session.scalars(
        select(Opinion).where(Opinion.dispute_id == dispute.id, Opinion.delivered_on.is_(None))
    ).first()


def delivered_opinion(session: Session, dispute: Dispute) -> Opinion | None:
    """Return the latest opinion that reached the resident."""
    return session.scalars(
        select(Opinion)
        .where(Opinion.dispute_id == dispute.id, Opinion.delivered_on.is_not(None))
        .order_by(Opinion.made_at.desc())
        .limit(1)
    ).first()
