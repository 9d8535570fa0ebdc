"""Push subscriptions: what is taken from a browser, whose they are, and the test message."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.policy import Role
from grid_app.services.escalations.subscriptions import (
    read_target,
    send_test,
    subscribe,
    unsubscribe,
    unsubscribe_endpoint,
)
from notifications.endpoints import HostRule
from notifications.messages import PushTarget
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.push_receiver import PushReceiver, target_of
from tests.world import NOW, World

STRICT = HostRule()
LOOPBACK = HostRule(allow_loopback=True)
GOOD = PushTarget("https://updates.push.services.mozilla.com/wpush/v2/x", "p", "a")


@pytest.fixture
def document() -> dict[str, object]:
    receiver = PushReceiver()
    found = receiver.subscription()
    receiver.close()
    return found


@pytest.mark.parametrize(
    "wrong",
    [None, [], "x", {}, {"endpoint": 3}, {"endpoint": "https://x", "keys": []}, {"keys": {"p256dh": "a", "auth": "b"}}],
)
def test_a_document_that_is_no_subscription_is_refused(wrong):
    with pytest.raises(InvalidError, match="不完整"):
        read_target(wrong, rule=STRICT)


@pytest.mark.parametrize(
    ("endpoint", "sentence"),
    [
        ("http://127.0.0.1:8000/push", "必须是https"),
        ("http://updates.push.services.mozilla.com/x", "必须是https"),
        ("https://192.168.1.1/x", "不在允许的名单"),
        ("https://evil.example.com/x", "不在允许的名单"),
        ("https://user@fcm.googleapis.com/x", "用户名"),
    ],
)
def test_an_endpoint_inside_the_house_or_off_the_list_is_refused(document, endpoint, sentence):
    with pytest.raises(InvalidError, match=sentence) as refused:
        read_target({**document, "endpoint": endpoint}, rule=STRICT)

    assert "收件箱" in refused.value.sentence
    assert endpoint not in refused.value.sentence


def test_garbled_keys_are_refused(document):
    with pytest.raises(InvalidError, match="密钥"):
        read_target({**document, "keys": {"p256dh": "AAAA", "auth": "AAAA"}}, rule=LOOPBACK)


def test_a_good_document_gives_its_three_values(document):
    assert read_target(document, rule=LOOPBACK) == target_of(document)


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.SYSADMIN, Role.AUDITOR])
def test_administrators_receive_no_push(session: Session, world: World, role: Role):
    with pytest.raises(ForbiddenError):
        subscribe(session, target=GOOD, label="", actor=world.actor(session, role), now=NOW)


def test_nobody_switches_off_another_persons_device(session: Session, world: World):
    device = add_subscription(session, world, "county_officer")
    stranger = world.actor(session, Role.COUNTY_LEAD)

    with pytest.raises(NotFoundError):
        unsubscribe(session, subscription_id=device, actor=stranger, now=NOW)
    with pytest.raises(NotFoundError):
        unsubscribe_endpoint(session, endpoint="https://nowhere.example.com", actor=stranger, now=NOW)

    session.expire_all()
    assert session.get_one(PushSubscription, device).dropped_at is None


def test_a_device_switched_off_is_not_knocked_at_and_what_waited_is_stopped(session: Session, world: World):
    device = add_subscription(session, world, "county_officer")
    raise_for(session, add_dispute(session, world))
    officer = world.actor(session, Role.COUNTY_OFFICER)

    unsubscribe(session, subscription_id=device, actor=officer, now=NOW)
    raise_for(session, add_dispute(session, world, number=2))

    session.expire_all()
    assert session.scalars(select(OutboxMessage.state)).all() == ["stopped"]


def test_a_device_switched_on_again_is_live(session: Session, world: World):
    officer = world.actor(session, Role.COUNTY_OFFICER)
    first = subscribe(session, target=GOOD, label="旧", actor=officer, now=NOW)
    unsubscribe_endpoint(session, endpoint=GOOD.endpoint, actor=officer, now=NOW)

    again = subscribe(session, target=GOOD, label="新" * 99, actor=officer, now=NOW + timedelta(hours=1))

    session.expire_all()
    device = session.get_one(PushSubscription, first)
    assert again == first
    assert (device.dropped_at, device.dropped_reason, device.label) == (None, "", "新" * 60)


def test_people_whose_assignment_is_not_in_force_are_not_knocked_at(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    dispute = add_dispute(session, world)

    raise_for(session, dispute, now=NOW - timedelta(days=400))

    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_a_test_message_goes_to_each_own_device_once_in_ten_seconds(session: Session, world: World):
    devices = {
        add_subscription(session, world, "county_officer"),
        add_subscription(session, world, "county_officer", endpoint="https://fcm.googleapis.com/fcm/send/2"),
    }
    add_subscription(session, world, "county_lead")
    officer = world.actor(session, Role.COUNTY_OFFICER)

    found = [send_test(session, actor=officer, now=NOW + timedelta(seconds=9 * step)) for step in range(2)]

    assert [set(told) for told in found] == [devices, devices]
    messages = session.scalars(select(OutboxMessage)).all()
    assert [message.purpose for message in messages] == ["test", "test"]
    assert {message.message["url"] for message in messages} == {"/push"}
    assert len({message.receipt for message in messages if len(message.receipt) >= 43}) == 2
