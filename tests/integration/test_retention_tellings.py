"""Words that offices write about alerts and calls: they go after their period, what happened and every count stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import AuditEvent
from grid_app.models.channels import Alarm, PhoneCall
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, EscalationEvent
from grid_app.models.policies import PolicyVersion
from grid_app.models.retention import RetentionHold
from grid_app.policy import Role
from grid_app.queries.retention import count_due, due_alarms, due_calls, due_tellings
from grid_app.services.alarms import clear_alarm, clear_by_hand, raise_alarm
from grid_app.services.duty_roster.keeping import forget_past
from grid_app.services.escalations.answering import hand_over, say_acted
from grid_app.services.escalations.taking import acknowledge
from grid_app.services.retention.periods import first_periods, periods_on
from grid_app.services.retention.removal import bounds_of, clear_alarm_words, clear_calls, clear_tellings
from tests.escalation_world import add_dispute, kinds_of, raise_for
from tests.roster_world import County
from tests.world import NOW, World

DAY = timedelta(days=1)
YEAR = NOW + 366 * DAY
WHY = "本单位当天没有人能到现场"


@pytest.fixture
def told(session: Session, world: World) -> UUID:
    """Give an escalation that was handed over once, taken up and acted on, of a matter that has ended."""
    dispute = add_dispute(session, world)
    escalation = raise_for(session, dispute, reason="村口有人拦路")
    officer, lead = world.actor(session, Role.COUNTY_OFFICER), world.actor(session, Role.COUNTY_LEAD)
    hand_over(session, escalation_id=escalation, to_unit=world.units["county_lead"], reason=WHY, actor=officer, now=NOW)
    acknowledge(session, escalation_id=escalation, actor=lead, now=NOW + DAY / 24)
    say_acted(session, escalation_id=escalation, actor=lead, now=NOW + DAY / 12)
    row = session.get_one(Dispute, dispute)
    row.state, row.closed_at = "closed", NOW + DAY
    session.flush()
    return escalation


def due(session: Session, now: datetime = YEAR) -> list[UUID]:
    return due_tellings(session, bounds_of(session, now=now), size=10)


def handed(session: Session, escalation: UUID) -> dict[str, object]:
    session.flush()
    session.expire_all()
    question = select(EscalationEvent.details).where(
        EscalationEvent.escalation_id == escalation, EscalationEvent.kind == "handed_over"
    )
    return dict(session.scalars(question).one())


def test_reasons_of_an_alert_and_of_its_hand_overs_go_after_a_year_and_its_course_stays(session, world, told):
    steps = kinds_of(session, told)
    assert handed(session, told)["reason"] == WHY
    assert due(session, NOW + 364 * DAY) == []
    assert due(session) == [told]

    assert clear_tellings(session, due(session), now=YEAR) == 1

    details = handed(session, told)
    assert set(details) == {"to", "to_name"}
    row = session.get_one(Escalation, told)
    assert (row.reason, row.state, row.grade, row.acted_at) == ("", "acted", "red", NOW + DAY / 12)
    assert kinds_of(session, told) == steps
    assert due(session) == []
    audited = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert (audited.action, audited.details) == ("retention.cleared", {"escalations": 1})


def test_an_alert_that_waits_or_whose_matter_is_open_or_held_keeps_its_reason(session, world, told):
    waiting = raise_for(session, add_dispute(session, world, number=2))
    session.flush()
    assert waiting not in due(session)
    row = session.get_one(Dispute, session.get_one(Escalation, told).dispute_id)

    row.state = "handling"
    session.flush()
    assert due(session) == []
    row.state = "closed"
    by = world.assignments[Role.COUNTY_OFFICER]
    session.add(RetentionHold(dispute_id=row.id, reason="法院要调取", set_at=NOW, set_by=by))
    session.flush()
    assert due(session) == []
    session.get_one(RetentionHold, row.id).lifted_at = NOW
    session.flush()
    assert due(session) == [told]


def test_a_reason_of_a_hand_over_goes_although_the_alert_itself_gave_none(session, told):
    session.get_one(Escalation, told).reason = ""
    session.flush()

    assert due(session) == [told]
    clear_tellings(session, [told], now=YEAR)
    assert due(session) == []


def test_who_answered_a_call_goes_after_a_year_and_that_it_was_made_stays(session, world, told):
    by = world.assignments[Role.COUNTY_OFFICER]
    made = {"escalation_id": told, "unit_id": world.units["township"], "rung": 7, "asked_at": NOW}
    answered = {"called_at": NOW, "recorded_at": NOW, "recorded_by": by}
    session.add_all([
        PhoneCall(outcome="answered", answered_by="值班员", **made, **answered),
        PhoneCall(outcome="no_answer", **made, **answered),
        PhoneCall(**made),
    ])  # fmt: skip
    session.flush()
    assert due_calls(session, bounds_of(session, now=NOW + 364 * DAY), size=10) == []
    bounds = bounds_of(session, now=YEAR)
    assert count_due(session, bounds)["calls"] == 1

    assert clear_calls(session, due_calls(session, bounds, size=10), now=YEAR) == 1

    session.expire_all()
    asked = select(PhoneCall.outcome, PhoneCall.answered_by, PhoneCall.called_at).where(PhoneCall.rung == 7)
    calls = [tuple(row) for row in session.execute(asked)]
    assert sorted(calls, key=str) == [("", "", None), ("answered", "", NOW), ("no_answer", "", NOW)]
    assert due_calls(session, bounds, size=10) == []


def test_how_an_alarm_was_seen_to_goes_after_a_year_and_that_it_stood_stays(session, world):
    for key in ("by hand", "by itself", "standing"):
        raise_alarm(session, kind="audit_difference", key=key, text="请查", division_code="990101", now=NOW)
    session.flush()
    alarms = {row.key: row for row in session.scalars(select(Alarm))}
    lead = world.actor(session, Role.COUNTY_LEAD)
    clear_by_hand(session, alarm_id=alarms["by hand"].id, why="已打电话落实", actor=lead, now=NOW)
    clear_alarm(session, key="by itself", now=NOW)
    assert due_alarms(session, bounds_of(session, now=NOW + 364 * DAY), size=10) == []
    bounds = bounds_of(session, now=YEAR)
    assert count_due(session, bounds)["alarms"] == 1

    assert clear_alarm_words(session, due_alarms(session, bounds, size=10), now=YEAR) == 1

    session.expire_all()
    one = alarms["by hand"]
    assert (one.cleared_why, one.cleared_at, one.cleared_by) == ("", NOW, lead.assignment_id)
    assert alarms["by itself"].cleared_why != ""
    assert due_alarms(session, bounds, size=10) == []


def test_a_county_may_keep_its_rosters_for_less_than_ninety_days(session, world):
    county = County(session, world)
    county.shift(-1, 8, county.first)
    rows = [{"code": one.code, "days": 40 if one.code == "roster" else one.days, "basis": "本县规定"}
            for one in first_periods().rows]  # fmt: skip
    begin = (NOW - DAY).date()
    session.add(
        PolicyVersion(code="retention", version=2, rows=rows, basis="本县规定", valid_from=begin, created_at=NOW)
    )
    session.flush()

    assert periods_on(session, NOW.date()).days("roster") == 40
    assert forget_past(session, now=NOW + 40 * DAY)["shifts"] == 0
    assert forget_past(session, now=NOW + 41 * DAY)["shifts"] == 1
