"""What must be there before a matter is closed on a ground: the paper, the reviews, the word to the resident.

A ground tells what has happened, and every ground has its proof. A sanction is no ground: it settles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.disputes import Dispute
from grid_app.models.handling import ClosingProposal, Opinion, OpinionReview, ReviewRecord
from grid_app.models.residents import ResidentRequest
from grid_app.queries.duties import is_against_township
from grid_app.services.handling.gates import gate_reasons
from grid_app.services.matters.step import Step, written
from grid_app.vocabulary.handling import REVIEW_SIDE_WORDS
from grid_app.vocabulary.words import CLOSURE_WORDS

PAPERS: Final[Mapping[str, str]] = {
    "moved_to_legal_pathway": "法院、仲裁机构或者有权机关的受理通知(名称和文号)",
    "admin_reconsideration_decided": "行政复议决定书的文号",
    "withdrawn_by_party": "当事人自己提交的撤回申请(签字的纸件或者本人渠道,写明是哪一份)",
}
"""By ground: the paper that proves it."""
SECOND_PERSON: Final = frozenset({"duplicate_of", "not_established", "out_of_jurisdiction"})
"""Grounds by which a matter ends without being handled: a second person looks again, and the resident is told."""
ASKED_ONLINE: Final = "当事人凭查询码和本人电话提出撤回"
LONGEST_DOCUMENT: Final = 200


@dataclass(frozen=True)
class Proof:
    """What proves a ground: the paper and its day, the routes the resident was told of, and when."""

    document: str = ""
    document_on: date | None = None
    remedy: str = ""
    notified_on: date | None = None


NO_PROOF: Final = Proof()


def reviews_needed(session: Session, dispute: Dispute, ground: str) -> tuple[str, ...]:
    """Return which reviews a closing on ``ground`` needs, as keys of ``REVIEW_SIDE_WORDS``; none for light matters."""
    needed: list[str] = []
    against = is_against_township(session, dispute.id)  # whatever a county's own policy says
    if against or gate_reasons(session, dispute, gate="review", step="close"):
        needed += ["handling_unit", "coordinating_office"]
    elif ground in SECOND_PERSON:
        needed.append("second_person")
    if against or ground == "withdrawn_by_party":
        needed.append("call_back")
    return tuple(needed)


def closes_by_review(session: Session, dispute_id: UUID) -> bool:
    """Say whether a dispute is closed by a proposal that others review, whatever the ground."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None:
        return False
    return is_against_township(session, dispute_id) or bool(gate_reasons(session, dispute, gate="review", step="close"))


def checked_proof(session: Session, step: Step, dispute: Dispute, *, ground: str, proof: Proof) -> Proof:
    """Return the proof of a ground with its texts as they are stored.

    Raises
    ------
    InvalidError
        Something that the ground needs is missing, with a sentence at each field.
    """
    document = written(proof.document, field="document", what="证明文书", least=0, longest=LONGEST_DOCUMENT)
    remedy = written(proof.remedy, field="remedy", what="告诉当事人的救济途径", least=0)
    checked = Proof(document, proof.document_on, remedy, proof.notified_on)
    if ground == "withdrawn_by_party" and not document:
        checked = _asked_by_the_party(session, dispute) or checked
    wrong = _lacks(ground, checked, local_date(step.now))
    if ground == "review_chain_completed" and (lacking := _chain_lacks(session, dispute)):
        wrong["ground"] = f"“复查复核已完成”要有三份注明日期的文书,还缺:{'、'.join(lacking)}。"
    if ground == "opinion_carried_out" and not _has_delivered(session, dispute):
        wrong["ground"] = "“处理意见已落实”要先有送达当事人的处理意见书。"
    if dispute.track == "litigation" and ground not in ("moved_to_legal_pathway", "duplicate_of"):
        wrong["ground"] = "涉法涉诉的事项转政法机关办理,这里不能按这个依据办结。"
    if wrong:
        raise InvalidError("没有办结。还缺办结依据的证明;已填的都还在。", fields=wrong, code="proof_missing")
    return checked


