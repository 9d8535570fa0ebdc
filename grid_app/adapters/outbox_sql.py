"""The outbox in the database: messages are claimed with a lease, sent by others, and recorded once.

Each claim and each record is a short transaction of its own; none is open while a channel talks to the network.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from grid_app.database.transaction import transaction
from grid_app.models.accounts import Notice
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import DeliveryAttempt, Escalation, OutboxMessage, PushSubscription
from notifications.messages import Gone, Message, Outcome, PushTarget, Refused, RetryLater, Sent
from notifications.ports import Claimed, LeaseLostError

DROPPED_NOTICE: Final = (
    "这台设备的推送已失效,收不到弹出提醒。提醒都还在收件箱里,不会丢;需要弹出提醒时,请在这台设备上重新开通“本机推送”。"
)
DETAIL_LENGTH: Final = 300
_STATE_OF: Final[dict[type, str]] = {Sent: "sent", Gone: "gone", Refused: "failed", RetryLater: "failed"}
_ATTEMPT_OF: Final[dict[type, str]] = {Sent: "sent", Gone: "gone", Refused: "refused", RetryLater: "retry"}


class SqlOutbox:
    """Keeps the law of :class:`notifications.ports.Outbox` in the table of outbox messages.

    Parameters
    ----------
    engine
        The database; on PostgreSQL workers skip what others hold, on SQLite one writer goes after the other.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, now: datetime, *, limit: int, lease: timedelta, worker: str) -> Sequence[Claimed]:  # noqa: ARG002 - the port's signature; the token, not the name, proves a claim
        """Return at most ``limit`` due messages, oldest first, held until ``now + lease``.

        A message to a unit that its matter has been shut to meanwhile is stopped instead.
        """
        with transaction(self._engine) as session:
            rows = session.execute(
                select(OutboxMessage, PushSubscription, Dispute.about_unit_id)
                .join(PushSubscription, PushSubscription.id == OutboxMessage.subscription_id)
                .outerjoin(Escalation, Escalation.id == OutboxMessage.escalation_id)
                .outerjoin(Dispute, Dispute.id == Escalation.dispute_id)
                .where(
                    OutboxMessage.state == "due",
                    OutboxMessage.due_at <= now,
                    or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
                )
                .order_by(OutboxMessage.due_at, OutboxMessage.id)
                .limit(limit)
                .with_for_update(skip_locked=True, of=OutboxMessage)
            ).all()
            shut = [message for message, device, about in rows if about == device.unit_id]
            for message in shut:
                message.state, message.finished_at = "stopped", now
            return [_hold(message, device, now + lease) for message, device, _ in rows if message not in shut]

    def record(self, claimed: Claimed, outcome: Outcome, *, now: datetime, retry_at: datetime | None) -> None:
        """Keep how a sending ended; a subscription that is gone is dropped and its person told.

        Raises
        ------
        LeaseLostError
            The claim is not in force any more; nothing changed.
        """
        message_id = UUID(claimed.id)
        with transaction(self._engine) as session:
            state = "due" if isinstance(outcome, RetryLater) and retry_at else _STATE_OF[type(outcome)]
            if state == "due" and _is_taken_up(session, message_id):
                state = "stopped"
            if not _free(session, claimed, state, now=now, retry_at=retry_at):
                raise LeaseLostError(claimed.id)
            session.add(_attempt(message_id, outcome, now))
            if isinstance(outcome, Gone):
                _drop_device(session, message_id, outcome, now)


def _hold(message: OutboxMessage, device: PushSubscription, until: datetime) -> Claimed:
    """Return the claim on a message, having put a fresh lease on its row."""
    message.tries += 1
    message.lease_token = secrets.token_urlsafe(16)
    message.leased_until = until
    return Claimed(
        id=str(message.id),
        channel=message.channel,
        target=PushTarget(endpoint=device.endpoint, p256dh=device.p256dh, auth=device.auth),
        message=Message(**{**message.message, "receipt": message.receipt}),
        tries=message.tries,
        lease_token=message.lease_token,
    )


def _free(session: Session, claimed: Claimed, state: str, *, now: datetime, retry_at: datetime | None) -> bool:
    """Say whether the claim was still in force; if so the message has its new state and no lease."""
    freed = session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == UUID(claimed.id),
            OutboxMessage.state == "due",
            OutboxMessage.lease_token == claimed.lease_token,
        )
        .values(
            state=state,
            lease_token=None,
            leased_until=None,
            due_at=retry_at if state == "due" else OutboxMessage.due_at,
            finished_at=None if state == "due" else now,
        )
        .execution_options(synchronize_session=False)
        .returning(OutboxMessage.id)
    )
    return freed.first() is not None


def _is_taken_up(session: Session, message_id: UUID) -> bool:
    """Say whether an office has taken up what the message is about, so that nobody need be called again."""
    state = session.scalar(
        select(Escalation.state)
        .join(OutboxMessage, OutboxMessage.escalation_id == Escalation.id)
        .where(OutboxMessage.id == message_id)
    )
    return state == "acknowledged"


def _attempt(message_id: UUID, outcome: Outcome, now: datetime) -> DeliveryAttempt:
    code = outcome.provider_id if isinstance(outcome, Sent) else outcome.code
    words = "" if isinstance(outcome, Sent | Gone) else outcome.detail
    return DeliveryAttempt(
        outbox_id=message_id,
        at=now,
        outcome=_ATTEMPT_OF[type(outcome)],
        code=int(code) if code.isdecimal() and len(code) == 3 else None,
        detail=" ".join(part for part in (code, words) if part)[:DETAIL_LENGTH],
    )


def _drop_device(session: Session, message_id: UUID, outcome: Gone, now: datetime) -> None:
    """Drop the subscription a message went to and leave its person a notice, once."""
    device = select(OutboxMessage.subscription_id).where(OutboxMessage.id == message_id).scalar_subquery()
    dropped = session.execute(
        update(PushSubscription)
        .where(PushSubscription.id == device, PushSubscription.dropped_at.is_(None))
        .values(dropped_at=now, dropped_reason=f"push service answered {outcome.code}"[:100])
        .execution_options(synchronize_session=False)
        .returning(PushSubscription.account_id)
    ).first()
    if dropped is not None:
        session.add(
            Notice(
                account_id=dropped.account_id,
                kind="push_dropped",
                text=DROPPED_NOTICE,
                url="/push",
                created_at=now,
            )
        )
