"""Which ended matters still hold personal data whose period is over, and why some of them have to wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.attachments import Attachment
from grid_app.models.channels import Alarm, PhoneCall
from grid_app.models.disputes import Dispute, DisputeEvent, Party, Submission
from grid_app.models.escalations import Escalation, EscalationEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.models.handling import Opinion, OpinionReview
from grid_app.models.incidents import Incident
from grid_app.models.mediation import MediationAgreement
from grid_app.models.residents import Evaluation, ResidentComplaint, ResidentRequest
from grid_app.models.retention import RetentionHold
from grid_app.vocabulary.words import ENDED_STATES

KEPT_LONG = ("agreement_performed", "moved_to_legal_pathway", "admin_reconsideration_decided", "review_chain_completed")
"""Grounds whose papers are an archive of law: their matters are kept as long as those with an agreement."""


@dataclass(frozen=True)
class Bounds:
    """The moments before which a matter must have ended for its data to go, by the row of the policy."""

    matter: datetime
    agreed: datetime
    media: datetime
    incident: datetime
    told: datetime
    call: datetime
    alarm: datetime


@dataclass(frozen=True)
class End:
    """When a matter ended, and whether its papers are an archive of law."""

    at: datetime
    is_kept_long: bool


def due_matters(session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
    """Return ended matters whose names, phones, reports or residents' words have to go, the oldest id first."""
    ended = and_(_ended_before(bounds.matter), or_(~_is_kept_long(), _ended_before(bounds.agreed)))
    question = select(Dispute.id).where(ended, _holds_words(), ~_waits()).order_by(Dispute.id).limit(size)
    return list(session.scalars(question))


