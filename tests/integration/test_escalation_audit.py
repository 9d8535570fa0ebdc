"""The auditor over the tables: silent while all is well, and an alarm for whatever somebody takes away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from grid_app.models.channels import Alarm
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem, OutboxMessage
from grid_app.policy import Role
from grid_app.services.alarms import clear_by_hand
from grid_app.services.escalations.answering import hand_over
from grid_app.services.escalations.auditing import KIND, audit_causes, audit_some
from grid_app.services.escalations.shutting import shut_out
from grid_app.services.escalations.steps import raise_escalation, step_up_due
from grid_app.services.escalations.taking import acknowledge
from grid_app.services.matters.alerts import escalate_red
from tests.escalation_world import VILLAGE, add_dispute, add_subscription, raise_for
from tests.world import NOW, World

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
NIGHT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Friday 23:00 in Shanghai


def _keys(session: Session) -> set[str]:
    return {
        key.rpartition(":")[2]
        for key in session.scalars(select(Alarm.key).where(Alarm.cleared_at.is_(None), Alarm.kind == KIND))
    }


@pytest.fixture
def climbed(session: Session, world: World) -> UUID:
    """Return an escalation that stands on its second rung, two hours and a second after it was raised."""
    add_subscription(session, world, "county_officer")
    found = raise_for(session, add_dispute(session, world))
    step_up_due(session, now=NOW + 2 * HOUR + SECOND)
    return found


def test_what_the_services_write_differs_nowhere(session: Session, world: World, climbed: UUID):
    at_night = raise_for(session, add_dispute(session, world, number=2), now=NIGHT)
    danger = raise_escalation(
        session, event_kind="safety_duty", dispute_id=add_dispute(session, world, number=3), division_code=VILLAGE,
        category="0101", grade="red", reason="有人身危险", now=NIGHT,
    )  # fmt: skip
    shut = add_dispute(session, world, number=4)
    raise_for(session, shut, now=NIGHT)
    shut_out(session, dispute_id=shut, unit_id=world.units["county"], now=NIGHT + SECOND)
    officer = world.actor(session, Role.COUNTY_OFFICER)
    handed = raise_for(session, add_dispute(session, world, number=5), now=NIGHT)
    hand_over(
        session, escalation_id=handed, to_unit=world.units["township"], reason="属于乡镇", actor=officer,
        now=NIGHT + SECOND,
    )  # fmt: skip
    acknowledge(session, escalation_id=climbed, actor=officer, now=NIGHT)
    step_up_due(session, now=NIGHT + 2 * HOUR + SECOND)

    audit = audit_some(session, now=NIGHT + 2 * HOUR + 2 * SECOND)

    assert (audit.looked_at, audit.found, audit.last) == (5, 0, None)
    assert session.get_one(Escalation, danger).rung == 1
    assert session.get_one(Escalation, at_night).rung == 0
    assert audit_causes(session, now=NIGHT + 3 * HOUR) == 0


@pytest.mark.parametrize(
    ("table", "found"), [(OutboxMessage, "not_queued"), (InboxItem, "inbox"), (EscalationEvent, "not_begun")]
)
def test_a_row_that_was_taken_away_is_an_alarm(session: Session, climbed: UUID, table: type, found: str):
    session.flush()
    session.execute(delete(table).where(table.escalation_id == climbed))

    audit_some(session, now=NOW + 2 * HOUR + 2 * SECOND)

    assert found in _keys(session)
    alarm = session.scalars(select(Alarm)).first()
    assert (alarm.division_code, alarm.escalation_id) == ("990101", climbed)
    assert session.get_one(Escalation, climbed).code in alarm.text


def test_a_rung_that_was_passed_over_is_an_alarm(session: Session, climbed: UUID):
    second = EscalationEvent.rung == 1
    session.execute(update(EscalationEvent).where(second).values(rung=2).execution_options(synchronize_session=False))

    audit_some(session, now=NOW + 2 * HOUR + 2 * SECOND)

    assert "skipped" in _keys(session)


def test_a_ladder_that_stands_still_is_an_alarm_and_was_late_once_it_moves(session: Session, climbed: UUID):
    late = NOW + 4 * HOUR + timedelta(minutes=5)
    audit_some(session, now=late)
    assert _keys(session) == {"overdue"}

    step_up_due(session, now=late + SECOND)
    audit_some(session, now=late + 2 * SECOND)

    assert _keys(session) == {"late"}
    assert climbed


def test_what_a_person_has_looked_at_is_not_raised_again(session: Session, world: World, climbed: UUID):
    session.execute(delete(InboxItem).where(InboxItem.escalation_id == climbed))
    audit_some(session, now=NOW + 3 * HOUR)
    for alarm in session.scalars(select(Alarm)).all():
        clear_by_hand(
            session, alarm_id=alarm.id, why="已补放", actor=world.actor(session, Role.COUNTY_LEAD), now=NOW + 3 * HOUR
        )

    assert audit_some(session, now=NOW + 3 * HOUR + SECOND).found == 0
    assert _keys(session) == set()


def test_a_unit_that_is_shut_out_gives_back_what_it_took_up(session: Session, world: World):
    taken, climbed = add_dispute(session, world, number=1), add_dispute(session, world, number=2)
    alert, higher = raise_for(session, taken), raise_for(session, climbed)
    county = world.units["county"]
    acknowledge(session, escalation_id=alert, actor=world.actor(session, Role.COUNTY_OFFICER), now=NOW + SECOND)
    step_up_due(session, now=NOW + 2 * HOUR)

    for dispute in (taken, climbed):
        shut_out(session, dispute_id=dispute, unit_id=county, now=NOW + 2 * HOUR + SECOND)

    for escalation_id in (alert, higher):
        row = session.get_one(Escalation, escalation_id)
        session.refresh(row)
        assert (row.state, row.rung, row.acknowledged_unit_id) == ("open", 1, None)
        assert session.scalars(select(InboxItem.unit_id).where(InboxItem.escalation_id == escalation_id)).all() == [
            world.units["county_lead"]
        ]
    assert audit_some(session, now=NOW + 2 * HOUR + 2 * SECOND).found == 0


def test_many_are_audited_some_at_a_time(session: Session, world: World):
    found = [raise_for(session, add_dispute(session, world, number=number)) for number in range(1, 6)]
    session.get_one(Escalation, min(found)).ladder = {}  # older than ladders of their own
    session.get_one(Escalation, max(found)).ladder = {"rungs": [{"unit_kind": "county_office"}]}  # broken by hand

    first = audit_some(session, now=NOW, limit=3)
    second = audit_some(session, now=NOW, limit=3, after=first.last)

    assert (first.looked_at, second.looked_at, second.last) == (2, 1, None)


def test_a_dispute_that_turned_red_and_raised_nothing_is_an_alarm(session: Session, world: World):
    dispute = session.get_one(Dispute, add_dispute(session, world))
    session.add(
        DisputeEvent(
            dispute_id=dispute.id, number=1, at=NOW, kind="graded", details={"from": "yellow", "to": "red"}
        )
    )  # fmt: skip
    session.flush()

    assert audit_causes(session, now=NOW + SECOND) == 0
    assert audit_causes(session, now=NOW + timedelta(minutes=3)) == 1
    alarm = session.scalars(select(Alarm)).one()
    assert "纠纷升为红色" in alarm.text
    leader = world.actor(session, Role.COUNTY_LEAD)
    clear_by_hand(session, alarm_id=alarm.id, why="已打电话", actor=leader, now=NOW + timedelta(minutes=4))
    assert audit_causes(session, now=NOW + timedelta(minutes=5)) == 0  # somebody has seen to it
    session.delete(alarm)
    escalate_red(session, dispute, now=NOW)
    assert audit_causes(session, now=NOW + timedelta(minutes=5)) == 0
