"""Changing the push key: old subscriptions go on, those of forgotten keys end, and every call may go by a proxy."""

from dataclasses import replace

import pytest

from notifications.channels.webpush import WebPushChannel
from notifications.endpoints import HostRule
from notifications.messages import Gone, Message, Misconfigured, Sent
from notifications.targets import PushTarget
from notifications.vapid import new_keypair
from tests.proxy import Proxy
from tests.push_receiver import PushReceiver, target_of

SUBJECT = "mailto:duty@example.org"
RULE = HostRule(allow_loopback=True)
OLD, NEW = new_keypair(), new_keypair()


@pytest.fixture
def receiver():
    with PushReceiver() as running:
        yield running


def a_message():
    return Message("escalation-1", "请确认收到：2026-1（红色）", "云岭村，土地。", "/e/1", "high", 3600)


def a_channel():
    return WebPushChannel(NEW.private_b64url, SUBJECT, allowed_hosts=RULE, older_keys=[OLD.private_b64url])


@pytest.mark.parametrize("pair", [OLD, NEW])
def test_a_subscription_is_sent_to_with_the_key_it_was_made_with(receiver, pair):
    target = target_of(receiver.subscription(pair.public_b64url))

    outcome = a_channel().send(replace(target, vapid_public=pair.public_b64url), a_message())

    assert isinstance(outcome, Sent)
    assert receiver.refusals == []


@pytest.mark.parametrize("pair", [OLD, NEW])
def test_where_the_key_is_not_known_the_keys_are_tried(receiver, pair, caplog):
    target = target_of(receiver.subscription(pair.public_b64url))

    outcome = a_channel().send(target, a_message())

    assert isinstance(outcome, Sent)
    assert len(receiver.deliveries) == 1
    assert caplog.records == []


def test_when_no_key_fits_it_is_a_fault_of_the_configuration(receiver):
    target = target_of(receiver.subscription(new_keypair().public_b64url))

    assert isinstance(a_channel().send(target, a_message()), Misconfigured)


def test_a_subscription_of_a_key_that_is_kept_no_more_has_ended(receiver):
    target = target_of(receiver.subscription(OLD.public_b64url))

    outcome = a_channel().send(replace(target, vapid_public=new_keypair().public_b64url), a_message())

    assert outcome == Gone("vapid_key")
    assert receiver.requests == 0


def test_with_a_proxy_names_are_left_to_it_and_every_call_goes_there(receiver):
    keys = target_of(receiver.subscription())
    asked = []

    def resolve(host, port):
        asked.append(host)
        return []

    with Proxy() as proxy:
        channel = WebPushChannel(
            NEW.private_pem,
            SUBJECT,
            allowed_hosts=HostRule(),
            resolve=resolve,
            proxy=proxy.address,
            timeout_seconds=5,
        )
        outside = PushTarget("https://updates.push.services.mozilla.com/wpush/v2/x", keys.p256dh, keys.auth)
        outcome = channel.send(outside, a_message())

    assert outcome.code == "proxy"
    assert proxy.asked == ["updates.push.services.mozilla.com:443"]
    assert asked == []
