"""What the demonstration shows of urgent incidents, duty rosters and channels; and that it reaches nobody outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.transaction import reading
from grid_app.models.channels import Alarm, ChannelEndpoint
from grid_app.models.duty_roster import DutyRoster, RosterLeave
from grid_app.models.escalations import Escalation, OutboxMessage
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.queries.on_duty import on_duty
from grid_app.queries.reachability import board_of, offices_with_channels
from grid_app.wiring import wired
from notifications.channels.local import NowhereChannel
from tests.demo_county import AS_OF, the_app

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo county")]  # it is made once
END = start_of_day(AS_OF)


@pytest.fixture
def county() -> Iterator[Session]:
    with the_app().app_context(), reading() as session:
        yield session


def test_a_call_is_followed_by_a_written_report_and_another_report_came_late(county: Session):
    late, called, written = county.scalars(select(Incident).order_by(Incident.created_at)).all()
    kinds = county.execute(select(IncidentEntry.kind, IncidentEntry.way)).all()

    assert (late.state, late.first_report_at - late.first_due_at) == ("ended", timedelta(minutes=35))
    assert (written.same_as_id, written.unit_id) == (called.id, called.unit_id)
    assert called.first_report_at == written.first_report_at < called.first_due_at
    assert Counter(tuple(one) for one in kinds) == {
        ("first", "phone"): 1, ("first", "written"): 2, ("linked", "written"): 2, ("follow_up", "written"): 1,
        ("final", "written"): 1,
    }  # fmt: skip
    raised = county.scalars(select(Escalation.state).where(Escalation.incident_id.is_not(None))).all()
    assert list(raised) == ["acted"] * 3


def test_a_roster_has_somebody_who_stands_in_and_one_gap_that_is_an_alarm(county: Session):
    leave = county.scalars(select(RosterLeave)).one()
    alarm = county.scalars(select(Alarm).where(Alarm.kind == "roster_gap", Alarm.cleared_at.is_(None))).one()

    asked = on_duty(county, leave.unit_id, leave.starts_at + timedelta(hours=1))
    assert [(one.assignment_id, one.instead_of) for one in asked] == [(leave.substitute_id, leave.assignment_id)]
    assert alarm.unit_id == leave.unit_id
    assert END < leave.starts_at < END + timedelta(days=7)
    units = county.scalars(select(DutyRoster.unit_id)).all()
    assert len(units) == 2
    assert all(on_duty(county, unit, END) for unit in units)


def test_channels_work_are_not_tried_or_dead_and_nothing_of_the_past_waits_to_be_sent(county: Session):
    board = board_of(county, offices_with_channels(county), now=END + timedelta(hours=10))
    alarm = county.scalars(select(Alarm).where(Alarm.kind == "channel_dead", Alarm.cleared_at.is_(None))).one()
    states = Counter(
        one.state for office in board for one in office.channels if one.endpoint_id and one.kind != "phone"
    )

    assert states == {"works": 6, "dead": 1, "unproven": 2}
    assert alarm.unit_id == board[0].office.unit_id
    assert county.scalars(select(OutboxMessage.id).where(OutboxMessage.state == "due")).all() == []


def test_no_channel_is_anybodys_and_none_leads_outside(county: Session):
    names = [f"{one.name} {one.hint}" for one in county.scalars(select(ChannelEndpoint))]

    assert len(names) == 11
    assert all(".invalid" in one or "尾号 000" in one or "000****0" in one for one in names)
    outward = {kind: type(channel) for kind, channel in wired().channels.items() if kind != "webpush"}
    assert set(outward) == {"wecom", "dingtalk", "feishu", "mail", "sms", "webhook"}
    assert set(outward.values()) == {NowhereChannel}
