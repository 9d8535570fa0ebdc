"""Whether the telling itself is alive: when each job ran last, what waits in the outbox, how quickly offices answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import JobLease, Unit
from grid_app.models.escalations import EscalationEvent, OutboxMessage
from grid_app.models.places import Division

FEWEST_ANSWERS: Final = 10
"""With fewer answers a median says more about chance than about an office."""


@dataclass(frozen=True)
class Beat:
    """When a job ended last, by machine time, and how; ``None`` when it has not run yet."""

    name: str
    at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Waiting:
    """Messages that should have gone out by now: how many, and since when the oldest."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Answers:
    """How an office answered in a span: how often, and half of them within ``median``, ``None`` below ten."""

    unit_name: str
    count: int
    median: timedelta | None


def beats_of(session: Session, names: tuple[str, ...]) -> list[Beat]:
    """Return when the named jobs ran last, in the order asked for."""
    rows = {row.name: row for row in session.scalars(select(JobLease).where(JobLease.name.in_(names)))}
    return [
        Beat(name, rows[name].last_finished_at, rows[name].last_outcome) if name in rows else Beat(name, None, "")
        for name in names
    ]


def waiting_messages(session: Session, *, now: datetime) -> Waiting:
    """Return what should have gone out by now and has not."""
    count, oldest = session.execute(
        select(func.count(), func.min(OutboxMessage.due_at)).where(
            OutboxMessage.state == "due", OutboxMessage.due_at <= now
        )
    ).one()
    return Waiting(count, oldest)


def answers_of_units(session: Session, *, path: str, since: datetime) -> list[Answers]:
    """Return how the offices below a division answered since a moment, in the order of their division and name.

    The time runs from when the office was told, or could first hear of it, until it took the matter up. Only offices
    are counted, never who in them answered.
    """
    answered = EscalationEvent.kind == "acknowledged", EscalationEvent.at >= since
    rows = session.execute(
        select(Unit.id, Unit.name, EscalationEvent.escalation_id, EscalationEvent.at)
        .join(Unit, Unit.id == EscalationEvent.unit_id)
        .join(Division, Division.code == Unit.division_code)
        .where(*answered, Division.path.startswith(path, autoescape=True))
        .order_by(Unit.division_code, Unit.name)
    ).all()
    heard = _first_heard(session, select(EscalationEvent.escalation_id).where(*answered))
    found: dict[tuple[object, str], list[timedelta]] = {}
    for unit_id, name, escalation_id, at in rows:
        heard_at = heard.get((escalation_id, unit_id))
        if heard_at is not None:
            found.setdefault((unit_id, name), []).append(max(at - heard_at, timedelta(0)))
    return [
        Answers(name, len(waits), sorted(waits)[len(waits) // 2] if len(waits) >= FEWEST_ANSWERS else None)
        for (_, name), waits in found.items()
    ]


def _first_heard(session: Session, escalations: Select[UUID]) -> dict[tuple[UUID, UUID | None], datetime]:
    """Return by escalation and office when it could first hear of it: when it was told, or when that was held until."""
    told = session.execute(
        select(EscalationEvent.escalation_id, EscalationEvent.unit_id, EscalationEvent.at, EscalationEvent.details)
        .where(EscalationEvent.kind == "told", EscalationEvent.escalation_id.in_(escalations))
        .order_by(EscalationEvent.at, EscalationEvent.id)
    )
    found: dict[tuple[UUID, UUID | None], datetime] = {}
    for escalation_id, unit_id, at, details in told:
        held = details.get("held_until")
        found.setdefault((escalation_id, unit_id), datetime.fromisoformat(held) if held else at)
    return found
