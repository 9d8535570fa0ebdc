"""Rates of robots and numbers are kept by all dispatchers together; what does not fit goes out as one digest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import RateBucket
from grid_app.models.escalations import Escalation, OutboxMessage
from notifications.dispatcher import DispatchReport, dispatch_batch
from notifications.messages import RetryLater
from tests.escalation_world import add_dispute, raise_for
from tests.fakes import FrozenClock
from tests.outbox_world import CountingRobot, add_endpoint, outbox_at, put
from tests.world import NOW, World, build_world

LATER = NOW + timedelta(minutes=7)  # clear of the full hour, at which Feishu is left alone


@pytest.fixture
def county(engine: Engine) -> World:
    with transaction(engine) as session:
        return build_world(session)


def _fill(engine: Engine, county: World, kind: str, count: int, *, purpose: str = "escalation") -> UUID:
    with transaction(engine) as session:
        endpoint = add_endpoint(session, county.units["county"], kind)
        for _ in range(count):
            put(session, channel=kind, endpoint=endpoint, purpose=purpose)
        return endpoint


def _drain(engine: Engine, robot: CountingRobot, clock: FrozenClock, name: str = "w") -> DispatchReport:
    total, outbox = DispatchReport(), outbox_at(engine)
    while (batch := dispatch_batch(outbox, {robot.kind: robot}, clock, worker=name)).claimed:
        total += batch
    return total


def _states(engine: Engine) -> dict[str, int]:
    with reading(engine) as session:
        states = session.scalars(select(OutboxMessage.state)).all()
    return {state: states.count(state) for state in states}


def test_what_a_robot_may_not_be_told_one_by_one_goes_out_in_one_digest(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock)
    _fill(engine, county, "wecom", 30)

    _drain(engine, robot, clock)

    assert len(robot.taken) == 18
    assert robot.taken[-1][1].title == "13件事项待确认"
    assert _states(engine) == {"sent": 18, "merged": 13}
    with reading(engine) as session:
        merged = session.execute(
            select(OutboxMessage.merged_into, OutboxMessage.finished_at).where(OutboxMessage.state == "merged")
        ).all()
        assert len({row.merged_into for row in merged}) == 1
        assert {row.finished_at for row in merged} == {LATER}


def test_what_comes_while_there_is_no_room_joins_the_digest_that_waits(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock)
    endpoint = _fill(engine, county, "wecom", 18)
    _drain(engine, robot, clock)

    for _ in range(3):
        clock.advance(timedelta(seconds=1))
        with transaction(engine) as session:
            put(session, channel="wecom", endpoint=endpoint)
            put(session, channel="wecom", endpoint=endpoint)
        assert _drain(engine, robot, clock) == DispatchReport()
    clock.advance(timedelta(seconds=58))
    _drain(engine, robot, clock)

    assert [message.title for _, message in robot.taken[18:]] == ["6件事项待确认"]
    assert _states(engine) == {"sent": 19, "merged": 6}


def test_a_test_is_never_merged_and_waits_for_its_slot(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock)
    _fill(engine, county, "wecom", 20, purpose="test")

    first = _drain(engine, robot, clock)
    clock.advance(timedelta(seconds=60))
    second = _drain(engine, robot, clock)

    assert (first.sent, second.sent) == (18, 2)
    assert _states(engine) == {"sent": 20}


def test_what_is_taken_up_meanwhile_is_left_out_of_the_digest(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock)
    endpoint = _fill(engine, county, "wecom", 18)
    _drain(engine, robot, clock)
    with transaction(engine) as session:
        raised = [raise_for(session, add_dispute(session, county, number=number)) for number in range(1, 4)]
        for escalation in raised:
            put(session, channel="wecom", endpoint=endpoint, escalation=escalation)
    _drain(engine, robot, clock)
    with transaction(engine) as session:
        session.get_one(Escalation, raised[0]).state = "acknowledged"
    clock.advance(timedelta(seconds=61))

    _drain(engine, robot, clock)

    assert [message.title for _, message in robot.taken[18:]] == ["2件事项待确认（最高红）"]
    with reading(engine) as session:
        stopped = session.scalars(select(OutboxMessage.escalation_id).where(OutboxMessage.state == "stopped"))
        assert set(stopped) == {raised[0]}


@pytest.mark.parametrize(("kind", "most", "seconds"), [("wecom", 18, 60), ("dingtalk", 18, 60), ("feishu", 5, 1)])
def test_two_dispatchers_at_once_never_exceed_a_rate(engine: Engine, county: World, kind: str, most: int, seconds: int):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock, kind)
    endpoint = _fill(engine, county, kind, 40)

    with ThreadPoolExecutor(3) as pool:
        for turn in range(4):
            list(pool.map(lambda name: _drain(engine, robot, clock, f"w{name}"), range(3)))
            clock.advance(timedelta(seconds=seconds * 0.4))
            with transaction(engine) as session:
                for _ in range(10 - turn):
                    put(session, channel=kind, endpoint=endpoint)
        clock.advance(timedelta(hours=1, minutes=1))
        _drain(engine, robot, clock)

    assert most == robot.most_within(seconds)
    assert set(_states(engine)) == {"sent", "merged"}


def test_a_number_is_called_once_a_minute_and_five_times_an_hour(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock, "sms")
    endpoint = _fill(engine, county, "sms", 1)

    for _ in range(120):
        _drain(engine, robot, clock)
        clock.advance(timedelta(seconds=30))
        with transaction(engine) as session:
            put(session, channel="sms", endpoint=endpoint)

    assert (robot.most_within(60), robot.most_within(3600)) == (1, 5)


def test_a_robot_that_is_blocked_is_left_alone_by_everybody(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    endpoint = _fill(engine, county, "dingtalk", 1)
    outbox = outbox_at(engine)
    (claimed,) = outbox.claim(clock.now(), limit=5, lease=timedelta(minutes=2), worker="a")
    outbox.record(
        claimed, RetryLater(600, "130101", ""), now=clock.now(), retry_at=clock.now() + timedelta(seconds=600)
    )
    with transaction(engine) as session:
        put(session, channel="dingtalk", endpoint=endpoint)
        put(session, channel="dingtalk", endpoint=endpoint)
    robot = CountingRobot(clock, "dingtalk")

    too_soon = _drain(engine, robot, clock)
    clock.advance(timedelta(seconds=601))
    _drain(engine, robot, clock)

    assert too_soon == DispatchReport()
    assert sorted(message.title for _, message in robot.taken) == ["2件事项待确认", "请确认收到：2026-1（红）"]


def test_a_worker_that_died_keeps_its_slots_until_its_lease_is_over(engine: Engine, county: World):
    lease, outbox = timedelta(minutes=2), outbox_at(engine)
    _fill(engine, county, "wecom", 18)
    outbox.claim(LATER, limit=50, lease=lease, worker="dies")

    clock = FrozenClock(LATER + lease)
    robot = CountingRobot(clock)
    _drain(engine, robot, clock)
    at_once = len(robot.taken)
    clock.advance(timedelta(seconds=60))
    _drain(engine, robot, clock)

    assert at_once == 0
    assert [message.title for _, message in robot.taken] == ["18件事项待确认"]


def test_feishu_is_left_alone_at_full_and_half_hours(engine: Engine, county: World):
    hour = NOW.replace(minute=0, second=0) + timedelta(hours=1)
    clock = FrozenClock(hour - timedelta(seconds=1))
    robot = CountingRobot(clock, "feishu")
    _fill(engine, county, "feishu", 2)

    for _ in range(15):
        _drain(engine, robot, clock)
        clock.advance(timedelta(seconds=1))

    assert [moment - hour.timestamp() for moment, _ in robot.taken] == [8.0, 8.0]


def test_a_clock_put_back_does_not_stop_a_robot_for_long(engine: Engine, county: World):
    clock = FrozenClock(LATER + timedelta(hours=1))
    robot = CountingRobot(clock)
    endpoint = _fill(engine, county, "wecom", 18)
    _drain(engine, robot, clock)
    clock.advance(-timedelta(hours=1))
    with transaction(engine) as session:
        put(session, channel="wecom", endpoint=endpoint)

    _drain(engine, robot, clock)
    clock.advance(timedelta(seconds=61))
    _drain(engine, robot, clock)

    assert len(robot.taken) == 19
    with reading(engine) as session:
        assert session.scalars(select(RateBucket)).one().key == f"wecom:{endpoint}"


def test_a_worker_that_died_under_a_clock_that_was_ahead_blocks_no_number_until_then(engine: Engine, county: World):
    clock = FrozenClock(LATER)
    robot = CountingRobot(clock, "sms")
    _fill(engine, county, "sms", 1)
    outbox_at(engine).claim(LATER + timedelta(hours=1), limit=1, lease=timedelta(minutes=2), worker="dead")

    for _ in range(2):
        _drain(engine, robot, clock)
        clock.advance(timedelta(seconds=61))

    assert len(robot.taken) == 1
