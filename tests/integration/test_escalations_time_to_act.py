"""How long an office that has taken an alert up may leave it lying, kind by kind, before it waits again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from grid_app.models.escalations import Escalation
from grid_app.policy import Role
from grid_app.services.escalations.auditing import audit_some
from grid_app.services.escalations.events import AVAILABLE
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.taking import acknowledge
from tests.escalation_world import add_dispute, raise_for
from tests.world import NOW, World

NIGHT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Friday 23:00 in Shanghai
SATURDAY_EIGHT = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
MONDAY_EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "grade", "taken", "again"),
    [
        ("grade_red", "red", NOW, NOW + 4 * HOUR),
        ("grade_red", "red", NOW + 10 * HOUR, SATURDAY_EIGHT),  # Friday 20:00 and four hours
        ("limit_passed", "red", NOW, NOW + 72 * HOUR),  # seven and a half hours of Friday, the rest on Monday
        ("whistle_silent", "yellow", NOW - HOUR, MONDAY_EIGHT + HOUR),
        ("finding_confirmed", "yellow", NOW - 2 * HOUR, MONDAY_EIGHT + 9.5 * HOUR),
        ("safety_duty", "red", NIGHT, NIGHT + HOUR),
    ],
)
def test_each_kind_has_a_time_to_act_from_the_start(
    session: Session, world: World, kind: str, grade: str, taken: datetime, again: datetime
):
    escalation = session.get_one(
        Escalation, raise_for(session, add_dispute(session, world), event_kind=kind, grade=grade, now=taken)
    )
    acknowledge(session, escalation_id=escalation.id, actor=world.actor(session, Role.COUNTY_OFFICER), now=taken)

    session.refresh(escalation)
    assert escalation.act_due_at == again
    assert step_up_due(session, now=again - timedelta(seconds=1)) == 0
    assert audit_some(session, now=again).found == 0
    assert step_up_due(session, now=again) == 1
    assert escalation.state == "open"
    assert audit_some(session, now=again + timedelta(seconds=1)).found == 0


def test_every_kind_has_a_time_to_act_and_only_grave_ones_count_it_by_the_clock():
    assert all(event.idle_minutes for event in AVAILABLE)
    assert {event.code for event in AVAILABLE if event.idle_hours == "always"} == {
        "grade_red", "safety_duty", "incident_first_report",
    }  # fmt: skip
