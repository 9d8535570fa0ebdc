"""Endpoints of offices for those who administer them: what is entered, and how the last test of one ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage, PushSubscription
from grid_app.models.places import Division
from grid_app.policy import Actor
from grid_app.queries.accounts import under
from grid_app.queries.reachability import Office, offices_where
from grid_app.vocabulary.channels import PHONE

TESTS: Final = "test"
DISABLED_SHOWN: Final = 10


@dataclass(frozen=True)
class Endpoint:
    """One endpoint as it may be shown: never its configuration, only the hint."""

    endpoint_id: UUID
    unit_id: UUID
    unit_name: str
    division_code: str
    kind: str
    name: str
    hint: str
    created_at: datetime
    disabled_at: datetime | None
    disabled_reason: str


@dataclass(frozen=True)
class TestEnd:
    """How far the last test of an endpoint has come: the state of its message, and what the other side said."""

    state: str
    asked_at: datetime
    ended_at: datetime | None
    tries: int
    code: str


def offices_to_edit(session: Session, actor: Actor) -> list[Office]:
    """Return the open offices of the actor's area for which endpoints may be entered, by the code of their division."""
    return offices_where(session, under(actor.division_path))


def office_to_edit(session: Session, actor: Actor, unit_id: UUID) -> Office | None:
    """Return one of them, or ``None``."""
    return next(iter(offices_where(session, under(actor.division_path), Unit.id == unit_id)), None)


def live_endpoints(session: Session, offices: Sequence[Office]) -> list[Endpoint]:
    """Return the endpoints of these offices that are in use, oldest first."""
    units = [one.unit_id for one in offices]
    return _endpoints(session, ChannelEndpoint.unit_id.in_(units), ChannelEndpoint.disabled_at.is_(None))


def disabled_endpoints(session: Session, unit_id: UUID) -> list[Endpoint]:
    """Return the endpoints of a unit that were taken out of use last, newest first."""
    found = _endpoints(session, ChannelEndpoint.unit_id == unit_id, ChannelEndpoint.disabled_at.is_not(None))
    return sorted(found, key=lambda one: one.disabled_at or one.created_at, reverse=True)[:DISABLED_SHOWN]


def endpoint_to_edit(session: Session, actor: Actor, endpoint_id: UUID) -> Endpoint | None:
    """Return an endpoint of the actor's area, in use or not, or ``None``."""
    return next(iter(_endpoints(session, ChannelEndpoint.id == endpoint_id, under(actor.division_path))), None)


def last_test(session: Session, endpoint_id: UUID) -> TestEnd | None:
    """Return how the last test of an endpoint went, or ``None`` when there was none."""
    row = session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.endpoint_id == endpoint_id, OutboxMessage.purpose == TESTS)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(1)
    )
    if row is None:
        return None
    said = session.scalar(
        select(DeliveryAttempt.detail)
        .where(DeliveryAttempt.outbox_id == row.id, DeliveryAttempt.outcome != "sent")
        .order_by(DeliveryAttempt.at.desc(), DeliveryAttempt.id.desc())
        .limit(1)
    )
    return TestEnd(row.state, row.created_at, row.finished_at, row.tries, (said or "").partition(" ")[0])


def is_last_way(session: Session, endpoint_id: UUID) -> bool:
    """Say whether an endpoint is the last way to reach its unit from outside, the telephone left out."""
    row = session.get_one(ChannelEndpoint, endpoint_id)
    if row.kind == PHONE:
        return False
    other = select(ChannelEndpoint.id).where(
        ChannelEndpoint.unit_id == row.unit_id,
        ChannelEndpoint.id != row.id,
        ChannelEndpoint.kind != PHONE,
        ChannelEndpoint.disabled_at.is_(None),
    )
    device = select(PushSubscription.id).where(
        PushSubscription.unit_id == row.unit_id, PushSubscription.dropped_at.is_(None)
    )
    return session.scalar(other.limit(1)) is None and session.scalar(device.limit(1)) is None


def successors_of(session: Session, unit_id: UUID) -> list[Office]:
    """Return the offices that may be named to see to another channel of a unit: itself, then those of its county."""
    path = session.scalar(
        select(Division.path).join(Unit, Unit.division_code == Division.code).where(Unit.id == unit_id)
    )
    along = [code for code in (path or "").split("/") if code]
    county = Unit.kind.in_(("county_office", "county_lead_office")) & Unit.division_code.in_(along)
    found = offices_where(session, or_(Unit.id == unit_id, county))
    return sorted(found, key=lambda one: (one.unit_id != unit_id, one.kind))


def _endpoints(session: Session, *conditions: ColumnElement[bool]) -> list[Endpoint]:
    rows = session.execute(
        select(ChannelEndpoint, Unit.name, Unit.division_code)
        .join(Unit, Unit.id == ChannelEndpoint.unit_id)
        .join(Division, Division.code == Unit.division_code)
        .where(*conditions)
        .order_by(Unit.division_code, ChannelEndpoint.id)
    )
    return [
        Endpoint(
            one.id, one.unit_id, unit, code, one.kind, one.name, one.hint, one.created_at, one.disabled_at,
            one.disabled_reason,
        )
        for one, unit, code in rows
    ]  # fmt: skip
