"""A person gets so many pushes a day; what comes after goes out next morning in one digest, if it still waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import PhoneCall
from grid_app.models.escalations import EscalationEvent, InboxItem, OutboxMessage
from grid_app.policy import Role
from grid_app.services.escalations.auditing import audit_some
from grid_app.services.escalations.full_days import PUSHES_A_DAY
from grid_app.services.escalations.shutting import shut_out
from grid_app.services.escalations.taking import acknowledge
from notifications.messages import Sent
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.world import NOW, World, build_world

MORNING = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # Saturday 8:00 in Shanghai
MINUTE, LEASE = timedelta(minutes=1), timedelta(minutes=2)


def _raise(session: Session, world: World, number: int, **given: object) -> UUID:
    about = given.pop("about", None)
    found = raise_for(session, add_dispute(session, world, number=number, about=about), **given)
    assert found is not None
    session.flush()
    return found


def _full(session: Session) -> World:
    """Return a county whose officer has had all pushes of a day."""
    world = build_world(session)
    add_subscription(session, world, "county_officer")
    for number in range(1, PUSHES_A_DAY + 1):
        _raise(session, world, number)
    return world


def _send(engine: Engine, now: datetime) -> list[str]:
    """Send what is due and return the titles of what went out."""
    outbox, titles = SqlOutbox(engine), []
    while claims := outbox.claim(now, limit=50, lease=LEASE, worker="one"):
        titles += [one.message.title for one in claims]
        for one in claims:
            outbox.record(one, Sent("201"), now=now, retry_at=None)
    return titles


def test_what_is_held_goes_out_in_one_digest_that_counts_what_still_waits(engine: Engine):
    with transaction(engine) as session:
        world = _full(session)
        late = [_raise(session, world, number) for number in (21, 22, 23)]
    assert len(_send(engine, NOW)) == PUSHES_A_DAY
    with transaction(engine) as session:
        lies = select(func.count()).select_from(InboxItem)
        assert session.scalar(lies) == PUSHES_A_DAY + 3
        officer = world.actor(session, Role.COUNTY_OFFICER)
        acknowledge(session, escalation_id=late[0], actor=officer, now=NOW + MINUTE)

    assert _send(engine, MORNING - MINUTE) == []
    assert _send(engine, MORNING) == ["2件事项待确认（最高红）"]


def test_no_digest_is_sent_when_nothing_waits_any_more(engine: Engine):
    with transaction(engine) as session:
        world = _full(session)
        late = _raise(session, world, 21)
        acknowledge(session, escalation_id=late, actor=world.actor(session, Role.COUNTY_OFFICER), now=NOW + MINUTE)
    _send(engine, NOW)

    assert _send(engine, MORNING) == []
    with reading(engine) as session:
        assert session.scalars(select(OutboxMessage.state).where(OutboxMessage.purpose == "digest")).all() == [
            "stopped"
        ]


def test_a_matter_that_was_shut_to_the_unit_is_not_counted(engine: Engine):
    with transaction(engine) as session:
        world = _full(session)
        dispute = add_dispute(session, world, number=21)
        raise_for(session, dispute)
        shut_out(session, dispute_id=dispute, unit_id=world.units["county"], now=NOW + MINUTE)
    _send(engine, NOW)

    assert _send(engine, MORNING) == []


@pytest.mark.parametrize("first", [True, False])
def test_danger_is_neither_held_nor_counted(engine: Engine, first: bool):
    with transaction(engine) as session:
        world = build_world(session)
        add_subscription(session, world, "county_officer")
        dangers = [31, 32] if first else []
        for number in [*dangers, *range(1, PUSHES_A_DAY + 1), 33]:
            _raise(session, world, number, danger=number > 30)

    assert len(_send(engine, NOW)) == PUSHES_A_DAY + len(dangers) + 1
    assert _send(engine, MORNING) == []


def test_what_is_held_has_reached_nobody(engine: Engine):
    """Red has two hours, so that the office is rung up; what has a day is told by the morning's digest in time."""
    with transaction(engine) as session:
        world = _full(session)
        red = _raise(session, world, 21)
        slow = _raise(session, world, 22, event_kind="finding_confirmed", grade="yellow")

    with transaction(engine) as session:
        told = select(EscalationEvent.escalation_id, EscalationEvent.details).where(EscalationEvent.kind == "told")
        rows = session.execute(told.where(EscalationEvent.escalation_id.in_((red, slow))))
        details = {key: value for key, value in rows}  # noqa: C416 - rows are no pairs
        assert details[red] == {"devices": 0, "calls": 1, "held": 1}
        assert details[slow] == {"devices": 0, "held": 1}
        assert session.scalars(select(PhoneCall.escalation_id)).all() == [red]
        assert audit_some(session, now=NOW + MINUTE).found == 0
