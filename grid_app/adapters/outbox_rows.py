"""The rows of the outbox that are due, each read on its own, so that one that cannot be read holds up no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.channels import ChannelEndpoint
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, OutboxMessage, PushSubscription
from grid_app.models.incidents import Incident
from notifications.messages import Message, MessageError, Misconfigured, PersonalWordsError
from notifications.targets import MailTarget, PushTarget, RobotTarget, SmsTarget, Target, WebhookTarget

Unseal = Callable[[str, str], str]
"""Gives the clear text of a stored value and its context; raises when it cannot be read."""
TAKEN_UP: Final = ("acknowledged", "acted")
"""States of an escalation in which nobody need be called any more."""
ROBOTS: Final = ("wecom", "dingtalk", "feishu")
LONGEST_LEASE: Final = timedelta(minutes=15)
"""No claim holds a message for so long; one that seems to was made under a clock that was ahead."""
MESSAGE_FIELDS: Final = frozenset(field.name for field in fields(Message))

ABOUT_UNIT: Final = func.coalesce(Dispute.about_unit_id, Incident.about_unit_id)
"""The office that the matter of an escalation is about, which is told nothing of it from the moment it is entered."""

Due = Row[*tuple[Any, ...]]


class UnreadableError(Exception):
    """The stored message is not one that can be sent."""


def channels_due(session: Session, *, now: datetime) -> tuple[str, ...]:
    """Return the names of the channels that have something due; reads only."""
    return tuple(session.scalars(select(OutboxMessage.channel).where(is_due(now)).distinct()))


def is_due(now: datetime) -> ColumnElement[bool]:
    """Return the condition for a message that may be claimed: nobody holds it, or somebody whose clock was ahead did.

    Else a message would wait until that time comes where its holder died meanwhile.
    """
    is_held_for_no_reason = OutboxMessage.leased_until > now + LONGEST_LEASE
    return and_(OutboxMessage.state == "due", OutboxMessage.due_at <= now, or_(is_free(now), is_held_for_no_reason))


def is_free(now: datetime) -> ColumnElement[bool]:
    """Return the condition for a message that nobody holds."""
    return or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now)


def due_rows(session: Session, *, now: datetime, limit: int, channels: Collection[str] | None) -> list[Due]:
    """Return at most ``limit`` due messages, oldest first, with where they go; on PostgreSQL they are locked.

    They are chosen by their ids alone: ten thousand that wait are put in order for every batch.
    """
    oldest = select(OutboxMessage.id).where(is_due(now)).order_by(OutboxMessage.due_at, OutboxMessage.id).limit(limit)
    if channels is not None:
        oldest = oldest.where(OutboxMessage.channel.in_(channels))
    chosen = session.scalars(oldest.with_for_update(skip_locked=True)).all()
    found = {row.id: row for row in session.execute(_question().where(OutboxMessage.id.in_(chosen)))} if chosen else {}
    return [found[one] for one in chosen]


def _question() -> Select[*tuple[Any, ...]]:
    unit = func.coalesce(OutboxMessage.unit_id, PushSubscription.unit_id, ChannelEndpoint.unit_id)
    return (
        select(
            OutboxMessage.id,
            OutboxMessage.escalation_id,
            OutboxMessage.subscription_id,
            OutboxMessage.endpoint_id,
            OutboxMessage.channel,
            OutboxMessage.purpose,
            OutboxMessage.dedupe_key,
            OutboxMessage.bucket,
            OutboxMessage.receipt,
            OutboxMessage.delivered_at,
            OutboxMessage.tries,
            OutboxMessage.created_at,
            cast(OutboxMessage.message, Text).label("message"),  # as text: one that is no JSON must not spoil the rest
            unit.label("unit_id"),
            PushSubscription.endpoint.label("push_endpoint"),
            PushSubscription.p256dh,
            PushSubscription.auth,
            PushSubscription.vapid_public,
            PushSubscription.dropped_at,
            ChannelEndpoint.kind.label("endpoint_kind"),
            ChannelEndpoint.sealed,
            ChannelEndpoint.disabled_at,
            Escalation.state.label("escalation_state"),
            Escalation.bounces,
            Escalation.grade,
            ABOUT_UNIT.label("about_unit_id"),
        )
        .outerjoin(PushSubscription, PushSubscription.id == OutboxMessage.subscription_id)
        .outerjoin(ChannelEndpoint, ChannelEndpoint.id == OutboxMessage.endpoint_id)
        .outerjoin(Escalation, Escalation.id == OutboxMessage.escalation_id)
        .outerjoin(Dispute, Dispute.id == Escalation.dispute_id)
        .outerjoin(Incident, Incident.id == Escalation.incident_id)
    )


def is_about_its_unit(row: Due) -> bool:
    """Say whether a message is about the very office it goes to, since a seal or a correction named that office."""
    return row.about_unit_id is not None and bool(row.about_unit_id == row.unit_id)


def message_in(row: Due) -> Message:
    """Return the message of a row; what this version does not know of it is left out.

    Raises
    ------
    UnreadableError
        The stored text is no message: not JSON, something missing, or words of a person in it.
    """
    try:
        stored = json.loads(row.message)
        known = {name: value for name, value in stored.items() if name in MESSAGE_FIELDS}
        return Message(**{**known, "receipt": row.receipt or known.get("receipt", "")})
    except (ValueError, TypeError, AttributeError, MessageError, PersonalWordsError) as error:
        raise UnreadableError(type(error).__name__) from error


def target_in(row: Due, unseal: Unseal | None) -> Target | Misconfigured:
    """Return where a row goes, or why it can go nowhere."""
    if row.push_endpoint is not None:
        return PushTarget(row.push_endpoint, row.p256dh, row.auth, vapid_public=row.vapid_public)
    if row.sealed is None:
        return Misconfigured("no_target", "The message has neither a device nor an endpoint.")
    if row.disabled_at is not None:
        return Misconfigured("disabled", "The endpoint was switched off.")
    if unseal is None:
        return Misconfigured("no_key", "This process has no key for endpoints.")
    try:
        found = json.loads(unseal(row.sealed, f"channel_endpoints.sealed:{row.endpoint_id}"))
        return endpoint_target(row.endpoint_kind, found)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one endpoint must not hold up the others
        return Misconfigured("unreadable", f"The endpoint cannot be read: {type(error).__name__}.")


def endpoint_target(kind: str, found: Mapping[str, str]) -> Target:
    """Return the target of an endpoint's configuration.

    Raises
    ------
    KeyError, ValueError
        Something is missing, or no message can be sent to this kind.
    """
    if kind in ROBOTS:
        return RobotTarget(found["key"] if kind == "wecom" else found["token"], found.get("secret", ""))
    if kind == "mail":
        return MailTarget(found["address"])
    if kind == "sms":
        return SmsTarget(found["number"])
    if kind == "webhook":
        algorithm = found.get("algorithm", "sha256")
        return WebhookTarget(found["url"], found["secret"], "sm3" if algorithm == "sm3" else "sha256")
    raise ValueError(kind)
