"""The history of one escalation: its steps, its pushes, and whether its cause may be opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import (
    DeliveryAttempt,
    Escalation,
    EscalationEvent,
    EscalationPolicy,
    InboxItem,
    OutboxMessage,
    PushSubscription,
)
from grid_app.models.incidents import Incident
from grid_app.models.rounds import Finding
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.inbox import InboxRow, desks_of
from grid_app.queries.incidents import may_be_seen
from grid_app.queries.scoping import codes_under, visible
from notifications.ladder import FEWEST_RUNGS

UNREADABLE: Final = "unreadable"
"""Stands for the next office where the ladder that an escalation keeps is none."""


@dataclass(frozen=True)
class Step:
    """One step; ``person`` and ``lender`` are named for what an office answers, ``unit_kind`` for ``nobody``.

    ``details`` are codes, counts and the words that an office gave, such as why it handed the matter over.
    """

    at: datetime
    kind: str
    rung: int
    unit_name: str | None
    person: str | None
    lender: str | None
    unit_kind: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Knock:
    """Messages to one unit over one channel that were queued at one moment and have come equally far.

    ``state`` is due, sent, gone, failed, stopped or merged; ``ended_at`` is the first end, ``None`` while they are due.
    ``heard_at`` is when they may go out; ``code`` what the other side answered to the sending; ``delivered`` how many
    devices have said that they showed it, the first of them at ``delivered_at``.
    """

    unit_name: str
    channel: str
    state: str
    count: int
    queued_at: datetime
    heard_at: datetime
    ended_at: datetime | None
    code: int | None
    delivered: int
    delivered_at: datetime | None


@dataclass(frozen=True)
class ToldUnit:
    """A unit that was told, with the telephone of its duty desk, empty when there is none."""

    unit_name: str
    number: str


def steps_of(session: Session, escalation_id: UUID) -> list[Step]:
    """Return an escalation's steps, oldest first."""
    by, lent = aliased(Assignment), aliased(Assignment)
    person, lender = aliased(Account), aliased(Account)
    rows = session.execute(
        select(EscalationEvent, Unit.name, person.display_name, lender.display_name)
        .outerjoin(Unit, Unit.id == EscalationEvent.unit_id)
        .outerjoin(by, by.id == EscalationEvent.assignment_id)
        .outerjoin(person, person.id == by.account_id)
        .outerjoin(lent, lent.id == EscalationEvent.acting_for)
        .outerjoin(lender, lender.id == lent.account_id)
        .where(EscalationEvent.escalation_id == escalation_id)
        .order_by(EscalationEvent.at, EscalationEvent.id)
    )
    return [
        Step(
            event.at,
            event.kind,
            event.rung,
            unit,
            name,
            lent_by,
            str(event.details.get("unit_kind", "")),
            event.details,
        )
        for event, unit, name, lent_by in rows
    ]


def knocks_of(session: Session, escalation_id: UUID) -> list[Knock]:
    """Return how far the messages of an escalation have come, per unit, channel and moment, oldest first."""
    answered = (
        select(DeliveryAttempt.outbox_id, func.max(DeliveryAttempt.code).label("code"))
        .join(OutboxMessage, OutboxMessage.id == DeliveryAttempt.outbox_id)
        .where(OutboxMessage.escalation_id == escalation_id, DeliveryAttempt.outcome == "sent")
        .group_by(DeliveryAttempt.outbox_id)
        .subquery()
    )
    moment = (OutboxMessage.created_at, Unit.name, OutboxMessage.channel, OutboxMessage.state)
    rows = session.execute(
        select(
            Unit.name,
            OutboxMessage.channel,
            OutboxMessage.state,
            func.count(),
            OutboxMessage.created_at,
            func.min(OutboxMessage.due_at),
            func.min(OutboxMessage.finished_at),
            func.max(answered.c.code),
            func.count(OutboxMessage.delivered_at),
            func.min(OutboxMessage.delivered_at),
        )
        .outerjoin(PushSubscription, PushSubscription.id == OutboxMessage.subscription_id)
        .join(Unit, Unit.id == func.coalesce(OutboxMessage.unit_id, PushSubscription.unit_id))
        .outerjoin(answered, answered.c.outbox_id == OutboxMessage.id)
        .where(OutboxMessage.escalation_id == escalation_id)
        .group_by(*moment)
        .order_by(*moment)
    )
    return [Knock(*row) for row in rows]


def is_unseen(session: Session, escalation_id: UUID, actor: Actor) -> bool:
    """Say whether a unit of the actor's has the escalation in its inbox and has not opened it yet."""
    units = [desk.unit_id for desk in desks_of(session, actor)]
    found = session.scalar(
        select(InboxItem.id)
        .where(InboxItem.escalation_id == escalation_id, InboxItem.unit_id.in_(units), InboxItem.seen_at.is_(None))
        .limit(1)
    )
    return found is not None


def units_told(session: Session, escalation_id: UUID) -> list[ToldUnit]:
    """Return the units in whose inbox an escalation lies, first told first."""
    rows = session.execute(
        select(Unit.name, Unit.duty_phone)
        .join(InboxItem, InboxItem.unit_id == Unit.id)
        .where(InboxItem.escalation_id == escalation_id)
        .order_by(InboxItem.rung, Unit.name)
    )
    return [ToldUnit(*row) for row in rows]


def next_unit_kind(session: Session, row: InboxRow) -> str | None:
    """Return the kind of unit that is asked next when nobody answers, ``None`` on the last rung.

    Where the ladder that the escalation keeps cannot be read, it is ``UNREADABLE``: nobody is asked by itself then.
    """
    kept = session.scalar(select(Escalation.ladder).where(Escalation.id == row.escalation_id))
    try:
        rungs = kept["rungs"] if kept else session.get_one(EscalationPolicy, row.policy_id).rungs
        kinds = [str(one["unit_kind"]) for one in rungs]
    except (AttributeError, KeyError, TypeError):
        return UNREADABLE
    if len(kinds) < FEWEST_RUNGS or not 0 <= row.rung < len(kinds):
        return UNREADABLE
    return kinds[row.rung + 1] if row.rung + 1 < len(kinds) else None


def may_open_cause(session: Session, row: InboxRow, actor: Actor) -> bool:
    """Say whether the dispute, finding or incident behind an escalation lies in the actor's own scope."""
    scope = dispute_scope(actor)
    if row.dispute_id is not None:
        question = select(Dispute.id).where(Dispute.id == row.dispute_id, visible(scope))
        return allows(actor, Action.READ_DISPUTES) and session.scalar(question) is not None
    if row.incident_id is not None:
        return session.scalar(select(Incident.id).where(Incident.id == row.incident_id, may_be_seen(actor))) is not None
    if not scope.paths or not allows(actor, Action.READ_FINDINGS):
        return False
    found = select(Finding.id).where(Finding.id == row.finding_id, Finding.division_code.in_(codes_under(scope)))
    return session.scalar(found) is not None
