"""The outbox in the database: messages are claimed with a lease, sent by others, and recorded once.

Each claim and each record is a short transaction of its own; none is open while a channel talks to the network. On
SQLite a transaction that writes takes the one turn to write: so nothing is claimed where nothing is due, and what ends
at about the same time is recorded at once.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_alarms import Alarms, Concerned, host_of
from grid_app.adapters.outbox_claims import Chance, Tools, claim_due
from grid_app.adapters.outbox_ends import DROPPED_NOTICE, SHOWN, End, note_tries, write_ends
from grid_app.adapters.outbox_replaced import lock_against_replacing, put_back, successors_of, turn
from grid_app.adapters.outbox_rows import TAKEN_UP, Unseal, channels_due
from grid_app.adapters.rate_buckets import keep_buckets, lock_buckets, rates_of
from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import Escalation, OutboxMessage, PushSubscription
from notifications.messages import Outcome, RetryLater, Sent
from notifications.ports import Claimed, Ended, LeaseLostError
from notifications.targets import PushTarget

__all__ = ["DROPPED_NOTICE", "SqlOutbox"]

MOST_LOOKS: Final = 20
"""Claims that found only what cannot be sent now, one after the other, before the next turn."""

_CHANCE: Final = random.SystemRandom()

Held = Row[*tuple[Any, ...]]


class SqlOutbox:
    """Keeps the law of :class:`notifications.ports.Outbox` in the table of outbox messages.

    Parameters
    ----------
    engine
        The database; on PostgreSQL workers skip what others hold, on SQLite one writer goes after the other.
    unseal
        Reads the configuration of an office's endpoint; without it only devices can be told.
    alarms
        Who keeps alarms; without it none is raised.
    chance
        A number from 0 to 1, so that not everybody waits equally long.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        unseal: Unseal | None = None,
        alarms: Alarms | None = None,
        chance: Chance = _CHANCE.random,
    ) -> None:
        self._engine = engine
        self._tools = Tools(unseal, alarms, chance)

    def channels_due(self, now: datetime) -> tuple[str, ...]:
        """Return the names of the channels that have something due; writes nothing and waits for no writer."""
        with reading(self._engine) as session:
            return channels_due(session, now=now)

    def claim(
        self,
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        worker: str,  # noqa: ARG002 - the port's signature; the token, not the name, proves a claim
        channels: Collection[str] | None = None,
    ) -> Sequence[Claimed]:
        """Return at most ``limit`` due messages, oldest first, held until ``now + lease``.

        A message to a unit that its matter has been shut to meanwhile is stopped instead, and so is one that an
        office has taken up; one that cannot be read ends with an alarm; one that its endpoint's rate does not allow
        goes out inside a digest.
        """
        for _ in range(MOST_LOOKS):
            due = self.channels_due(now)
            if not due or (channels is not None and not set(due) & set(channels)):
                return []
            with transaction(self._engine) as session:
                looked, held = claim_due(session, self._tools, now=now, limit=limit, lease=lease, channels=channels)
            if held or not looked:
                return held
        return []

    def record_all(self, ended: Sequence[Ended], *, now: datetime) -> frozenset[str]:
        """Keep how sendings ended, in one transaction, and return the ids of those whose lease was lost.

        A subscription that is gone is dropped and its person told. What an endpoint did not take that was replaced
        meanwhile goes to the new one, and so with a device whose browser has a new subscription.
        """
        if not ended:
            return frozenset()
        not_sent = [UUID(one.claimed.id) for one in ended if not isinstance(one.outcome, Sent)]
        with transaction(self._engine) as session:
            lock_against_replacing(session, not_sent)
            held = _still_held(session, ended)
            ends = [_end(held[one.claimed.id], one) for one in ended if one.claimed.id in held]
            lost = [end for end in ends if not isinstance(end.outcome, Sent)]
            again = _to_replaced(session, lost, held, now=now) | _to_renewed(session, lost, held, now=now)
            note_tries(session, [end for end in lost if end.id in again], now=now)
            write_ends(session, [end for end in ends if end.id not in again], self._tools.alarms, now=now)
            _settle(session, [held[str(end.id)] for end in ends], {end.id: end.outcome for end in ends}, now=now)
        return frozenset(one.claimed.id for one in ended if one.claimed.id not in held)

    def record(self, claimed: Claimed, outcome: Outcome, *, now: datetime, retry_at: datetime | None) -> None:
        """Keep how one sending ended.

        Raises
        ------
        LeaseLostError
            The claim is not in force any more; nothing changed.
        """
        if self.record_all([Ended(claimed, outcome, retry_at)], now=now):
            raise LeaseLostError(claimed.id)


