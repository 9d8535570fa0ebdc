"""Whether each channel of an office works, by proof: what was taken on the other side, or answered by a device."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.channel_probes import ChannelProbe
from grid_app.models.channels import ChannelEndpoint, PhoneCall
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage, PushSubscription
from grid_app.queries.accounts import assignment_is_valid
from grid_app.vocabulary.channels import ANSWERED, DEVICES, OUTCOME_WORDS, PHONE

FRESH: Final = timedelta(hours=25)
"""So long a proof counts: a day, and an hour for what is probed a little later than the day before."""
PATIENCE: Final = timedelta(hours=2)
"""So long the other side of an endpoint may take to accept a probe."""
DEVICE_PATIENCE: Final = timedelta(hours=24)
RING_COUNTS: Final = timedelta(days=92)
LOST_SHOWN: Final = timedelta(days=30)
"""So long a unit that has lost its last device is called dead there; after that it has none."""
SWITCHED_OFF: Final = "switched off by its person"
"""Why a device was dropped that its person switched off: nothing died there."""
WORKS, UNPROVEN, DEAD = "works", "unproven", "dead"
FAILED: Final = ("failed", "gone")


@dataclass(frozen=True)
class Devices:
    """How many live devices of a unit answer, have not been proved, or do not answer; never whose they are."""

    working: int = 0
    unproven: int = 0
    silent: int = 0


@dataclass(frozen=True)
class ChannelState:
    """One channel of a unit: an endpoint, or all its devices together (``endpoint_id`` is ``None``).

    ``state`` is works, unproven or dead; ``proved_at`` the last proof; ``since`` from when it is dead; ``code`` what
    the other side said to the last message that failed, empty when it said nothing.
    """

    unit_id: UUID
    kind: str
    state: str
    proved_at: datetime | None
    name: str = ""
    hint: str = ""
    endpoint_id: UUID | None = None
    since: datetime | None = None
    code: str = ""
    devices: Devices = field(default_factory=Devices)


def standing_of(proved: datetime | None, broken: datetime | None, *, now: datetime, fresh: timedelta = FRESH) -> str:
    """Return works, unproven or dead: what failed after the last proof is dead, what was proved lately works."""
    if broken is not None and (proved is None or proved < broken):
        return DEAD
    return WORKS if proved is not None and proved >= now - fresh else UNPROVEN


def endpoint_states(session: Session, units: Collection[UUID], *, now: datetime) -> list[ChannelState]:
    """Return the state of each endpoint of the units that is not disabled, phones apart, oldest first."""
    proved = select(func.max(OutboxMessage.finished_at)).where(
        OutboxMessage.endpoint_id == ChannelEndpoint.id, OutboxMessage.state == "sent"
    )
    failed = select(func.max(OutboxMessage.finished_at)).where(
        OutboxMessage.endpoint_id == ChannelEndpoint.id, OutboxMessage.state.in_(FAILED)
    )
    asked = select(func.max(ChannelProbe.asked_at)).where(
        ChannelProbe.endpoint_id == ChannelEndpoint.id, ChannelProbe.asked_at <= now - PATIENCE
    )
    rows = session.execute(
        select(ChannelEndpoint, proved.scalar_subquery(), failed.scalar_subquery(), asked.scalar_subquery())
        .where(ChannelEndpoint.unit_id.in_(units), ChannelEndpoint.kind != PHONE, ChannelEndpoint.disabled_at.is_(None))
        .order_by(ChannelEndpoint.id)
    ).all()
    return [
        _endpoint_state(session, row, proof, [one for one in (fault, probe) if one], now=now)
        for row, proof, fault, probe in rows
    ]


def _endpoint_state(
    session: Session, row: ChannelEndpoint, proved: datetime | None, broken: list[datetime], *, now: datetime
) -> ChannelState:
    standing = standing_of(proved, max(broken, default=None), now=now)
    dead = standing == DEAD
    return ChannelState(
        unit_id=row.unit_id,
        kind=row.kind,
        name=row.name,
        hint=row.hint,
        endpoint_id=row.id,
        state=standing,
        proved_at=proved,
        since=_since(session, row.id, proved, min(broken)) if dead else None,
        code=last_code(session, row.id) if dead else "",
    )


def _since(session: Session, endpoint_id: UUID, proved: datetime | None, known: datetime) -> datetime:
    """Return when the first message after the last proof failed, or was asked and never answered."""
    failed = select(func.min(OutboxMessage.finished_at)).where(
        OutboxMessage.endpoint_id == endpoint_id, OutboxMessage.state.in_(FAILED)
    )
    asked = select(func.min(ChannelProbe.asked_at)).where(ChannelProbe.endpoint_id == endpoint_id)
    if proved is not None:
        failed = failed.where(OutboxMessage.finished_at > proved)
        asked = asked.where(ChannelProbe.asked_at > proved)
        known = max(known, proved)
    found = [one for one in (session.scalar(failed), session.scalar(asked)) if one is not None]
    return min(found, default=known)


def last_code(session: Session, endpoint_id: UUID) -> str:
    """Return the code of the newest try at an endpoint that did not end well, empty when there was none."""
    said = session.scalar(
        select(DeliveryAttempt.detail)
        .join(OutboxMessage, OutboxMessage.id == DeliveryAttempt.outbox_id)
        .where(OutboxMessage.endpoint_id == endpoint_id, DeliveryAttempt.outcome != "sent")
        .order_by(DeliveryAttempt.at.desc(), DeliveryAttempt.id.desc())
        .limit(1)
    )
    return (said or "").partition(" ")[0]


def phone_states(session: Session, units: Collection[UUID], *, now: datetime) -> list[ChannelState]:
    """Return the state of the duty phone of each unit with a number: by test rings recorded, and by real calls."""
    entered = {
        row.unit_id: row
        for row in session.scalars(
            select(ChannelEndpoint)
            .where(
                ChannelEndpoint.unit_id.in_(units), ChannelEndpoint.kind == PHONE, ChannelEndpoint.disabled_at.is_(None)
            )
            .order_by(ChannelEndpoint.id)
        )
    }
    listed = session.scalars(select(Unit.id).where(Unit.id.in_(units), Unit.duty_phone != "")).all()
    tries = _rings(session, units)
    return [
        _phone_state(unit, entered.get(unit), tries.get(unit, []), now=now)
        for unit in dict.fromkeys((*entered, *listed))
    ]


def _rings(session: Session, units: Collection[UUID]) -> dict[UUID, list[tuple[datetime, str]]]:
    rung = select(ChannelProbe.unit_id, ChannelProbe.asked_at, ChannelProbe.outcome).where(
        ChannelProbe.unit_id.in_(units), ChannelProbe.outcome.in_(OUTCOME_WORDS)
    )
    called = select(PhoneCall.unit_id, PhoneCall.called_at, PhoneCall.outcome).where(
        PhoneCall.unit_id.in_(units), PhoneCall.outcome.in_(OUTCOME_WORDS)
    )
    found: dict[UUID, list[tuple[datetime, str]]] = {}
    for unit, at, outcome in (*session.execute(rung), *session.execute(called)):
        if at is not None:
            found.setdefault(unit, []).append((at, outcome))
    return found


def _phone_state(
    unit_id: UUID, row: ChannelEndpoint | None, tries: list[tuple[datetime, str]], *, now: datetime
) -> ChannelState:
    since = row.created_at if row else None
    counted = [(at, outcome) for at, outcome in tries if since is None or at >= since]
    proved = max((at for at, outcome in counted if outcome == ANSWERED), default=None)
    broken = max(((at, outcome) for at, outcome in counted if outcome != ANSWERED), default=None)
    standing = standing_of(proved, broken[0] if broken else None, now=now, fresh=RING_COUNTS)
    dead = broken if standing == DEAD else None
    return ChannelState(
        unit_id=unit_id, kind=PHONE, state=standing, proved_at=proved, since=dead[0] if dead else None,
        code=dead[1] if dead else "", name=row.name if row else "", hint=row.hint if row else "",
        endpoint_id=row.id if row else None,
    )  # fmt: skip


def device_states(session: Session, units: Collection[UUID], *, now: datetime) -> list[ChannelState]:
    """Return the state of the devices of each unit that has any, or has lately lost its last one."""
    proved = (
        select(func.max(OutboxMessage.delivered_at))
        .where(OutboxMessage.subscription_id == PushSubscription.id)
        .scalar_subquery()
    )
    asked = (
        select(func.max(ChannelProbe.asked_at))
        .where(ChannelProbe.subscription_id == PushSubscription.id, ChannelProbe.asked_at <= now - DEVICE_PATIENCE)
        .scalar_subquery()
    )
    each = (
        select(PushSubscription.unit_id.label("unit_id"), proved.label("proved"), asked.label("asked"))
        .where(PushSubscription.unit_id.in_(units), device_is_told(now))
        .subquery()
    )
    silent = each.c.asked.is_not(None) & (each.c.proved.is_(None) | (each.c.proved < each.c.asked))
    fresh = each.c.proved.is_not(None) & (each.c.proved >= now - FRESH)
    rows = session.execute(
        select(
            each.c.unit_id,
            func.count(),
            func.sum(case((silent, 1), else_=0)),
            func.sum(case((~silent & fresh, 1), else_=0)),
            func.max(each.c.proved),
            func.min(case((silent, each.c.asked))),
        ).group_by(each.c.unit_id)
    ).all()
    found = {
        unit: _of_devices(unit, Devices(int(working), live - int(mute) - int(working), int(mute)), proof, since)
        for unit, live, mute, working, proof, since in rows
    }
    return [*found.values(), *_lost(session, set(units) - set(found), now=now)]


def device_is_told(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a device is live and belongs to somebody who acts for its unit now."""
    in_force = (
        select(Assignment.id)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.id == PushSubscription.assignment_id, Account.disabled_at.is_(None), assignment_is_valid(now))
        .exists()
    )
    return PushSubscription.dropped_at.is_(None) & in_force


def _of_devices(unit_id: UUID, devices: Devices, proved: datetime | None, since: datetime | None) -> ChannelState:
    standing = WORKS if devices.working else UNPROVEN if devices.unproven else DEAD
    return ChannelState(
        unit_id=unit_id, kind=DEVICES, state=standing, proved_at=proved, since=since if standing == DEAD else None,
        devices=devices, code="silent" if devices.silent else "",
    )  # fmt: skip


def _lost(session: Session, units: Collection[UUID], *, now: datetime) -> list[ChannelState]:
    """Return the units whose last device went lately."""
    rows = session.execute(
        select(PushSubscription.unit_id, func.max(PushSubscription.dropped_at))
        .where(
            PushSubscription.unit_id.in_(units),
            PushSubscription.dropped_at >= now - LOST_SHOWN,
            PushSubscription.dropped_reason != SWITCHED_OFF,
        )
        .group_by(PushSubscription.unit_id)
        .order_by(PushSubscription.unit_id)
    )
    return [ChannelState(unit, DEVICES, DEAD, None, since=at, code="lost") for unit, at in rows]
