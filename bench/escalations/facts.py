"""What the database says at the end, read by queries of the bench's own, in the order in which it was written.

Rows have ids that sort by the machine's clock (UUIDv7), which nobody puts wrong here; the times that the product wrote
down are those of processes whose clocks may have been wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.channels import Alarm
from grid_app.models.escalations import DeliveryAttempt, Escalation, EscalationEvent, InboxItem, OutboxMessage


def written_at(row_id: UUID) -> float:
    """Return when a row's id was made, in seconds of the machine's clock."""
    return (row_id.int >> 80) / 1000


@dataclass(frozen=True)
class Event:
    """One line of a history."""

    id: UUID
    kind: str
    rung: int
    unit: UUID | None
    at: datetime
    promised: int = 0


@dataclass(frozen=True)
class Waiting:
    """One message of the outbox."""

    id: UUID
    escalation: UUID | None
    rung: int
    unit: UUID | None
    created_at: datetime
    channel: str
    purpose: str
    state: str
    due_at: datetime
    finished_at: datetime | None
    merged_into: UUID | None
    receipt: str
    tries: int
    ends: tuple[str, ...] = ()
    ended_at: float = 0.0
    """When its last end was written, by the machine's clock; nought for none."""


@dataclass
class Told:
    """One escalation with its history, where it lies and what was queued for it."""

    id: UUID
    dispute: UUID | None
    case_code: str
    state: str
    rungs: int
    has_limit: bool
    events: list[Event] = field(default_factory=list)
    inbox: list[UUID] = field(default_factory=list)
    messages: list[Waiting] = field(default_factory=list)


@dataclass
class Facts:
    """Everything that the checks look at."""

    told: dict[UUID, Told]
    messages: dict[UUID, Waiting]
    alarms: set[str]
    """Keys of all alarms that were ever raised."""
    standing: set[str]
    """Keys of those that stand."""


def read_facts(case_codes: dict[UUID, str]) -> Facts:
    """Return what the database of the current application says; ``case_codes`` by dispute."""
    with reading() as session:
        told = {
            row.id: Told(
                row.id, row.dispute_id, case_codes.get(row.dispute_id, ""), row.state, len(row.ladder["rungs"]),
                bool(row.ladder.get("idle_minutes")),
            )
            for row in session.execute(select(*Escalation.__table__.c))
        }  # fmt: skip
        for event in session.execute(select(*EscalationEvent.__table__.c).order_by(EscalationEvent.id)):
            told[event.escalation_id].events.append(
                Event(event.id, event.kind, event.rung, event.unit_id, event.at, _promised(event.details))
            )
        for item in session.execute(select(InboxItem.escalation_id, InboxItem.unit_id)):
            told[item.escalation_id].inbox.append(item.unit_id)
        ends: defaultdict[UUID, list[tuple[str, float]]] = defaultdict(list)
        for end in session.execute(select(*DeliveryAttempt.__table__.c).order_by(DeliveryAttempt.id)):
            ends[end.outbox_id].append((end.outcome, written_at(end.id)))
        messages = _messages(session.execute(select(*OutboxMessage.__table__.c)), ends)
        alarms = session.execute(select(Alarm.key, Alarm.cleared_at)).all()
    for message in messages.values():
        if message.escalation is not None and message.purpose == "escalation":
            told[message.escalation].messages.append(message)
    return Facts(
        told, messages, {alarm.key for alarm in alarms}, {alarm.key for alarm in alarms if alarm.cleared_at is None}
    )


def _promised(details: dict[str, Any]) -> int:
    return int(details.get("devices", 0)) + int(details.get("endpoints", 0))


def _messages(rows: Iterable[Any], ends: defaultdict[UUID, list[tuple[str, float]]]) -> dict[UUID, Waiting]:
    return {
        row.id: Waiting(
            row.id, row.escalation_id, row.rung, row.unit_id, row.created_at, row.channel, row.purpose, row.state,
            row.due_at, row.finished_at, row.merged_into, row.receipt, row.tries,
            tuple(outcome for outcome, _ in ends[row.id]), max((at for _, at in ends[row.id]), default=0.0),
        )
        for row in rows
    }  # fmt: skip
