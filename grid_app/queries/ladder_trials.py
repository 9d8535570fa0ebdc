"""What a ladder in the editor is tried on: who stands on its rungs today, and last month's matters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import Escalation, EscalationEvent, PushSubscription
from grid_app.models.places import Division
from grid_app.policy import PERMITTED, Action
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.on_duty import keeping
from notifications.rehearsal import Case

LAST_MONTH: Final = timedelta(days=30)


@dataclass(frozen=True)
class Standing:
    """Who stands on a kind of office below a division: open offices, those with somebody who may answer, rosters.

    ``devices`` and ``endpoints`` (by kind) are what could be knocked at today.
    """

    offices: int
    answering: int
    with_roster: int
    devices: int
    endpoints: dict[str, int]


def standing_of(session: Session, *, kind: str, path: str, now: datetime) -> Standing:
    """Return who stands on one kind of office below the division with ``path``."""
    units = list(
        session.scalars(
            select(Unit.id)
            .join(Division, Division.code == Unit.division_code)
            .where(Unit.kind == kind, Unit.closed_at.is_(None), Division.path.startswith(path, autoescape=True))
        )
    )
    takers = [str(role) for role in PERMITTED[Action.ACKNOWLEDGE]]
    answering = session.scalar(
        select(func.count(func.distinct(Assignment.unit_id)))
        .join(Account, Account.id == Assignment.account_id)
        .where(
            Assignment.unit_id.in_(units), Assignment.role.in_(takers), Account.disabled_at.is_(None),
            assignment_is_valid(now),
        )
    )  # fmt: skip
    devices = session.scalar(
        select(func.count(PushSubscription.id)).where(
            PushSubscription.unit_id.in_(units), PushSubscription.dropped_at.is_(None)
        )
    )
    endpoints = session.execute(
        select(ChannelEndpoint.kind, func.count())
        .where(ChannelEndpoint.unit_id.in_(units), ChannelEndpoint.disabled_at.is_(None))
        .group_by(ChannelEndpoint.kind)
    )
    counts = {kind: count for kind, count in endpoints}  # noqa: C416 - rows, which dict() would take for pairs of any
    return Standing(len(units), answering or 0, len(keeping(session, units)), devices or 0, counts)


def last_cases(session: Session, *, event_kind: str, path: str, now: datetime) -> list[Case]:
    """Return last month's matters of an event kind below a division, oldest first, and when each was first taken up."""
    answered = (
        select(func.min(EscalationEvent.at))
        .where(EscalationEvent.escalation_id == Escalation.id, EscalationEvent.kind == "acknowledged")
        .scalar_subquery()
    )
    rows = session.execute(
        select(Escalation.opened_at, answered, Escalation.grade, Escalation.urgency)
        .join(Division, Division.code == Escalation.division_code)
        .where(
            Escalation.event_kind == event_kind,
            Escalation.opened_at >= now - LAST_MONTH,
            Division.path.startswith(path, autoescape=True),
        )
        .order_by(Escalation.opened_at)
    )
    return [Case(opened, taken, grade, urgency == "danger") for opened, taken, grade, urgency in rows]
