"""Who is knocked at once an escalation was handed over or left lying: the office that has it now, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.channels import Alarm
from grid_app.models.escalations import Escalation, EscalationEvent, OutboxMessage
from grid_app.policy import Role
from grid_app.services.escalations.answering import hand_over, waiting_calls
from grid_app.services.escalations.auditing import audit_some
from grid_app.services.escalations.ladder_rows import DEFAULT_RUNGS, AfterTaking
from grid_app.services.escalations.ladders import save_ladder, seed_ladders
from grid_app.services.escalations.shutting import shut_out
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.taking import acknowledge
from tests.escalation_world import add_dispute, add_subscription, kinds_of, raise_for
from tests.world import NOW, World

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LATER = NOW + SECOND
TAKEN = LATER + timedelta(minutes=50)
"""When the first repeat is due and an office takes it up instead."""


@pytest.fixture
def handed(session: Session, world: World) -> Escalation:
    """Return an escalation that the county office handed over to the township at once, to be repeated each 50 minutes.

    An office that takes it up has an hour to act.
    """
    for name in ("county_officer", "township_lead"):
        add_subscription(session, world, name)
    seed_ladders(session, NOW)
    rungs = (replace(DEFAULT_RUNGS[0], repeat_minutes=50), DEFAULT_RUNGS[1])
    save_ladder(
        session, event_kind="grade_red", rungs=rungs, basis="本县规定", replaces=1,
        actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW, after=AfterTaking(idle_minutes=60),
    )  # fmt: skip
    escalation = session.get_one(Escalation, raise_for(session, add_dispute(session, world)))
    session.flush()
    hand_over(
        session, escalation_id=escalation.id, to_unit=world.units["township"], reason="属于乡镇职责",
        actor=world.actor(session, Role.COUNTY_OFFICER), now=LATER,
    )  # fmt: skip
    return escalation


def _units(session: Session, kind: str) -> list[UUID | None]:
    session.flush()
    found = select(EscalationEvent.unit_id).where(EscalationEvent.kind == kind).order_by(EscalationEvent.id)
    return list(session.scalars(found))


def test_repeats_knock_at_the_office_that_has_it_now(session: Session, world: World, handed: Escalation):
    step_up_due(session, now=LATER + timedelta(minutes=50))
    step_up_due(session, now=LATER + timedelta(minutes=100))

    assert _units(session, "repeated") == [world.units["township"]] * 2
    waiting = select(OutboxMessage.unit_id).where(OutboxMessage.state == "due")
    assert set(session.scalars(waiting)) == {world.units["township"]}
    assert audit_some(session, now=LATER + timedelta(minutes=100) + SECOND).found == 0


def test_a_repeat_that_came_late_is_an_alarm(session: Session, world: World, handed: Escalation):
    late = LATER + timedelta(minutes=55)
    step_up_due(session, now=late)

    assert audit_some(session, now=late + SECOND).found == 1
    assert "第1级的再提醒晚了几分钟才发" in session.scalars(select(Alarm.text)).one()


def test_left_lying_it_is_told_to_the_office_that_has_it_now(session: Session, world: World, handed: Escalation):
    acknowledge(session, escalation_id=handed.id, actor=world.actor(session, Role.TOWNSHIP_LEAD), now=TAKEN)

    step_up_due(session, now=LATER + 2 * HOUR)
    step_up_due(session, now=LATER + 2 * HOUR + timedelta(minutes=50))

    assert _units(session, "told") == [world.units["county"], world.units["township"], world.units["township"]]
    assert _units(session, "repeated") == [world.units["township"]]
    assert audit_some(session, now=LATER + 2 * HOUR + timedelta(minutes=51)).found == 0


def test_an_office_beside_the_rung_that_left_it_lying_is_told_with_it(
    session: Session, world: World, handed: Escalation
):
    acknowledge(session, escalation_id=handed.id, actor=world.actor(session, Role.COUNTY_LEAD), now=TAKEN)

    step_up_due(session, now=LATER + 2 * HOUR)

    assert set(_units(session, "told")[2:]) == {world.units["township"], world.units["county_lead"]}
    assert audit_some(session, now=LATER + 2 * HOUR + SECOND).found == 0


def test_where_the_office_was_closed_meanwhile_its_rung_is_told(session: Session, world: World, handed: Escalation):
    acknowledge(session, escalation_id=handed.id, actor=world.actor(session, Role.TOWNSHIP_LEAD), now=TAKEN)
    session.get_one(Unit, world.units["township"]).closed_at = LATER + HOUR

    step_up_due(session, now=LATER + 2 * HOUR)

    assert _units(session, "told")[2:] == [world.units["county"]]
    assert audit_some(session, now=LATER + 2 * HOUR + SECOND).found == 0


def test_nobody_rings_up_the_office_that_handed_it_over(session: Session, world: World):
    escalation = session.get_one(Escalation, raise_for(session, add_dispute(session, world)))
    session.flush()
    assert [unit.id for _, unit in waiting_calls(session, escalation.id, now=NOW)] == [world.units["county"]]

    hand_over(
        session, escalation_id=escalation.id, to_unit=world.units["township"], reason="属于乡镇职责",
        actor=world.actor(session, Role.COUNTY_OFFICER), now=LATER,
    )  # fmt: skip

    session.flush()
    assert [unit.id for _, unit in waiting_calls(session, escalation.id, now=LATER)] == [world.units["township"]]


def test_shut_to_the_office_that_has_it_the_next_rung_is_asked(session: Session, world: World, handed: Escalation):
    shut_out(session, dispute_id=handed.dispute_id, unit_id=world.units["township"], now=LATER + SECOND)

    assert kinds_of(session, handed.id)[-3:] == ["shut_out", "climbed", "told"]
    assert (handed.rung, handed.state) == (1, "open")


def test_shut_to_the_office_that_handed_it_over_it_stays_where_it_is(
    session: Session, world: World, handed: Escalation
):
    shut_out(session, dispute_id=handed.dispute_id, unit_id=world.units["county"], now=LATER + SECOND)

    assert (handed.rung, handed.state) == (0, "open")


def test_a_repeat_at_another_office_is_an_alarm(session: Session, world: World, handed: Escalation):
    step_up_due(session, now=LATER + timedelta(minutes=50))
    session.flush()
    elsewhere = update(EscalationEvent).where(EscalationEvent.kind == "repeated")
    elsewhere = elsewhere.values(unit_id=world.units["county"], details={})
    session.execute(elsewhere.execution_options(synchronize_session=False))
    session.expire_all()

    audit_some(session, now=LATER + timedelta(minutes=51))

    assert "再提醒的不是现在接着的单位" in session.scalars(select(Alarm.text)).one()
