"""How a matter came to the office, beside our clocks; what an office registered; how long the channels take."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.intake import Reception, Registration
from grid_app.policy import Scope
from grid_app.queries.scoping import visible
from grid_app.vocabulary.words import OPEN_STATES

FINISHING = ("finish_target", "petition_finish")
MOST_OWN_DUE = 50
SMALL = 10


@dataclass(frozen=True)
class Came:
    """How a dispute came: its registration, its reception when it was a visit, and the unit that registered it."""

    registration: Registration
    reception: Reception | None
    unit: str


@dataclass(frozen=True)
class Leading:
    """Which of two dates leads: what the sending unit set, or ours (the earliest running clock of finishing)."""

    own_due: date | None
    ours: date | None

    @property
    def first(self) -> date | None:
        """The earlier of the two."""
        return min((day for day in (self.own_due, self.ours) if day), default=None)

    @property
    def sender_leads(self) -> bool:
        """Whether the date of the sending unit is the one to keep."""
        return self.own_due is not None and (self.ours is None or self.own_due <= self.ours)


@dataclass(frozen=True)
class OwnDue:
    """An open dispute that came with a due date of its own."""

    dispute_id: UUID
    case_code: str
    channel: str
    issuing_unit: str
    due_on: date


@dataclass(frozen=True)
class Pace:
    """How many matters of a channel were closed in a window, and the median days; ``None`` for small numbers."""

    channel: str
    closed: int
    median_days: float | None


def came_of(session: Session, *, scope: Scope, dispute_id: UUID) -> Came | None:
    """Return how a dispute of the scope came, ``None`` when nobody registered it."""
    row = session.execute(
        select(Registration, Reception, Unit.name)
        .join(Dispute, Dispute.id == Registration.dispute_id)
        .join(Unit, Unit.id == Registration.unit_id)
        .outerjoin(Reception, Reception.dispute_id == Registration.dispute_id)
        .where(Registration.dispute_id == dispute_id, visible(scope))
    ).first()
    if row is None:
        return None
    for one in row[:2]:
        if one is not None:
            session.expunge(one)  # the page reads it when the question is over
    return Came(row[0], row[1], row[2])


def leading_of(session: Session, *, dispute_id: UUID, own_due: date | None) -> Leading:
    """Return the two dates of a dispute that the caller may see."""
    ours: datetime | None = session.scalar(
        select(func.min(Deadline.due_at)).where(
            Deadline.dispute_id == dispute_id, Deadline.done_at.is_(None), Deadline.rule_code.in_(FINISHING)
        )
    )
    return Leading(own_due, local_date(ours) if ours else None)


def own_dues(session: Session, *, scope: Scope) -> list[OwnDue]:
    """Return the open disputes of the scope that came with a due date, the nearest first."""
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Registration.channel, Registration.issuing_unit, Registration.due_on)
        .join(Registration, Registration.dispute_id == Dispute.id)
        .where(visible(scope), Registration.due_on.is_not(None), Dispute.state.in_(OPEN_STATES))
        .order_by(Registration.due_on, Dispute.id)
        .limit(MOST_OWN_DUE)
    )
    return [OwnDue(key, code, channel, unit, due) for key, code, channel, unit, due in rows if due]


def paces(session: Session, *, scope: Scope, since: datetime) -> list[Pace]:
    """Return by channel how long matters took that were closed since then, from receipt to closing.

    What was imported as history is left out: nobody here decided how long it took. Medians of fewer than ten are
    withheld.
    """
    day = Dispute.closed_at
    rows = session.execute(
        select(Dispute.channel, func.date(Dispute.received_at), func.date(day), func.count())
        .where(visible(scope), Dispute.state == "closed", day >= since, Dispute.closure_ground.is_not(None))
        .group_by(Dispute.channel, func.date(Dispute.received_at), func.date(day))
    )
    spans: dict[str, Counter[int]] = {}
    for channel, received, closed, count in rows:
        spans.setdefault(channel, Counter())[(_day(closed) - _day(received)).days] += count
    return sorted((_pace(channel, counted) for channel, counted in spans.items()), key=lambda one: -one.closed)


def _pace(channel: str, counted: Counter[int]) -> Pace:
    total = sum(counted.values())
    return Pace(channel, total, _median(counted, total) if total >= SMALL else None)


def _median(counted: Counter[int], total: int) -> float:
    """Return the median of counted days."""
    ordered = sorted(counted.items())
    return (_nth(ordered, (total - 1) // 2) + _nth(ordered, total // 2)) / 2


def _nth(ordered: list[tuple[int, int]], position: int) -> int:
    for days, count in ordered:
        if position < count:
            return days
        position -= count
    return ordered[-1][0]


def _day(value: date | str) -> date:
    """Return a day as either database gives it."""
    return date.fromisoformat(value) if isinstance(value, str) else value
