"""Escalations, ladders and messages of a version that knew neither snapshots nor endpoints go on where they stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import Alarm
from grid_app.models.escalations import Escalation, EscalationEvent, EscalationPolicy, OutboxMessage
from grid_app.policy import Role
from grid_app.queries.inbox import inbox_row
from grid_app.queries.inbox_history import knocks_of, next_unit_kind
from grid_app.services.escalations.answering import hand_over
from grid_app.services.escalations.auditing import audit_some
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.taking import acknowledge
from tests.escalation_world import add_dispute, add_subscription, kinds_of, raise_for
from tests.world import NOW, World, build_world

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
OLD_RUNGS = [
    {"unit_kind": kind, "wait_minutes": 1440, "red_wait_minutes": 120, "channels": ["inbox", "webpush"]}
    for kind in ("county_office", "county_lead_office")
]


@dataclass(frozen=True)
class Older:
    """A database with one escalation that waits on its first rung, in the rows of the older version."""

    world: World
    escalation: UUID


@pytest.fixture
def older(engine: Engine) -> Older:
    with transaction(engine) as session:
        world = build_world(session)
        for name in ("county_officer", "county_lead"):
            add_subscription(session, world, name)
        session.add(
            EscalationPolicy(
                id=new_id(), event_kind="grade_red", version=1, name="纠纷升为红色", basis="依据", rungs=OLD_RUNGS,
                enabled=True, created_at=NOW,
            )
        )  # fmt: skip
        found = raise_for(session, add_dispute(session, world))
        assert found is not None
        session.execute(
            update(Escalation).values(ladder={}, urgency="normal", rung_due_at=None, told_at=None)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        session.execute(
            update(OutboxMessage).values(unit_id=None, receipt="", rung=0).execution_options(synchronize_session=False)
        )
        told = EscalationEvent.kind == "told"
        session.execute(
            update(EscalationEvent).where(told).values(details={"devices": 1})
            .execution_options(synchronize_session=False)
        )  # fmt: skip
    return Older(world, found)


def test_it_climbs_when_it_was_due_and_its_messages_go_out(engine: Engine, older: Older):
    with transaction(engine) as session:
        assert step_up_due(session, now=NOW + 2 * HOUR - SECOND) == 0
        assert step_up_due(session, now=NOW + 2 * HOUR) == 1

    claimed = SqlOutbox(engine).claim(NOW + 2 * HOUR, limit=10, lease=HOUR, worker="one")

    assert sorted(one.target.endpoint.rpartition("/")[2] for one in claimed) == ["county_lead", "county_officer"]
    with reading(engine) as session:
        row = session.get_one(Escalation, older.escalation)
        assert (row.rung, row.rung_due_at) == (1, NOW + 4 * HOUR)
        assert kinds_of(session, row.id) == ["opened", "told", "climbed", "told"]
        assert [one.rung for one in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))] == [0, 1]


def test_its_page_and_the_auditor_read_it(engine: Engine, older: Older):
    with transaction(engine) as session:
        row = inbox_row(session, older.world.actor(session, Role.COUNTY_OFFICER), older.escalation)
        assert row is not None
        assert row.due_at == NOW + 2 * HOUR
        assert next_unit_kind(session, row) == "county_lead_office"
        assert [(one.state, one.count) for one in knocks_of(session, older.escalation)] == [("due", 1)]
        assert audit_some(session, now=NOW + 5 * HOUR).found == 0
        assert session.scalars(select(Alarm)).all() == []


def test_an_office_takes_it_up_or_hands_it_over(engine: Engine, older: Older):
    with transaction(engine) as session:
        officer = older.world.actor(session, Role.COUNTY_OFFICER)
        assert acknowledge(session, escalation_id=older.escalation, actor=officer, now=NOW + HOUR).first
    with transaction(engine) as session:
        assert step_up_due(session, now=NOW + 9 * HOUR) == 0
        hand_over(
            session, escalation_id=older.escalation, to_unit=older.world.units["township"], reason="属于乡镇职责",
            actor=officer, now=NOW + 9 * HOUR,
        )  # fmt: skip
    with reading(engine) as session:
        row = session.get_one(Escalation, older.escalation)
        assert (row.state, row.bounces, row.rung_due_at) == ("open", 1, NOW + 11 * HOUR)
        assert set(session.scalars(select(OutboxMessage.state))) == {"stopped"}
