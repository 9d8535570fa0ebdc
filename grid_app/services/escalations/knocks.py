"""Knocking at an office: a row of the outbox for each device and endpoint, a telephone call where a rung asks for one.

The inbox row is the record and is written elsewhere; what is written here may be held, merged, lost and sent twice
without harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.database.once import insert_once
from grid_app.models.accounts import Unit
from grid_app.models.channels import ChannelEndpoint, PhoneCall
from grid_app.models.escalations import Escalation, OutboxMessage
from grid_app.services.escalations.events import DANGER
from grid_app.services.escalations.full_days import digest_due, digest_for, full_today
from grid_app.services.escalations.messages import message_of
from grid_app.services.escalations.receipts import new_receipt
from grid_app.services.escalations.targets import Matter, devices_to_tell
from notifications.ladder import Rung

PUSH: Final = "webpush"
PHONE: Final = "phone"


@dataclass(frozen=True)
class Knock:
    """One telling of a rung.

    ``turn`` tells repeats and returns to the same rung apart; ``due`` is its time to answer, ``heard_at`` when it may
    be heard of at the earliest.
    """

    escalation: Escalation
    matter: Matter
    number: int
    rung: Rung
    turn: int
    due: datetime
    heard_at: datetime
    now: datetime

    def message(self, *, to_many: bool) -> dict[str, object]:
        """Return the stored form of what is told, to one person's device or where several people read it."""
        row = self.escalation
        return message_of(
            self.matter, escalation_id=row.id, code=row.code, grade=row.grade, due=self.due, to_many=to_many
        )

    def key(self, target: UUID) -> str:
        """Return the key under which one target is knocked at once."""
        again = f":{self.turn}" if self.turn else ""
        return f"{self.escalation.id}:{self.number}:{target}{again}"

    def row(self, unit: Unit, target: UUID, *, to_many: bool = False) -> dict[str, object]:
        """Return what the outbox row for one target of a unit holds, but for where it goes."""
        return {
            "dedupe_key": self.key(target),
            "escalation_id": self.escalation.id,
            "unit_id": unit.id,
            "purpose": "escalation",
            "rung": self.number,
            "receipt": new_receipt(),
            "message": self.message(to_many=to_many),
            "state": "due",
            "due_at": self.heard_at,
            "tries": 0,
            "created_at": self.now,
        }


@dataclass(frozen=True)
class Knocked:
    """How many devices, endpoints and telephones of a unit were knocked at.

    ``held`` devices wait for the next day's digest: they have not been reached.
    """

    devices: int = 0
    endpoints: int = 0
    calls: int = 0
    held: int = 0

    @property
    def is_nobody(self) -> bool:
        """Say whether nothing at all will ring there."""
        return self.devices + self.endpoints + self.calls == 0

    @property
    def details(self) -> dict[str, str | int]:
        """Return what the history keeps of it."""
        counts: dict[str, str | int] = {"endpoints": self.endpoints, "calls": self.calls, "held": self.held}
        return {"devices": self.devices, **{name: count for name, count in counts.items() if count}}


def knock(session: Session, telling: Knock, unit: Unit) -> Knocked:
    """Write what knocks at a unit and return how much that is.

    A unit that nothing else reaches before its time is over is to be rung up, also when its rung does not say so.
    """
    wanted = telling.rung.channels
    devices, held = _devices(session, telling, unit) if PUSH in wanted else (0, 0)
    endpoints = _endpoints(session, telling, unit)
    digest_comes = held and digest_due(session, telling.now) < telling.due
    rings = PHONE in wanted or (len(wanted) > 1 and devices + endpoints == 0 and not digest_comes)
    return Knocked(devices, endpoints, int(rings and _ask_for_call(session, telling, unit)), held)


def _devices(session: Session, telling: Knock, unit: Unit) -> tuple[int, int]:
    """Return how many devices got a message, and how many only a place in the next digest."""
    devices = devices_to_tell(session, unit, telling.matter, whom=telling.rung.whom, now=telling.now)
    danger = telling.escalation.urgency == DANGER
    full = set() if danger else full_today(session, devices, telling.now)
    held = 0
    for device in devices:
        row = telling.row(unit, device.id) | {"subscription_id": device.id, "channel": PUSH}
        if device.account_id in full:
            row |= digest_for(session, device, row, now=telling.now)
            held += 1
        insert_once(session, OutboxMessage, row)
    return len(devices) - held, held


def _endpoints(session: Session, telling: Knock, unit: Unit) -> int:
    endpoints = session.execute(
        select(ChannelEndpoint.id, ChannelEndpoint.kind)
        .where(*_of(unit), ChannelEndpoint.kind.in_([one for one in telling.rung.channels if one != PHONE]))
        .order_by(ChannelEndpoint.id)
    ).all()
    for endpoint in endpoints:
        row = telling.row(unit, endpoint.id, to_many=True) | {"endpoint_id": endpoint.id, "channel": endpoint.kind}
        insert_once(session, OutboxMessage, row)
    return len(endpoints)


def _ask_for_call(session: Session, telling: Knock, unit: Unit) -> bool:
    """Ask for a call when it may be heard, once while nobody has called; say whether the office has a number at all."""
    asked = session.scalar(
        select(PhoneCall.id)
        .where(PhoneCall.escalation_id == telling.escalation.id, PhoneCall.unit_id == unit.id, PhoneCall.outcome == "")
        .limit(1)
    )
    if asked is None:
        call = PhoneCall(
            escalation_id=telling.escalation.id, unit_id=unit.id, rung=telling.number, asked_at=telling.heard_at
        )
        session.add(call)
    number = select(ChannelEndpoint.id).where(*_of(unit), ChannelEndpoint.kind == PHONE).limit(1)
    return bool(unit.duty_phone) or session.scalar(number) is not None


def _of(unit: Unit) -> tuple[ColumnElement[bool], ...]:
    return ChannelEndpoint.unit_id == unit.id, ChannelEndpoint.disabled_at.is_(None)