def require_ready(session: Session, step: Step, dispute: Dispute, *, ground: str, proof: Proof) -> None:
    """Refuse a closing whose proof or reviews are missing; the proposal that was reviewed is used by it.

    Raises
    ------
    InvalidError, ConflictError
        The proof or a review is missing; the proposal reviewed was another.
    """
    standing = standing_proposal(session, dispute)
    if standing is not None and standing.ground == ground and not proof.document and not proof.remedy:
        proof = Proof(standing.document, standing.document_on, standing.remedy, standing.notified_on)
    needed = reviews_needed(session, dispute, ground)
    if needed and (standing is None or standing.ground != ground):
        reasons = gate_reasons(session, dispute, gate="review", step="close") or (CLOSURE_WORDS[ground],)
        raise InvalidError(
            "没有办结。这件事办结以前要经过审核。已填的都还在。",
            fields={"ground": f"因为{'、'.join(reasons)},请在“依法办理”页“提出办结”,审核以后再办结。"},
            code="review_missing",
        )
    proof = checked_proof(session, step, dispute, ground=ground, proof=proof)
    missing = missing_reviews(session, standing, needed) if standing else ()
    if missing:
        words = "、".join(REVIEW_SIDE_WORDS[side] for side in missing)
        raise ConflictError(f"没有办结:还在等{words}。填写的内容没有丢。", code="review_missing")
    _use(session, step, dispute, ground=ground, proof=proof)


def standing_proposal(session: Session, dispute: Dispute) -> ClosingProposal | None:
    """Return the closing that is before its reviewers now."""
    rows = select(ClosingProposal).where(ClosingProposal.dispute_id == dispute.id, ClosingProposal.state == "standing")
    return session.scalars(rows).first()


def missing_reviews(session: Session, proposal: ClosingProposal, needed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the reviews that nobody has agreed to yet."""
    agreed = set(
        session.scalars(
            select(ReviewRecord.side).where(ReviewRecord.proposal_id == proposal.id, ReviewRecord.agrees.is_(True))
        )
    )
    return tuple(side for side in needed if side not in agreed)


def _lacks(ground: str, proof: Proof, today: date) -> dict[str, str]:
    """Return what the ground's proof lacks, by field."""
    wrong: dict[str, str] = {}
    if ground in PAPERS and len(proof.document) < 2:
        wrong["document"] = f"“{CLOSURE_WORDS[ground]}”要写明:{PAPERS[ground]}。"
    if ground in PAPERS and not _is_past(proof.document_on, today):
        wrong["document_on"] = "请填文书上的日期,不能晚于今天。"
    if ground in SECOND_PERSON and len(proof.remedy) < 10:
        wrong["remedy"] = "要写明告诉了当事人哪些救济途径。"
    if ground in SECOND_PERSON and not _is_past(proof.notified_on, today):
        wrong["notified_on"] = "请填告知当事人的日期,不能晚于今天。"
    return wrong


def _asked_by_the_party(session: Session, dispute: Dispute) -> Proof | None:
    """Return the party's own request, made with code and phone, as the proof of a withdrawal; ``None`` without one."""
    asked = select(ResidentRequest.at).where(
        ResidentRequest.dispute_id == dispute.id, ResidentRequest.kind == "withdraw", ResidentRequest.state == "open"
    )
    at = session.scalars(asked.order_by(ResidentRequest.at.desc())).first()
    return Proof(ASKED_ONLINE, local_date(at)) if at else None


def _is_past(day: date | None, today: date) -> bool:
    return day is not None and day <= today


def _use(session: Session, step: Step, dispute: Dispute, *, ground: str, proof: Proof) -> None:
    """Mark the proposal as used, or keep the proof of a closing that needed no review."""
    standing = standing_proposal(session, dispute)
    if standing is not None and standing.ground == ground:
        standing.state = "used"
        return
    if standing is not None:
        standing.state = "withdrawn"
    if proof.document or proof.remedy:
        session.add(
            ClosingProposal(
                dispute_id=dispute.id, ground=ground, legal_basis="", outcome="", document=proof.document,
                document_on=proof.document_on, remedy=proof.remedy, notified_on=proof.notified_on,
                assignment_id=step.actor.assignment_id, at=step.now, state="used",
            )
        )  # fmt: skip


def _has_delivered(session: Session, dispute: Dispute) -> bool:
    delivered = select(Opinion.id).where(Opinion.dispute_id == dispute.id, Opinion.delivered_on.is_not(None))
    return session.scalar(delivered.limit(1)) is not None


def _chain_lacks(session: Session, dispute: Dispute) -> list[str]:
    opinion = session.scalars(
        select(Opinion)
        .where(Opinion.dispute_id == dispute.id, Opinion.delivered_on.is_not(None))
        .order_by(Opinion.made_at.desc())
        .limit(1)
    ).first()
    if opinion is None:
        return ["送达的处理意见书", "复查意见", "复核意见"]
    answered = session.scalars(
        select(OpinionReview.stage).where(
            OpinionReview.opinion_id == opinion.id, OpinionReview.answered_on.is_not(None)
        )
    ).all()
    return [word for stage, word in (("review", "复查意见"), ("recheck", "复核意见")) if stage not in answered]
