"""From the outbox row to the phone, against a push service that decrypts; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import deliver_job, report_in_words, send_due_messages
from grid_app.models.accounts import Notice
from grid_app.models.channels import Alarm
from grid_app.models.escalations import DeliveryAttempt, InboxItem, OutboxMessage, PushSubscription
from grid_app.policy import Role
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.subscriptions import send_test, subscribe
from grid_app.services.escalations.taking import acknowledge
from grid_app.wiring import wired
from notifications.dispatcher import DispatchReport
from notifications.messages import PushTarget, RetryLater, topic_of
from notifications.vapid import keypair_of
from tests.escalation_world import add_dispute, raise_for
from tests.fakes import FrozenClock
from tests.push_receiver import Answer, PushReceiver, target_of
from tests.world import NOW, World


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    with PushReceiver() as started:
        yield started


def _subscribe(world: World, receiver: PushReceiver, name: str, *, target: PushTarget | None = None) -> PushTarget:
    public = keypair_of(wired().keys.vapid_private).public_b64url
    found = target or target_of(receiver.subscription(public))
    with transaction() as session:
        actor = world.actor(session, name)
        subscribe(session, target=found, label="手机", actor=actor, now=NOW)
    return found


def _raise(world: World, number: int = 1) -> str:
    with transaction() as session:
        return str(raise_for(session, add_dispute(session, world, number=number)))


def _states() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(OutboxMessage.state).order_by(OutboxMessage.id)))


def test_nothing_due_sends_nothing(app: Flask, app_world: World):
    assert send_due_messages() == DispatchReport()
    assert deliver_job() == ""
    assert report_in_words(DispatchReport()) == "没有到期的推送。"


def test_a_subscription_that_is_gone_is_dropped_and_its_person_told(
    app: Flask, app_world: World, receiver: PushReceiver
):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    receiver.answer_next(Answer(410))

    report = send_due_messages()

    assert report == DispatchReport(gone=1)
    with reading() as session:
        device = session.scalars(select(PushSubscription)).one()
        assert (device.dropped_at, device.dropped_reason) == (NOW, "push service answered 410")
        notice = session.scalars(select(Notice)).one()
        assert notice.account_id == app_world.accounts["county_officer"]
        assert "这台设备的推送已失效" in notice.text
        assert session.scalar(select(func.count()).select_from(InboxItem)) == 1
    assert _states() == ["gone"]


def test_a_second_gone_of_the_same_device_tells_nobody_again(app: Flask, app_world: World, receiver: PushReceiver):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    _raise(app_world, number=2)
    receiver.answer_next(Answer(404), Answer(404))

    report = send_due_messages()

    assert report.gone == 2
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == 1


def test_a_message_that_was_refused_is_kept_as_failed_with_its_reason(
    app: Flask, app_world: World, receiver: PushReceiver
):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    receiver.answer_next(Answer(413))

    send_due_messages()

    assert _states() == ["failed"]
    with reading() as session:
        attempt = session.scalars(select(DeliveryAttempt)).one()
        assert (attempt.outcome, attempt.code) == ("refused", 413)
        assert "does not accept" in attempt.detail


def test_a_busy_push_service_is_asked_again_later(
    app: Flask, app_world: World, receiver: PushReceiver, clock: FrozenClock
):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    receiver.answer_next(Answer(503))

    first, too_soon = send_due_messages(), send_due_messages()
    clock.advance(timedelta(minutes=1, seconds=1))
    last = send_due_messages()

    assert (first.retried, too_soon.claimed, last.sent) == (1, 0, 1)
    with reading() as session:
        outcomes = session.scalars(select(DeliveryAttempt.outcome).order_by(DeliveryAttempt.id)).all()
        assert outcomes == ["retry", "sent"]


def test_a_push_service_that_limits_one_device_goes_on_taking_for_all_others(
    app: Flask, app_world: World, receiver: PushReceiver, clock: FrozenClock
):
    for name in ("county_officer", "county_officer", "county_officer"):
        _subscribe(app_world, receiver, name)
    _raise(app_world)
    receiver.answer_next(Answer(429, {"Retry-After": "600"}))

    first = send_due_messages()
    _raise(app_world, number=2)
    second = send_due_messages()
    clock.advance(timedelta(seconds=599))
    too_soon = send_due_messages()
    clock.advance(timedelta(minutes=11))
    last = send_due_messages()

    assert (first, second, too_soon, last) == (
        DispatchReport(sent=2, retried=1),
        DispatchReport(sent=3),
        DispatchReport(),
        DispatchReport(sent=1),
    )


def test_one_device_that_is_refused_while_another_is_not_ends_without_an_alarm(
    app: Flask, app_world: World, receiver: PushReceiver, clock: FrozenClock
):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    receiver.answer_next(Answer(403))

    first = send_due_messages()
    good = _subscribe(app_world, receiver, "county_officer")
    with transaction() as session:
        send_test(session, actor=app_world.actor(session, Role.COUNTY_OFFICER), now=NOW, endpoint=good.endpoint)
    other = send_due_messages()
    clock.advance(timedelta(minutes=1, seconds=1))
    receiver.answer_next(Answer(403))
    second = send_due_messages()

    assert (first, other, second) == (DispatchReport(retried=1), DispatchReport(sent=1), DispatchReport(gone=1))
    with reading() as session:
        dropped = session.scalars(select(PushSubscription.dropped_reason)).all()
        assert sorted(dropped) == ["", "push service answered 403"]
        assert session.scalars(select(Notice.kind)).all() == ["push_dropped"]
        assert session.scalar(select(func.count()).select_from(Alarm)) == 0


def test_a_push_service_that_refuses_the_only_device_for_minutes_is_an_alarm_of_that_service_until_it_takes_one(
    app: Flask, app_world: World, receiver: PushReceiver, clock: FrozenClock
):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    ends = []
    for _ in range(2):
        receiver.answer_next(Answer(401))
        ends.append(send_due_messages())
        clock.advance(timedelta(minutes=2, seconds=1))
    with reading() as session:
        standing = session.scalars(select(Alarm.key).where(Alarm.cleared_at.is_(None))).all()
    _raise(app_world, number=2)
    good = send_due_messages()

    assert ends == [DispatchReport(retried=1), DispatchReport(misconfigured=1)]
    assert set(standing) == {
        "channel_misconfigured:webpush:127.0.0.1",
        f"delivery_failed:{app_world.units['county']}:webpush",
    }
    assert good == DispatchReport(sent=1)
    with reading() as session:
        assert session.scalars(select(Alarm.key).where(Alarm.cleared_at.is_(None))).all() == []


def test_the_phone_shows_case_place_category_grade_and_due(app: Flask, app_world: World, receiver: PushReceiver):
    _subscribe(app_world, receiver, "county_officer")
    escalation_id = _raise(app_world)

    report = send_due_messages()

    assert report == DispatchReport(sent=1)
    with reading() as session:
        receipt = session.scalars(select(OutboxMessage.receipt)).one()
    assert receiver.received == [
        {
            "title": "请确认收到：990101-2026-00001（红）",
            "body": "云岭村，土地及资源权属纠纷·土地承包经营，期限：11月20日(周五) 12:00。",
            "url": f"/inbox/{escalation_id}",
            "tag": f"escalation-{escalation_id}",
            "receipt": receipt,
        }
    ]
    assert receiver.deliveries[0].headers["Topic"] == topic_of(f"escalation-{escalation_id}")
    assert _states() == ["sent"]


def test_a_worker_that_died_while_sending_is_followed_under_the_same_tag(
    app: Flask, app_world: World, receiver: PushReceiver, clock: FrozenClock
):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    (claimed,) = SqlOutbox(wired().engine).claim(NOW, limit=5, lease=timedelta(minutes=10), worker="dead")
    wired().channels["webpush"].send(claimed.target, claimed.message)

    before_the_lease_ends = send_due_messages()
    clock.advance(timedelta(minutes=10))
    after = send_due_messages()

    assert (before_the_lease_ends.claimed, after.sent) == (0, 1)
    assert len({message["tag"] for message in receiver.received}) == 1
    assert _states() == ["sent"]


def test_every_device_of_the_next_office_is_knocked_at_when_it_climbs(
    app: Flask, app_world: World, receiver: PushReceiver, clock: FrozenClock
):
    _subscribe(app_world, receiver, "county_officer")
    _subscribe(app_world, receiver, "county_lead")
    _subscribe(app_world, receiver, "county_lead")
    _raise(app_world)
    send_due_messages()
    clock.advance(timedelta(hours=2))

    with transaction() as session:
        step_up_due(session, now=clock.now())
    report = send_due_messages()

    assert report.sent == 2
    assert _states() == ["sent"] * 3


def test_a_retry_after_the_office_answered_is_not_sent(app: Flask, app_world: World, receiver: PushReceiver):
    _subscribe(app_world, receiver, "county_officer")
    _raise(app_world)
    outbox = SqlOutbox(wired().engine)
    (claimed,) = outbox.claim(NOW, limit=5, lease=timedelta(minutes=10), worker="a")
    with transaction() as session:
        officer = app_world.actor(session, Role.COUNTY_OFFICER)
        escalation_id = session.scalars(select(InboxItem.escalation_id)).one()
        acknowledge(session, escalation_id=escalation_id, actor=officer, now=NOW)

    outbox.record(claimed, RetryLater(None, "503", ""), now=NOW, retry_at=NOW + timedelta(minutes=1))

    assert _states() == ["stopped"]


def test_a_browser_that_changes_hands_is_one_device(app: Flask, app_world: World, receiver: PushReceiver):
    target = _subscribe(app_world, receiver, "county_officer")

    _subscribe(app_world, receiver, "county_lead", target=replace(target))

    with reading() as session:
        device = session.scalars(select(PushSubscription)).one()
        assert device.unit_id == app_world.units["county_lead"]


def test_a_run_ends_even_when_much_is_due(app: Flask, app_world: World, receiver: PushReceiver):
    _subscribe(app_world, receiver, "county_officer")
    for number in range(3):
        _raise(app_world, number=number + 1)

    report = send_due_messages(most_batches=0)

    assert report == DispatchReport()
    assert send_due_messages().sent == 3
