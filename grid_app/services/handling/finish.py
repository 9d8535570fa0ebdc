"""Closing what was reviewed: the closing that stands, word for word as the reviewers read it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError
from grid_app.policy import Action
from grid_app.services.handling.closing import Proof, standing_proposal
from grid_app.services.handling.steps import Closure, close
from grid_app.services.handling.waiting import ended
from grid_app.services.matters.step import Step, opened, permitted


def close_as_proposed(session: Session, step: Step) -> None:
    """Close the dispute by the closing that was put before its reviewers."""
    step = permitted(step, Action.HANDLE_DISPUTE)
    dispute = opened(session, step)
    proposal = standing_proposal(session, dispute)
    if proposal is None:
        raise ConflictError("现在没有等办结的材料,可能刚刚撤回或者已经办结。请看看页面上的最新情况。", code="not_asked")
    proof = Proof(proposal.document, proposal.document_on, proposal.remedy, proposal.notified_on)
    closure = Closure(proposal.ground, proposal.legal_basis, proposal.outcome, proposal.same_as, proof)
    close(session, step, closure=closure)
    ended(session, step, dispute)
