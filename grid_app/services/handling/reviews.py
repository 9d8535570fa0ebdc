"""Putting a closing before its reviewers, and reviewing it (双审核): always somebody else, if need be the county."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.handling import ClosingProposal, ReviewRecord
from grid_app.policy import Action, Actor, allows
from grid_app.queries.duties import is_against_township, recused_accounts
from grid_app.services.handling.closing import (
    NO_PROOF,
    Proof,
    checked_proof,
    missing_reviews,
    reviews_needed,
    standing_proposal,
)
from grid_app.services.handling.second import (
    COUNTY,
    LEADS,
    OFFICES,
    account_of,
    has_other,
    is_county,
    office_above,
)
from grid_app.services.handling.waiting import ended, reviewed, tell_reviewers
from grid_app.services.matters.states import target_of
from grid_app.services.matters.step import (
    AlreadyDoneError,
    Details,
    Step,
    claimed,
    may_handle,
    opened,
    permitted,
    write,
    written,
)
from grid_app.services.matters.waivers import refuse_waivers
from grid_app.vocabulary.words import CHOSEN_GROUNDS

NOT_YOURS: Final = "这一项审核要由另一个人、另一个岗位来做,不能由提出办结的人或者已经审核过的人来做。什么也没有改。"


@dataclass(frozen=True)
class Closing:
    """A closing as it is proposed: ground, basis, what came of it, and its proof."""

    ground: str
    legal_basis: str
    outcome: str
    same_as: str = ""
    proof: Proof = NO_PROOF


def propose_closing(session: Session, step: Step, *, closing: Closing) -> None:
    """Put a closing before those who review it; one that stood before is withdrawn with its reviews."""
    if closing.ground not in CHOSEN_GROUNDS:
        raise InvalidError("没有提交。请选一个办结依据。", fields={"ground": "请从列表里选一个办结依据。"})
    basis = written(
        closing.legal_basis, field="legal_basis", what="法律或政策依据(哪部法律、哪份文件、第几条)", least=4
    )
    outcome = written(closing.outcome, field="note", what="处理结果", least=5)
    dispute = claimed(session, step, kind="closing_proposed", note=outcome)
    step = may_handle(step, dispute)
    target_of("close", state=dispute.state, category=dispute.category)
    refuse_waivers({"legal_basis": basis, "note": outcome})
    if closing.ground == "duplicate_of" and not closing.same_as.strip():
        raise InvalidError("没有提交。", fields={"same_as": "选“与另一件相同”时要写明是哪一件的编号。"})
    proof = checked_proof(session, step, dispute, ground=closing.ground, proof=closing.proof)
    _withdraw(session, step, dispute)
    proposal = ClosingProposal(
        dispute_id=dispute.id, ground=closing.ground, legal_basis=basis, outcome=outcome,
        same_as=closing.same_as.strip().upper()[:24], document=proof.document, document_on=proof.document_on,
        remedy=proof.remedy, notified_on=proof.notified_on, assignment_id=step.actor.assignment_id, at=step.now,
    )  # fmt: skip
    session.add(proposal)
    details: Details = {"ground": closing.ground}
    write(session, step, dispute, kind="closing_proposed", note=outcome, details=details)
    session.flush()  # who may review is asked of the proposal that stands
    tell_reviewers(
        session, step, dispute, reviews_needed(session, dispute, closing.ground),
        lambda actor: open_sides(session, dispute, proposal, replace(step, actor=actor)),
    )  # fmt: skip


def review_closing(session: Session, step: Step, *, side: str, agrees: bool, note: str) -> None:
    """Agree or not to the closing that stands; a refusal ends it and says what is missing."""
    note = written(note, field="note", what="审核意见(看了哪些材料、问了谁)", least=5)
    dispute = opened(session, step)
    proposal = standing_proposal(session, dispute)
    if proposal is None:
        raise ConflictError("现在没有等审核的办结,可能刚刚撤回或者已经办结。请看看页面上的最新情况。", code="not_asked")
    if side not in open_sides(session, dispute, proposal, step):
        _refuse_again(session, proposal, step, side)
        raise ForbiddenError(NOT_YOURS)
    step = permitted(step, Action.HANDLE_DISPUTE) if allows(step.actor, Action.HANDLE_DISPUTE) else step
    refuse_waivers({"note": note})
    passed_up = is_county(step.actor) and _own_side_is_empty(session, dispute, proposal, side, step)
    session.add(
        ReviewRecord(
            proposal_id=proposal.id, dispute_id=dispute.id, side=side, agrees=agrees, note=note, passed_up=passed_up,
            assignment_id=step.actor.assignment_id, unit_id=step.actor.unit_id, at=step.now,
        )
    )  # fmt: skip
    session.flush()  # what is still missing is asked below
    needed = reviews_needed(session, dispute, proposal.ground)
    if not agrees:
        proposal.state = "refused"
        ended(session, step, dispute)
    else:
        is_last = not missing_reviews(session, proposal, needed)
        reviewed(session, step, dispute, proposal, is_last=is_last)
    details: Details = {"side": side, "agrees": agrees, "passed_up": passed_up}
    write(session, step, dispute, kind="closing_reviewed", note=note, details=details)


def open_sides(session: Session, dispute: Dispute, proposal: ClosingProposal, step: Step) -> tuple[str, ...]:
    """Return the reviews of the standing closing that this very actor may give now."""
    needed = reviews_needed(session, dispute, proposal.ground)
    given = reviews_of(session, proposal)
    done = {one.side for one in given}
    actor = step.actor
    proposer = account_of(session, proposal.assignment_id)
    if actor.account_id == proposer or actor.account_id in recused_accounts(session, dispute.id):
        return ()
    reviewed = {account_of(session, one.assignment_id) for one in given if one.side != "call_back"}
    return tuple(
        side
        for side in needed
        if side not in done
        and (side == "call_back" or actor.account_id not in reviewed)
        and _is_theirs(session, dispute, proposal, side, step)
    )


def reviews_of(session: Session, proposal: ClosingProposal) -> list[ReviewRecord]:
    """Return the reviews of a closing, the first one first."""
    rows = select(ReviewRecord).where(ReviewRecord.proposal_id == proposal.id).order_by(ReviewRecord.at)
    return list(session.scalars(rows))


def _refuse_again(session: Session, proposal: ClosingProposal, step: Step, side: str) -> None:
    """Refuse a review that stands already: as sent twice, or as another's who was first."""
    before = next((one for one in reviews_of(session, proposal) if one.side == side), None)
    if before is None:
        return
    if before.assignment_id == step.actor.assignment_id:
        raise AlreadyDoneError("您已经审核过这一项,没有重复记录。")
    unit, said = session.get_one(Unit, before.unit_id).name, "同意" if before.agrees else "不同意"
    raise ConflictError(
        f"这一项刚才已经审核过了:{unit},{said}。您的意见没有保存,还在下面;需要时可以写进办理记录。", code="overtaken"
    )