def due_media(session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
    """Return photos and voice notes of ended matters that have to go, the oldest id first."""
    question = (
        select(Attachment.id)
        .join(Dispute, Dispute.id == Attachment.dispute_id)
        .where(_ended_before(bounds.media), ~_waits())
        .order_by(Attachment.id)
        .limit(size)
    )
    return list(session.scalars(question))


def due_incidents(session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
    """Return ended incidents whose words have to go, the oldest id first; one of a held dispute waits with it."""
    question = select(Incident.id).where(_incident_is_due(bounds)).order_by(Incident.id).limit(size)
    return list(session.scalars(question))


def due_tellings(session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
    """Return escalations that are over and whose reasons have to go, the oldest id first.

    One of a matter that is open or held waits with it.
    """
    question = select(Escalation.id).where(_telling_is_due(bounds)).order_by(Escalation.id).limit(size)
    return list(session.scalars(question))


def due_calls(session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
    """Return recorded calls of which has to go who answered, the oldest id first."""
    question = select(PhoneCall.id).where(_call_is_due(bounds)).order_by(PhoneCall.id).limit(size)
    return list(session.scalars(question))


def due_alarms(session: Session, bounds: Bounds, *, size: int) -> list[UUID]:
    """Return alarms that a person has cleared and whose words about it have to go, the oldest id first."""
    question = select(Alarm.id).where(_alarm_is_due(bounds)).order_by(Alarm.id).limit(size)
    return list(session.scalars(question))


def end_of(session: Session, dispute_id: UUID) -> End | None:
    """Return when a matter ended and whether it is kept long; ``None`` while it is open."""
    last = select(func.max(DisputeEvent.at)).where(DisputeEvent.dispute_id == Dispute.id).scalar_subquery()
    found = session.execute(
        select(func.coalesce(Dispute.closed_at, last, type_=Dispute.closed_at.type), _is_kept_long()).where(
            Dispute.id == dispute_id, Dispute.state.in_(ENDED_STATES)
        )
    ).first()
    return End(found[0], bool(found[1])) if found else None


def count_due(session: Session, bounds: Bounds) -> dict[str, int]:
    """Return how many matters and attachments would be cleared now, and how many wait for something open or held."""
    ended = and_(_ended_before(bounds.matter), or_(~_is_kept_long(), _ended_before(bounds.agreed)))
    media = select(func.count()).select_from(Attachment).join(Dispute, Dispute.id == Attachment.dispute_id)
    counts = {
        "matters": select(func.count()).select_from(Dispute).where(ended, _holds_words(), ~_waits()),
        "media": media.where(_ended_before(bounds.media), ~_waits()),
        "incidents": select(func.count()).select_from(Incident).where(_incident_is_due(bounds)),
        "escalations": select(func.count()).select_from(Escalation).where(_telling_is_due(bounds)),
        "calls": select(func.count()).select_from(PhoneCall).where(_call_is_due(bounds)),
        "alarms": select(func.count()).select_from(Alarm).where(_alarm_is_due(bounds)),
        "waiting": select(func.count()).select_from(Dispute).where(ended, _holds_words(), _waits()),
    }
    return {name: session.scalar(question) or 0 for name, question in counts.items()}


def _ended_before(moment: datetime) -> ColumnElement[bool]:
    last = select(func.max(DisputeEvent.at)).where(DisputeEvent.dispute_id == Dispute.id).scalar_subquery()
    return and_(
        Dispute.state.in_(ENDED_STATES),
        or_(Dispute.closed_at < moment, and_(Dispute.closed_at.is_(None), Dispute.received_at < moment, last < moment)),
    )


def _incident_is_due(bounds: Bounds) -> ColumnElement[bool]:
    held = exists().where(RetentionHold.dispute_id == Incident.dispute_id, RetentionHold.lifted_at.is_(None))
    return and_(Incident.ended_at < bounds.incident, Incident.cleared_at.is_(None), ~held)


def _telling_is_due(bounds: Bounds) -> ColumnElement[bool]:
    handed = exists().where(
        EscalationEvent.escalation_id == Escalation.id,
        EscalationEvent.kind == "handed_over",
        cast(EscalationEvent.details, String).contains('"reason"'),
    )
    under_way = exists().where(Dispute.id == Escalation.dispute_id, Dispute.state.not_in(ENDED_STATES))
    held = exists().where(RetentionHold.dispute_id == Escalation.dispute_id, RetentionHold.lifted_at.is_(None))
    ended_at = func.coalesce(Escalation.acted_at, Escalation.acknowledged_at, type_=Escalation.opened_at.type)
    return and_(
        Escalation.state.in_(("acknowledged", "acted")),
        ended_at < bounds.told,
        or_(Escalation.reason != "", handed),
        ~under_way,
        ~held,
    )


def _call_is_due(bounds: Bounds) -> ColumnElement[bool]:
    return and_(PhoneCall.answered_by != "", PhoneCall.recorded_at < bounds.call)


def _alarm_is_due(bounds: Bounds) -> ColumnElement[bool]:
    return and_(Alarm.cleared_by.is_not(None), Alarm.cleared_why != "", Alarm.cleared_at < bounds.alarm)


def _is_kept_long() -> ColumnElement[bool]:
    agreed = exists().where(MediationAgreement.dispute_id == Dispute.id, MediationAgreement.effective_on.is_not(None))
    return or_(func.coalesce(Dispute.closure_ground, "").in_(KEPT_LONG), agreed)


def _holds_words() -> ColumnElement[bool]:
    return or_(
        exists().where(
            Party.dispute_id == Dispute.id, or_(Party.name_sealed.is_not(None), Party.phone_sealed.is_not(None))
        ),
        exists().where(Submission.dispute_id == Dispute.id, Submission.content_sealed != ""),
        exists().where(Evaluation.dispute_id == Dispute.id, Evaluation.words_sealed.is_not(None)),
        exists().where(ResidentComplaint.dispute_id == Dispute.id, ResidentComplaint.words_sealed != ""),
        exists().where(
            ResidentRequest.dispute_id == Dispute.id,
            or_(ResidentRequest.words_sealed.is_not(None), ResidentRequest.answer_sealed.is_not(None)),
        ),
    )


def _waits() -> ColumnElement[bool]:
    """Say what keeps a matter: a hold, a request or complaint without answer, a visit, an opinion, a review."""
    return or_(
        exists().where(RetentionHold.dispute_id == Dispute.id, RetentionHold.lifted_at.is_(None)),
        exists().where(ResidentRequest.dispute_id == Dispute.id, ResidentRequest.state == "open"),
        exists().where(ResidentComplaint.dispute_id == Dispute.id, ResidentComplaint.answered_at.is_(None)),
        exists().where(FollowUp.dispute_id == Dispute.id, FollowUp.state == "due"),
        exists().where(Opinion.dispute_id == Dispute.id, Opinion.delivered_on.is_(None)),
        exists().where(OpinionReview.dispute_id == Dispute.id, OpinionReview.answered_on.is_(None)),
    )
