"""Daily probes: once a day, in office hours, not where real traffic is proof; what stays silent raises an alarm."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account
from grid_app.models.channel_probes import ChannelProbe
from grid_app.models.channels import Alarm, ChannelEndpoint
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage, PushSubscription
from grid_app.policy import Role
from grid_app.queries.reachability import NONE, board_of, offices_seen
from grid_app.queries.reachability_states import DEAD, SWITCHED_OFF, UNPROVEN, WORKS
from grid_app.services.alarms import raise_alarm
from grid_app.services.channels.forgetting import forget_probes, probes_to_forget, rings_to_forget
from grid_app.services.channels.judging import apply_verdict, judge_channels
from grid_app.services.channels.probing import Plan, Target, ask_probes, due_targets, stop_stale_probes
from grid_app.services.channels.rings import record_ring
from grid_app.services.escalations.subscriptions import BY_PERSON
from tests.channels_world import answer_probe, put_endpoint, put_message, standing_alarms
from tests.escalation_world import add_subscription
from tests.world import NOW, World

HALF_PAST_NINE = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
PLAN = Plan(begins=time(9, 30))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def probe(session: Session, now: datetime, plan: Plan = PLAN) -> list[Target]:
    targets = due_targets(session, plan=plan, now=now, limit=100)
    ask_probes(session, targets, now=now)
    return targets


def judge(session: Session, now: datetime) -> tuple[int, int]:
    return apply_verdict(session, judge_channels(session, now=now), now=now)


def state_of(session: Session, world: World, unit: str, now: datetime) -> str:
    offices = offices_seen(session, world.actor(session, Role.COUNTY_LEAD))
    board = {one.office.unit_id: one for one in board_of(session, offices, now=now)}
    return board[world.units[unit]].state


def test_every_channel_but_telephone_and_paid_texts_is_probed_once_a_day(session: Session, world: World):
    kinds = ("wecom", "dingtalk", "feishu", "mail", "webhook", "sms", "phone")
    for kind in kinds:
        put_endpoint(session, world, kind=kind, at=NOW - 9 * DAY)
    device = add_subscription(session, world, "county_officer")

    first = probe(session, HALF_PAST_NINE)
    again = probe(session, HALF_PAST_NINE + timedelta(minutes=1))
    tomorrow = probe(session, HALF_PAST_NINE + DAY)

    assert {one.kind for one in first} == {*kinds[:5], "webpush"}
    assert again == []
    assert {one.id for one in tomorrow} == {one.id for one in first}
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.subscription_id == device)).all()
    assert {(row.purpose, row.message["urgency"], row.message["title"], bool(row.receipt)) for row in rows} == {
        ("probe", "low", "通道自检", True)
    }


def test_the_same_probe_asked_twice_is_one_message(session: Session, world: World):
    endpoint = put_endpoint(session, world, at=NOW - DAY)
    targets = due_targets(session, plan=PLAN, now=HALF_PAST_NINE, limit=9)

    asked = [ask_probes(session, targets, now=HALF_PAST_NINE) for _ in range(2)]

    assert asked == [1, 0]
    assert session.scalar(select(func.count()).where(OutboxMessage.endpoint_id == endpoint)) == 1
    assert session.scalar(select(func.count()).where(ChannelProbe.endpoint_id == endpoint)) == 1


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [(9, 29, 0), (9, 30, 1), (17, 29, 1), (17, 30, 0), (23, 0, 0), (3, 0, 0)],
)
def test_probes_begin_at_their_hour_and_are_caught_up_with_on_the_same_day_alone(
    session: Session, world: World, hour: int, minute: int, expected: int
):
    put_endpoint(session, world, at=NOW - DAY)
    now = datetime(2026, 11, 20, hour, minute, tzinfo=UTC) - timedelta(hours=8)

    assert len(probe(session, now)) == expected


def test_no_probe_goes_out_on_the_stroke_or_after_office_hours(session: Session, world: World):
    for _ in range(20):
        put_endpoint(session, world, at=NOW - DAY)

    probe(session, HALF_PAST_NINE + 8 * HOUR - timedelta(minutes=1))

    waits = [
        row.due_at - (HALF_PAST_NINE + 8 * HOUR - timedelta(minutes=1))
        for row in session.scalars(select(OutboxMessage))
    ]
    assert min(waits) >= timedelta(minutes=1)
    assert max(waits) <= timedelta(minutes=21)


def test_what_real_traffic_proved_within_a_day_is_left_alone(session: Session, world: World):
    robot, silent = (put_endpoint(session, world, at=NOW - 9 * DAY) for _ in range(2))
    device = add_subscription(session, world, "county_officer")
    put_message(session, at=HALF_PAST_NINE - 23 * HOUR, endpoint=robot)
    put_message(session, at=HALF_PAST_NINE - 25 * HOUR, endpoint=silent)
    put_message(session, at=HALF_PAST_NINE - HOUR, device=device, delivered=True)

    assert [one.id for one in probe(session, HALF_PAST_NINE)] == [silent]


def test_a_failed_real_message_is_no_proof(session: Session, world: World):
    robot = put_endpoint(session, world, at=NOW - 9 * DAY)
    put_message(session, at=HALF_PAST_NINE - HOUR, endpoint=robot, state="failed", code="310000")

    assert [one.id for one in probe(session, HALF_PAST_NINE)] == [robot]


def test_a_paid_text_is_a_probe_only_by_choice(session: Session, world: World):
    put_endpoint(session, world, kind="sms", at=NOW - 9 * DAY)
    weekly = Plan(begins=time(9, 30), sms="weekly")

    asked = [len(probe(session, HALF_PAST_NINE + day * DAY, weekly)) for day in range(8)]

    assert asked == [1, 0, 0, 0, 0, 0, 0, 1]


def test_devices_of_people_who_are_told_nothing_are_left_alone(session: Session, world: World):
    add_subscription(session, world, "grid_worker")
    add_subscription(session, world, "county_officer")
    session.get_one(Account, world.accounts["county_officer"]).disabled_at = NOW - DAY

    assert probe(session, HALF_PAST_NINE) == []


def test_a_probe_that_nobody_sent_in_time_is_stopped(session: Session, world: World):
    put_endpoint(session, world, at=NOW - DAY)
    probe(session, HALF_PAST_NINE)

    early = stop_stale_probes(session, plan=PLAN, now=HALF_PAST_NINE + HOUR)
    late = stop_stale_probes(session, plan=PLAN, now=HALF_PAST_NINE + 2 * HOUR)

    assert (early, late) == (0, 1)


def test_at_night_nothing_of_the_day_is_left_to_wake_people(session: Session, world: World):
    put_endpoint(session, world, at=NOW - DAY)
    probe(session, HALF_PAST_NINE + 8 * HOUR - timedelta(minutes=1))

    assert stop_stale_probes(session, plan=PLAN, now=HALF_PAST_NINE + 8 * HOUR + timedelta(minutes=30)) == 1


def test_a_proof_counts_for_twenty_five_hours(session: Session, world: World):
    robot = put_endpoint(session, world, at=NOW - DAY)
    before = state_of(session, world, "township", HALF_PAST_NINE)
    probe(session, HALF_PAST_NINE)
    answer_probe(session, robot, at=HALF_PAST_NINE)

    after = [state_of(session, world, "township", HALF_PAST_NINE + hours * HOUR) for hours in (24, 25, 26)]

    assert (before, after) == (UNPROVEN, [WORKS, WORKS, UNPROVEN])


def test_a_robot_that_refuses_is_dead_at_once_and_the_alarm_says_what_to_mend(session: Session, world: World):
    robot = put_endpoint(session, world, at=NOW - DAY)
    put_message(session, at=HALF_PAST_NINE - DAY, endpoint=robot)
    put_message(session, at=HALF_PAST_NINE, endpoint=robot, state="failed", code="310000", purpose="probe")

    judge(session, HALF_PAST_NINE)

    text = standing_alarms(session)[f"channel:{robot}"]
    assert state_of(session, world, "township", HALF_PAST_NINE) == DEAD
    assert text.startswith("东河镇人民政府的钉钉群机器人“值班群”从11月20日 09:30起不通。")
    assert "加签" in text
    assert "请青溪县信访工作联席会议办公室告诉安全管理员" in text


def test_a_robot_that_does_not_answer_for_two_hours_is_dead(session: Session, world: World):
    put_endpoint(session, world, at=NOW - DAY)
    probe(session, HALF_PAST_NINE)

    states = [state_of(session, world, "township", HALF_PAST_NINE + hours * HOUR) for hours in (1, 2)]

    assert states == [UNPROVEN, DEAD]


def test_a_device_that_does_not_answer_for_a_day_is_red(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    probe(session, HALF_PAST_NINE)

    states = [state_of(session, world, "county", HALF_PAST_NINE + hours * HOUR) for hours in (23, 24)]
    judge(session, HALF_PAST_NINE + DAY)

    assert states == [UNPROVEN, DEAD]
    text = standing_alarms(session)[f"devices:{world.units['county']}"]
    assert "没有设备回应" in text
    assert "请青溪县信访工作联席会议办公室的值班人员" in text
    assert "county_officer" not in text


def test_one_working_device_is_enough_and_the_next_proof_clears_the_alarm(session: Session, world: World):
    first = add_subscription(session, world, "county_officer")
    probe(session, HALF_PAST_NINE)
    raised = judge(session, HALF_PAST_NINE + DAY)
    again = judge(session, HALF_PAST_NINE + DAY)
    answer_probe(session, first, at=HALF_PAST_NINE + 25 * HOUR)

    cleared = judge(session, HALF_PAST_NINE + 25 * HOUR)

    assert (raised, again, cleared) == ((1, 0), (0, 0), (0, 1))
    assert standing_alarms(session) == {}
    assert session.scalars(select(Alarm.cleared_why)).one() == "自检又通过了"


def test_the_last_device_of_an_office_that_is_gone_names_who_must_act(session: Session, world: World):
    device = add_subscription(session, world, "county_officer")
    row = session.get_one(PushSubscription, device)
    row.dropped_at, row.dropped_reason = HALF_PAST_NINE, "push service answered 410"

    judge(session, HALF_PAST_NINE + HOUR)

    assert "最后一台" in standing_alarms(session)[f"devices:{world.units['county']}"]
    assert state_of(session, world, "county", HALF_PAST_NINE + HOUR) == NONE


def test_what_the_outbox_has_said_already_is_not_said_twice(session: Session, world: World):
    robot = put_endpoint(session, world, at=NOW - DAY)
    put_message(session, at=HALF_PAST_NINE, endpoint=robot, state="failed", code="310000")
    raise_alarm(
        session, kind="channel_misconfigured", key=f"channel_misconfigured:{robot}", text="设置有误",
        division_code="990101001", now=HALF_PAST_NINE,
    )  # fmt: skip

    assert judge(session, HALF_PAST_NINE) == (0, 0)


def test_a_device_that_its_person_switched_off_is_no_trouble(session: Session, world: World):
    device = add_subscription(session, world, "county_officer")
    row = session.get_one(PushSubscription, device)
    row.dropped_at, row.dropped_reason = HALF_PAST_NINE, BY_PERSON

    assert judge(session, HALF_PAST_NINE + HOUR) == (0, 0)
    assert SWITCHED_OFF == BY_PERSON


def test_an_office_without_any_channel_says_so_and_a_telephone_does_not_help(session: Session, world: World):
    put_endpoint(session, world, kind="phone", at=NOW - DAY)

    assert state_of(session, world, "township", NOW) == NONE


def test_a_telephone_works_after_a_ring_that_somebody_took_and_for_a_quarter(session: Session, world: World):
    officer, township = world.actor(session, Role.COUNTY_OFFICER), world.units["township"]

    def phone(now: datetime) -> str:
        board = board_of(session, offices_seen(session, officer), now=now)
        return next(one.of_kind("phone")[0].state for one in board if one.office.unit_id == township)

    states = [phone(NOW)]
    record_ring(session, unit_id=township, outcome="answered", actor=officer, now=NOW)
    states += [phone(NOW), phone(NOW + 93 * DAY)]
    record_ring(session, unit_id=township, outcome="wrong_number", actor=officer, now=NOW + DAY)

    assert [*states, phone(NOW + DAY)] == [UNPROVEN, WORKS, UNPROVEN, DEAD]


def test_who_sees_which_offices(session: Session, world: World):
    def seen(role: str) -> set[str]:
        names = {value: key for key, value in world.units.items()}
        return {names[one.unit_id] for one in offices_seen(session, world.actor(session, role))}

    every = {"county", "county_lead", "township", "township2"}
    assert seen("county_lead") == seen("county_officer") == seen("security_admin") == seen("sysadmin") == every
    assert seen("township_lead") == {"township"}
    assert seen("township_officer") == seen("grid_worker") == seen("auditor") == set()


def test_probes_are_forgotten_after_thirty_days_and_rings_after_a_year(session: Session, world: World):
    put_endpoint(session, world, at=NOW - DAY)
    probe(session, HALF_PAST_NINE)
    message = session.scalars(select(OutboxMessage)).one()
    message.state = "sent"
    session.add(DeliveryAttempt(outbox_id=message.id, at=HALF_PAST_NINE, outcome="sent"))
    record_ring(
        session, unit_id=world.units["township"], outcome="answered", now=HALF_PAST_NINE,
        actor=world.actor(session, Role.COUNTY_OFFICER),
    )  # fmt: skip

    def forget(now: datetime) -> tuple[int, int, int]:
        messages = probes_to_forget(session, now=now, limit=9)
        forget_probes(session, messages, rings_to_forget(session, now=now, limit=9))
        return tuple(  # type: ignore[return-value]
            session.scalar(select(func.count()).select_from(table))
            for table in (OutboxMessage, DeliveryAttempt, ChannelProbe)
        )

    kept = [forget(HALF_PAST_NINE + days * DAY) for days in (30, 31, 401)]

    assert kept == [(1, 1, 2), (0, 0, 1), (0, 0, 0)]
    assert session.scalars(select(ChannelEndpoint)).all()
