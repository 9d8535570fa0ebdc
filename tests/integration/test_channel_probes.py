"""Daily probes: once a day, in office hours, not where real traffic is proof; what stays silent raises an alarm."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account
from grid_app.models.channel_probes import ChannelProbe
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage
from grid_app.policy import Role
from grid_app.services.channels.forgetting import forget_probes, probes_to_forget, rings_to_forget
from grid_app.services.channels.probing import Plan, Target, ask_probes, due_targets, stop_stale_probes
from grid_app.services.channels.rings import record_ring
from grid_app.services.channels.testing import send_endpoint_test
from notifications.messages import Message, dedupe_id
from tests.channels_world import put_endpoint, put_message
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


def test_no_far_end_takes_the_probe_or_test_of_today_for_that_of_yesterday(session: Session, world: World):
    mail = put_endpoint(session, world, kind="mail", at=NOW - DAY)
    for day in range(2):
        probe(session, HALF_PAST_NINE + day * DAY)
        admin = world.actor(session, Role.SYSADMIN)
        send_endpoint_test(session, endpoint_id=mail, actor=admin, now=HALF_PAST_NINE + day * DAY)

    rows = session.scalars(select(OutboxMessage)).all()
    assert len({dedupe_id(Message(**row.message | {"receipt": row.receipt})) for row in rows}) == len(rows) == 4


def test_a_probe_whose_sender_died_is_stopped_like_any_other_and_one_under_way_is_not(session: Session, world: World):
    put_endpoint(session, world, at=NOW - DAY)
    probe(session, HALF_PAST_NINE)
    row = session.scalars(select(OutboxMessage)).one()
    row.lease_token, row.leased_until = "dead", HALF_PAST_NINE + 2 * HOUR
    session.flush()

    under_way = stop_stale_probes(session, plan=PLAN, now=HALF_PAST_NINE + 2 * HOUR - timedelta(seconds=1))
    after = stop_stale_probes(session, plan=PLAN, now=HALF_PAST_NINE + 2 * HOUR)

    assert (under_way, after) == (0, 1)


def test_at_night_nothing_of_the_day_is_left_to_wake_people(session: Session, world: World):
    put_endpoint(session, world, at=NOW - DAY)
    probe(session, HALF_PAST_NINE + 8 * HOUR - timedelta(minutes=1))

    assert stop_stale_probes(session, plan=PLAN, now=HALF_PAST_NINE + 8 * HOUR + timedelta(minutes=30)) == 1


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