def _to_replaced(session: Session, ends: Sequence[End], held: dict[str, Held], *, now: datetime) -> set[UUID]:
    """Turn what was not sent to the endpoints that replaced its own, due at once, and return which those are."""
    rows = [held[str(end.id)] for end in ends]
    new = successors_of(session, {row.endpoint_id for row in rows if row.disabled_at is not None})
    turned = {row.id: new[row.endpoint_id] for row in rows if row.endpoint_id in new}
    turn(session, turned, due_at=now)
    return set(turned)


def _to_renewed(session: Session, ends: Sequence[End], held: dict[str, Held], *, now: datetime) -> set[UUID]:
    """Put back what went to a subscription that its browser has renewed since, and return which those are.

    What the push service says of the old one is no word about the new one.
    """
    renewed = {end.id for end in ends if end.sent_to and end.sent_to != held[str(end.id)].push_endpoint}
    put_back(session, renewed, due_at=now)
    return renewed


def _still_held(session: Session, ended: Sequence[Ended]) -> dict[str, Held]:
    """Return the rows whose claim is in force, by their ids; on PostgreSQL they are locked."""
    unit = OutboxMessage.unit_id, PushSubscription.unit_id, ChannelEndpoint.unit_id
    rows = session.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.lease_token,
            OutboxMessage.escalation_id,
            OutboxMessage.subscription_id,
            OutboxMessage.endpoint_id,
            OutboxMessage.channel,
            OutboxMessage.purpose,
            OutboxMessage.bucket,
            func.coalesce(*unit).label("unit_id"),
            ChannelEndpoint.disabled_at,
            OutboxMessage.delivered_at,
            PushSubscription.endpoint.label("push_endpoint"),
            Escalation.state.label("escalation_state"),
        )
        .outerjoin(PushSubscription, PushSubscription.id == OutboxMessage.subscription_id)
        .outerjoin(ChannelEndpoint, ChannelEndpoint.id == OutboxMessage.endpoint_id)
        .outerjoin(Escalation, Escalation.id == OutboxMessage.escalation_id)
        .where(OutboxMessage.id.in_([UUID(one.claimed.id) for one in ended]), OutboxMessage.state == "due")
        .with_for_update(of=OutboxMessage)
    ).all()
    tokens = {one.claimed.id: one.claimed.lease_token for one in ended}
    return {str(row.id): row for row in rows if row.lease_token == tokens[str(row.id)]}


def _end(row: Held, one: Ended) -> End:
    target = one.claimed.target
    shown = row.delivered_at is not None and isinstance(one.outcome, RetryLater)
    return End(
        id=row.id,
        outcome=SHOWN if shown else one.outcome,
        retry_at=one.retry_at,
        taken_up=row.escalation_state in TAKEN_UP,
        purpose=row.purpose,
        subscription_id=row.subscription_id,
        sent_to=target.endpoint if isinstance(target, PushTarget) else "",
        concerned=Concerned(row.unit_id, row.channel, row.endpoint_id, row.escalation_id, host_of(row.push_endpoint)),
    )


def _settle(session: Session, rows: Sequence[Held], outcomes: dict[UUID, Outcome], *, now: datetime) -> None:
    """Count what was sent against its rate from now on; a service that named a time is left alone until then."""
    limited = [row for row in rows if row.bucket and rates_of(row.channel)]
    buckets = lock_buckets(session, {row.bucket: row.channel for row in limited}, now=now)
    for row in limited:
        buckets[row.bucket].settle(str(row.id))
        outcome = outcomes[row.id]
        if isinstance(outcome, RetryLater) and outcome.after_seconds:
            buckets[row.bucket].block(now, outcome.after_seconds)
    keep_buckets(session, buckets.values())
