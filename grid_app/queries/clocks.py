"""The clocks of one dispute, the versions of the rules, and the county's own entries in the working calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grid_app.clocks.counting import Counted, counted_from
from grid_app.clocks.rules import Rule
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.clocks import CalendarDay, Deadline, DeadlineRule
from grid_app.models.disputes import Dispute
from grid_app.policy import Scope
from grid_app.queries.rules_stored import rule_of
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class Asked:
    """An extension that was asked for: how many days, why, by whom, and when it came to count."""

    days: int
    reason: str
    by_assignment: UUID | None
    by_name: str
    approver_name: str
    extended_at: datetime | None


@dataclass(frozen=True)
class ClockRow:
    """One clock: its rule in the version it runs by, how it was counted, whose it is, and how it ended."""

    rule: Rule
    counted: Counted
    owner_unit: str
    done_at: datetime | None
    ended: str | None
    asked: Asked | None

    @property
    def is_running(self) -> bool:
        """Whether nobody and nothing has ended it."""
        return self.done_at is None


@dataclass(frozen=True)
class StoredRule:
    """One version of a rule and when it was saved."""

    rule: Rule
    created_at: datetime


@dataclass(frozen=True)
class OwnEntry:
    """A day that the county entered itself."""

    day: date
    works: bool
    name: str
    basis: str
    changed_at: datetime


def clocks_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[ClockRow]:
    """Return every clock of one dispute of the scope: the running ones first, by their due moment."""
    asker, approver = aliased(Account), aliased(Account)
    asking, approving = aliased(Assignment), aliased(Assignment)
    rows = session.execute(
        select(Deadline, DeadlineRule, Unit.name, asker.display_name, approver.display_name)
        .join(Dispute, Dispute.id == Deadline.dispute_id)
        .join(
            DeadlineRule,
            (DeadlineRule.code == Deadline.rule_code) & (DeadlineRule.version == Deadline.rule_version),
        )
        .outerjoin(Unit, Unit.id == Deadline.owner_unit_id)
        .outerjoin(asking, asking.id == Deadline.extended_by)
        .outerjoin(asker, asker.id == asking.account_id)
        .outerjoin(approving, approving.id == Deadline.extension_approver)
        .outerjoin(approver, approver.id == approving.account_id)
        .where(Deadline.dispute_id == dispute_id, visible(scope))
        .order_by(Deadline.done_at.is_not(None), Deadline.due_at, Deadline.rule_code)
    )
    return [_row(*row) for row in rows]


def rule_versions(session: Session) -> dict[str, list[StoredRule]]:
    """Return the versions of every rule by code, the newest first."""
    found: dict[str, list[StoredRule]] = {}
    for row in session.scalars(select(DeadlineRule).order_by(DeadlineRule.version.desc())):
        found.setdefault(row.code, []).append(StoredRule(rule_of(row), row.created_at))
    return found


def own_entries(session: Session) -> list[OwnEntry]:
    """Return the county's own entries in the working calendar, the latest day first."""
    rows = session.scalars(select(CalendarDay).order_by(CalendarDay.day.desc()))
    return [OwnEntry(row.day, row.works, row.name, row.basis, row.changed_at) for row in rows]


def _row(clock: Deadline, rule: DeadlineRule, unit: str | None, asker: str | None, approver: str | None) -> ClockRow:
    asked = (
        Asked(
            clock.extension_days,
            clock.extension_reason,
            clock.extended_by,
            asker or "",
            approver or "",
            clock.extended_at,
        )
        if clock.extension_asked_at
        else None
    )
    return ClockRow(
        rule=rule_of(rule),
        counted=counted_from(clock.explanation, started_at=clock.started_at, due_at=clock.due_at),
        owner_unit=unit or "",
        done_at=clock.done_at,
        ended=clock.ended,
        asked=asked,
    )
