"""What happens to an escalation once raised: held at night, repeated, left lying, acted on, passed on, rung up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError
from grid_app.models.channels import Alarm, ChannelEndpoint
from grid_app.models.disputes import DisputeEvent
from grid_app.models.escalations import Escalation, EscalationEvent, EscalationPolicy, InboxItem, OutboxMessage
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.services.escalations.answering import (
    say_acted,
)
from grid_app.services.escalations.events import DAY
from grid_app.services.escalations.ladder_rows import AfterTaking, RungRow
from grid_app.services.escalations.ladders import save_ladder, seed_ladders
from grid_app.services.escalations.steps import raise_escalation, step_up_due
from grid_app.services.escalations.taking import acknowledge
from grid_app.vocabulary.categories import name_of
from tests.escalation_world import VILLAGE, add_dispute, add_subscription, kinds_of, raise_for
from tests.rounds_world import closed_round
from tests.world import NOW, World, add_account

NIGHT = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # Friday 23:00 in Shanghai
SATURDAY_EIGHT = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
MONDAY_EIGHT = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
COUNTY_FIRST = (
    RungRow("county_office", 480, 120, ("inbox", "webpush", "wecom", "phone")),
    RungRow("county_lead_office", 480, 120, ("inbox", "webpush")),
)


def _policy(
    session: Session, world: World, *rungs: RungRow, after: AfterTaking | None = None, kind: str = "grade_red"
) -> None:
    seed_ladders(session, NOW)
    newest = session.scalar(select(func.max(EscalationPolicy.version)).filter_by(event_kind=kind)) or 0
    save_ladder(
        session, event_kind=kind, rungs=rungs or COUNTY_FIRST, basis="本县规定", replaces=newest,
        actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW, after=after or AfterTaking(),
    )  # fmt: skip


def _raised(session: Session, world: World, **given: object) -> Escalation:
    found = raise_for(session, add_dispute(session, world), **given)
    assert found is not None
    return session.get_one(Escalation, found)


def _due(session: Session, escalation_id: UUID) -> list[datetime]:
    question = select(OutboxMessage.due_at).where(OutboxMessage.escalation_id == escalation_id)
    return list(session.scalars(question.order_by(OutboxMessage.due_at)))


def _take(session: Session, world: World, escalation: Escalation, *, at: datetime) -> None:
    acknowledge(session, escalation_id=escalation.id, actor=world.actor(session, Role.COUNTY_OFFICER), now=at)
    session.refresh(escalation)


def test_what_climbs_keeps_the_ladder_it_began_with(session: Session, world: World):
    escalation = _raised(session, world)
    _policy(session, world, RungRow("township_government", 5, 5, ("inbox",)), COUNTY_FIRST[0])

    step_up_due(session, now=NOW + 2 * HOUR)

    session.refresh(escalation)
    assert escalation.rung == 1
    assert escalation.ladder["version"] == 1
    assert escalation.rung_due_at == NOW + 4 * HOUR


def test_at_night_the_inbox_has_it_at_once_and_phones_in_the_morning(session: Session, world: World):
    add_subscription(session, world, "county_officer")

    escalation = _raised(session, world, now=NIGHT)

    assert session.scalar(select(InboxItem.created_at).where(InboxItem.escalation_id == escalation.id)) == NIGHT
    assert _due(session, escalation.id) == [SATURDAY_EIGHT]
    assert escalation.next_step_at == SATURDAY_EIGHT + 2 * HOUR
    told = session.scalars(select(EscalationEvent).where(EscalationEvent.kind == "told")).one()
    assert datetime.fromisoformat(told.details["held_until"]) == SATURDAY_EIGHT


def test_what_is_not_red_waits_for_a_working_day(session: Session, world: World):
    add_subscription(session, world, "county_officer")

    escalation = _raised(session, world, event_kind="finding_confirmed", grade="yellow", now=NIGHT)

    assert _due(session, escalation.id) == [MONDAY_EIGHT]


@pytest.mark.parametrize(("kind", "danger"), [("grade_red", True), ("safety_duty", False)])
def test_danger_breaks_the_quiet_of_the_night(session: Session, world: World, kind: str, danger: bool):
    add_subscription(session, world, "county_officer")

    found = raise_escalation(
        session, event_kind=kind, dispute_id=add_dispute(session, world), division_code=VILLAGE, category="0101",
        grade="red", reason="有人身危险", now=NIGHT, danger=danger,
    )  # fmt: skip

    assert _due(session, found) == [NIGHT]


def test_a_rung_is_knocked_at_again_while_nobody_answers(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    _policy(session, world, replace(COUNTY_FIRST[0], repeat_minutes=50), COUNTY_FIRST[1])
    escalation = _raised(session, world)

    looks = [step_up_due(session, now=NOW + timedelta(minutes=n)) for n in (49, 50, 51, 100, 119, 120)]

    assert looks == [0, 1, 0, 1, 0, 1]
    assert kinds_of(session, escalation.id) == ["opened", "told", "repeated", "repeated", "climbed", "told"]
    assert len(_due(session, escalation.id)) == 3
    assert session.scalar(select(func.count()).select_from(InboxItem)) == 2


def test_a_matter_taken_up_and_left_lying_waits_again(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    _policy(session, world, after=AfterTaking(idle_minutes=60))
    escalation = _raised(session, world)
    _take(session, world, escalation, at=NOW + HOUR)

    assert step_up_due(session, now=NOW + timedelta(minutes=119)) == 0
    assert step_up_due(session, now=NOW + 2 * HOUR) == 1

    session.refresh(escalation)
    assert (escalation.state, escalation.rung, escalation.acknowledged_unit_id) == ("open", 0, None)
    assert escalation.next_step_at == NOW + 4 * HOUR
    assert kinds_of(session, escalation.id) == ["opened", "told", "acknowledged", "idle", "told"]
    states = session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.created_at)).all()
    assert states == ["stopped", "due"]


def test_a_step_of_the_office_in_the_matter_counts_as_acting(session: Session, world: World):
    _policy(session, world, after=AfterTaking(idle_minutes=60))
    escalation = _raised(session, world)
    _take(session, world, escalation, at=NOW)
    session.add(
        DisputeEvent(
            dispute_id=escalation.dispute_id, number=1, at=NOW + timedelta(minutes=30), kind="noted", details={},
            assignment_id=world.assignments[Role.COUNTY_OFFICER],
        )
    )  # fmt: skip

    step_up_due(session, now=NOW + HOUR)

    session.refresh(escalation)
    assert (escalation.state, escalation.acted_at) == ("acted", NOW + timedelta(minutes=30))
    assert step_up_due(session, now=NOW + timedelta(days=9)) == 0


def test_a_step_of_another_office_does_not(session: Session, world: World):
    _policy(session, world, after=AfterTaking(idle_minutes=60))
    escalation = _raised(session, world)
    _take(session, world, escalation, at=NOW)
    session.add(
        DisputeEvent(
            dispute_id=escalation.dispute_id, number=1, at=NOW + timedelta(minutes=30), kind="noted", details={},
            assignment_id=world.assignments[Role.TOWNSHIP_OFFICER],
        )
    )  # fmt: skip

    step_up_due(session, now=NOW + HOUR)

    session.refresh(escalation)
    assert escalation.state == "open"


def test_only_the_office_that_took_it_up_says_that_it_has_acted(session: Session, world: World):
    escalation = _raised(session, world)
    officer = world.actor(session, Role.COUNTY_OFFICER)
    with pytest.raises(ConflictError, match="已确认收到"):
        say_acted(session, escalation_id=escalation.id, actor=officer, now=NOW)
    _take(session, world, escalation, at=NOW)
    with pytest.raises(ConflictError, match="别的单位"):
        say_acted(session, escalation_id=escalation.id, actor=world.actor(session, Role.COUNTY_LEAD), now=NOW)

    say_acted(session, escalation_id=escalation.id, actor=officer, now=NOW + HOUR)

    assert (escalation.state, escalation.acted_at) == ("acted", NOW + HOUR)
    assert kinds_of(session, escalation.id)[-1] == "acted"


def test_the_alarm_of_an_exhausted_ladder_stands_until_an_office_takes_it_up(session: Session, world: World):
    escalation = _raised(session, world)
    for hours in (2, 4, 6):
        step_up_due(session, now=NOW + hours * HOUR)
    alarm = session.scalars(select(Alarm)).one()
    assert (alarm.kind, alarm.cleared_at, alarm.division_code) == ("exhausted", None, "990101")

    _take(session, world, escalation, at=NOW + timedelta(days=1))

    session.refresh(alarm)
    assert alarm.cleared_at == NOW + timedelta(days=1)


def test_each_endpoint_of_the_office_that_the_rung_names_gets_a_message(session: Session, world: World):
    for kind, disabled in (("wecom", None), ("mail", None), ("wecom", NOW)):
        session.add(
            ChannelEndpoint(
                id=new_id(), unit_id=world.units["county"], kind=kind, name="群", sealed="k1.x", created_at=NOW,
                disabled_at=disabled,
            )
        )  # fmt: skip
    _policy(session, world)

    escalation = _raised(session, world)

    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.escalation_id == escalation.id)).all()
    assert [(row.channel, row.unit_id, row.subscription_id) for row in rows] == [("wecom", world.units["county"], None)]
    assert len({row.receipt for row in rows} - {""}) == 1


@pytest.mark.parametrize(("category", "device_reads"), [("1502", "限知悉事项"), ("1601", name_of("1601"))])
def test_a_group_reads_nothing_of_a_matter_that_not_everybody_may_know(
    session: Session, world: World, category: str, device_reads: str
):
    for unit, name in (("county", "county_officer"), ("county_lead", "county_lead")):
        add_subscription(session, world, name)
        session.add(
            ChannelEndpoint(
                id=new_id(), unit_id=world.units[unit], kind="wecom", name="群", sealed="k1.x", created_at=NOW
            )
        )
    session.flush()

    found = raise_for(session, add_dispute(session, world, category=category), category=category)

    told = {row.channel: row.message for row in session.scalars(select(OutboxMessage)).all()}
    assert told["webpush"]["case_code"] == "990101-2026-00001"
    assert device_reads in told["webpush"]["body"]
    assert told["wecom"]["case_code"] == session.get_one(Escalation, found).code
    assert told["wecom"]["body"].startswith("详情请登录查看，限知悉事项，")


def test_a_rung_for_one_role_knocks_at_those_devices_and_at_all_where_there_are_none(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    other = add_account(session, world, "second_officer", role=Role.SECURITY_ADMIN, unit="county", division="990101")
    _policy(session, world, replace(COUNTY_FIRST[0], whom="county_officer"), COUNTY_FIRST[1])
    first = _raised(session, world)
    _policy(session, world, replace(COUNTY_FIRST[0], whom="township_lead"), COUNTY_FIRST[1])
    second = raise_for(session, add_dispute(session, world, number=2))

    assert len(_due(session, first.id)) == len(_due(session, second)) == 1
    assert other


def test_a_round_is_a_cause_of_its_own(session: Session, world: World):
    round_id = closed_round(session, now=NOW, closed=False)

    raised = raise_escalation(
        session, event_kind="round_missing", round_id=round_id, division_code="990101001", category="", grade="yellow",
        reason="还有 2 个村没有回报。", now=NOW,
    )  # fmt: skip

    escalation = session.get_one(Escalation, raised)
    assert (escalation.round_id, escalation.state) == (round_id, "open")
    assert session.get_one(Division, escalation.division_code).level == "township"
    assert escalation.next_step_at == NOW + timedelta(minutes=DAY)
