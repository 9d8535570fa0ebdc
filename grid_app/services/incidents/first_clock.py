"""The clock of a first report: it runs from when the unit knew, day and night, until somebody reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from grid_app.services.clocks.rules import rulebook

CODE = "incident_first_report"
Stand = Literal["running", "overdue", "on_time", "late"]


@dataclass(frozen=True)
class FirstClock:
    """How a first report stands against its hour; it is the unit's lateness, never a person's.

    ``length`` is how long is left (running), how long it is past (overdue), how long it took (on_time) or by how much
    it was late.
    """

    stand: Stand
    length: timedelta


@dataclass(frozen=True)
class Term:
    """When a first report is due, and the version of the rule that says so."""

    due_at: datetime
    version: int


def term_of(session: Session, *, known_at: datetime, now: datetime) -> Term:
    """Return when the first report of what was known at ``known_at`` is due."""
    book = rulebook(session, [CODE], now=now)
    rule = book.rule(CODE, started_at=known_at)
    return Term(book.count(rule, started_at=known_at).due_at, rule.version)


def stand_of(*, known_at: datetime, due_at: datetime, reported_at: datetime | None, now: datetime) -> FirstClock:
    """Return how a first report stands at ``now``.

    Examples
    --------
    >>> from datetime import UTC
    >>> known = datetime(2026, 11, 20, 2, tzinfo=UTC)
    >>> due = known + timedelta(hours=1)
    >>> stand_of(known_at=known, due_at=due, reported_at=due + timedelta(minutes=5), now=due)
    FirstClock(stand='late', length=datetime.timedelta(seconds=300))
    """
    if reported_at is None:
        return FirstClock("running", due_at - now) if now <= due_at else FirstClock("overdue", now - due_at)
    if reported_at <= due_at:
        return FirstClock("on_time", max(reported_at - known_at, timedelta(0)))
    return FirstClock("late", reported_at - due_at)
