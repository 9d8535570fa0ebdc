"""What the board says by proof: works, not proved, dead, no channel at all; alarms that name who must act."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.channels import Alarm
from grid_app.models.escalations import PushSubscription
from grid_app.policy import Role
from grid_app.queries.reachability import NONE, board_of, offices_seen
from grid_app.queries.reachability_states import DEAD, SWITCHED_OFF, UNPROVEN, WORKS
from grid_app.services.alarms import raise_alarm
from grid_app.services.channels.judging import apply_verdict, judge_channels
from grid_app.services.channels.probing import Plan, ask_probes, due_targets
from grid_app.services.channels.rings import record_ring
from grid_app.services.escalations.subscriptions import BY_PERSON
from tests.channels_world import answer_probe, put_endpoint, put_message, standing_alarms
from tests.escalation_world import add_subscription
from tests.world import NOW, World

HALF_PAST_NINE = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
PLAN = Plan(begins=time(9, 30))
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def probe(session: Session, now: datetime) -> None:
    ask_probes(session, due_targets(session, plan=PLAN, now=now, limit=100), now=now)


def judge(session: Session, now: datetime) -> tuple[int, int]:
    return apply_verdict(session, judge_channels(session, now=now), now=now)


def state_of(session: Session, world: World, unit: str, now: datetime) -> str:
    offices = offices_seen(session, world.actor(session, Role.COUNTY_LEAD))
    board = {one.office.unit_id: one for one in board_of(session, offices, now=now)}
    return board[world.units[unit]].state


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