def _is_theirs(session: Session, dispute: Dispute, proposal: ClosingProposal, side: str, step: Step) -> bool:
    actor = step.actor
    if side == "call_back" and is_against_township(session, dispute.id):
        return is_county(actor)
    if side == "call_back":
        return actor.unit_id == dispute.owner_unit_id or actor.role in OFFICES
    if side == "second_person":
        return actor.role in OFFICES or (actor.unit_id == dispute.owner_unit_id and actor.role in LEADS)
    if side == "handling_unit":
        own = actor.unit_id == dispute.owner_unit_id and _leads(actor)
        return own or (is_county(actor) and _own_side_is_empty(session, dispute, proposal, side, step))
    above = office_above(session, dispute)
    if above is None:
        return is_county(actor)
    own = actor.unit_id == above and actor.role in OFFICES
    return own or (is_county(actor) and _own_side_is_empty(session, dispute, proposal, side, step))


def _leads(actor: Actor) -> bool:
    return actor.role in LEADS | COUNTY


def _own_side_is_empty(session: Session, dispute: Dispute, proposal: ClosingProposal, side: str, step: Step) -> bool:
    """Say whether the office whose turn it is has nobody left to review, so that the county does it."""
    gone = {account_of(session, proposal.assignment_id)}
    gone |= {account_of(session, one.assignment_id) for one in reviews_of(session, proposal) if one.side != "call_back"}
    without: set[UUID] = {one for one in gone if one} | recused_accounts(session, dispute.id)
    if side == "handling_unit":
        roles = LEADS | COUNTY
        return not has_other(session, unit_id=dispute.owner_unit_id, roles=roles, without=without, now=step.now)
    if side == "coordinating_office":
        above = office_above(session, dispute)
        return above is not None and not has_other(session, unit_id=above, roles=OFFICES, without=without, now=step.now)
    return False


def _withdraw(session: Session, step: Step, dispute: Dispute) -> None:
    standing = standing_proposal(session, dispute)
    if standing is not None:
        standing.state = "withdrawn"
        ended(session, step, dispute)
        session.flush()  # only one closing may stand at a time
