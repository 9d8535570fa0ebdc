"""群众更加满意: whether somebody asked again, who answered, and what was said; no answer is not content."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, join, or_
from sqlalchemy.orm import Session

from grid_app.models.callbacks import CallbackSample
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.models.residents import Evaluation
from grid_app.queries.indicators_asked import Asked, Share, shares
from grid_app.queries.indicators_open import CLOSING, EVENTS
from grid_app.vocabulary.callbacks import REFUSED, VERDICTS

SAMPLES = join(CallbackSample, Dispute, Dispute.id == CallbackSample.dispute_id)


def followed_up(session: Session, asked: Asked) -> list[Share]:
    """Return the follow-ups that were made, of those whose day has passed and that nobody declined or made needless."""
    among = join(FollowUp, Dispute, Dispute.id == FollowUp.dispute_id)
    counted = or_(FollowUp.state.in_(("settled", "relapsed", "missed")), FollowUp.state == "due")
    hit = FollowUp.state.in_(("settled", "relapsed"))
    return shares(session, asked, FollowUp.due_on, FollowUp.due_on < asked.today, counted, hit=hit, among=among)


def answered(session: Session, asked: Asked) -> list[Share]:
    """Return the closings that were evaluated, of all closings."""
    said = exists().where(*_of_closing())
    return shares(session, asked, DisputeEvent.at, CLOSING, hit=said, among=EVENTS)


def satisfied(session: Session, asked: Asked) -> list[Share]:
    """Return the evaluations that say satisfied, of all evaluations of these closings."""
    among = EVENTS.join(Evaluation, and_(*_of_closing()))
    return shares(session, asked, DisputeEvent.at, CLOSING, hit=Evaluation.satisfied.is_(True), among=among)


def verified(session: Session, asked: Asked) -> list[Share]:
    """Return the drawn closings that the party confirmed, of all that were drawn, also those nobody has asked yet."""
    hit = CallbackSample.state == "verified"
    drawn = CallbackSample.stratum != REFUSED
    return shares(session, asked, CallbackSample.decided_at, drawn, hit=hit, among=SAMPLES)


def told(session: Session, asked: Asked) -> list[Share]:
    """Return the parties who had been told how it went, of those whom a call-back reached."""
    reached = CallbackSample.told.is_not(None)
    hit = CallbackSample.told.is_(True)
    return shares(session, asked, CallbackSample.decided_at, reached, hit=hit, among=SAMPLES)


def wrongly_refused(session: Session, asked: Asked) -> list[Share]:
    """Return the refusals that the level above found wrong, of those drawn and looked at."""
    hit = CallbackSample.state == "wrong"
    looked_at = CallbackSample.state.in_(VERDICTS)
    return shares(session, asked, CallbackSample.decided_at, looked_at, hit=hit, among=SAMPLES)


def _of_closing() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Evaluation.dispute_id == DisputeEvent.dispute_id, Evaluation.closed_at == DisputeEvent.at
