"""Web push over real sockets: every answer of a push service, and every way of not answering."""

import json
import logging
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
import requests
from py_vapid import Vapid02
from pywebpush import WebPushException

from notifications.channels.webpush import LONGEST_PAYLOAD, SIGNED_ANEW_SECONDS, WebPushChannel
from notifications.endpoints import HostRule
from notifications.messages import Gone, Message, Misconfigured, PushTarget, Refused, RetryLater, Sent, topic_of
from notifications.vapid import new_keypair
from tests.push_receiver import Answer, PushReceiver, target_of

SUBJECT = "mailto:duty@example.org"
RULE = HostRule(allow_loopback=True)
KEYS = new_keypair()
SECRET = "secret-endpoint"


@pytest.fixture
def receiver():
    with PushReceiver() as running:
        yield running


@pytest.fixture
def target(receiver):
    return target_of(receiver.subscription(KEYS.public_b64url))


def a_message(**change):
    fields = {"key": "escalation-1", "title": "请确认收到：2026-1（红色）", "body": "云岭村，土地。", "url": "/e/1"}
    return Message(**{**fields, "urgency": "high", "ttl_seconds": 3600, **change})


def a_channel(**options):
    return WebPushChannel(KEYS.private_pem, SUBJECT, **{"allowed_hosts": RULE, **options})


@pytest.mark.parametrize("subject", ["", "duty@example.org", "tel:110", "http://example.org"])
def test_a_subject_that_push_services_turn_down_is_refused_at_once(subject):
    with pytest.raises(ValueError, match="联系地址"):
        WebPushChannel(KEYS.private_pem, subject, allowed_hosts=RULE)


@pytest.mark.parametrize("seconds", [0, -1])
def test_sending_without_a_time_limit_is_refused(seconds):
    with pytest.raises(ValueError, match="等待时间"):
        a_channel(timeout_seconds=seconds)


@pytest.mark.parametrize("status", [404, 410])
def test_an_ended_subscription_is_gone(receiver, target, status):
    receiver.answer_next(Answer(status))

    assert a_channel().send(target, a_message()) == Gone(str(status))


def test_an_endpoint_that_the_service_never_gave_is_gone(receiver, target):
    unknown = PushTarget(f"{receiver.origin}/push/never", target.p256dh, target.auth)

    assert a_channel().send(unknown, a_message()) == Gone("404")


@pytest.mark.parametrize("status", [400, 402, 405, 413, 415])
def test_a_message_that_the_service_does_not_accept_is_refused(receiver, target, status):
    receiver.answer_next(Answer(status))

    outcome = a_channel().send(target, a_message())

    assert isinstance(outcome, Refused)
    assert outcome.code == str(status)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_identity_raises_an_alarm_of_the_configuration(receiver, target, status, caplog):
    receiver.answer_next(Answer(status))

    outcome = a_channel().send(target, a_message())

    assert isinstance(outcome, Misconfigured)
    assert "VAPID" in outcome.detail
    assert [(record.levelno, record.status) for record in caplog.records] == [(logging.ERROR, status)]


def test_one_signature_serves_a_push_service_for_a_while_and_another_one_never(receiver, target, monkeypatch):
    signed = []
    sign = Vapid02.sign
    monkeypatch.setattr(Vapid02, "sign", lambda self, claims: signed.append(claims["aud"]) or sign(self, claims))
    channel = a_channel()
    del signed[:]  # the subject was tried

    with PushReceiver() as other:
        elsewhere = target_of(other.subscription(KEYS.public_b64url))
        outcomes = [channel.send(one, a_message()) for one in (target, target, elsewhere, target)]
        assert signed == [receiver.origin, other.origin]
    receiver.answer_next(Answer(403))
    outcomes += [channel.send(target, a_message()), channel.send(target, a_message())]

    assert [isinstance(one, Sent) for one in outcomes] == [True, True, True, True, False, True]
    assert signed[2:] == [receiver.origin]
    later = time.monotonic() + SIGNED_ANEW_SECONDS + 1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert isinstance(channel.send(target, a_message()), Sent)
    assert len(signed) == 4


def test_another_key_than_the_subscribed_one_is_a_refused_identity(receiver):
    target = target_of(receiver.subscription(new_keypair().public_b64url))

    assert a_channel().send(target, a_message()).code == "403"
    assert receiver.refusals == ["the subscription belongs to another key"]


def test_a_fault_of_pywebpush_before_any_answer_is_refused(target):
    class Faulty(requests.Session):
        def post(self, *args, **kwargs):
            raise WebPushException("No keys specified in subscription info")

    assert a_channel(session=Faulty()).send(target, a_message()).code == "subscription"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver, target, status):
    receiver.answer_next(Answer(status, {"Location": target.endpoint}))

    outcome = a_channel(session=requests.Session()).send(target, a_message())

    assert isinstance(outcome, Refused)
    assert (outcome.code, receiver.requests) == (str(status), 1)


@pytest.mark.parametrize("status", [406, 408, 425, 429, 500, 502, 503, 504])
def test_a_busy_service_is_tried_later(receiver, target, status):
    receiver.answer_next(Answer(status))

    outcome = a_channel().send(target, a_message())

    assert (outcome.after_seconds, outcome.code) == (None, str(status))
    assert isinstance(outcome, RetryLater)


def test_the_wait_that_a_busy_service_asks_for_is_passed_on(receiver, target):
    receiver.answer_next(Answer(429, {"Retry-After": "120"}), Answer(503, {"Retry-After": "7"}))
    channel = a_channel()

    waits = [channel.send(target, a_message()).after_seconds for _ in range(2)]

    assert waits == [120, 7]


def test_a_silent_service_is_left_after_the_timeout(receiver, target):
    receiver.answer_next(Answer(201, hang_seconds=30))

    outcome = a_channel(timeout_seconds=0.2).send(target, a_message())

    assert isinstance(outcome, RetryLater)
    assert outcome.code == "timeout"


def test_a_service_that_hangs_up_is_tried_later(receiver, target):
    receiver.answer_next(Answer(201, hang_seconds=0.01))

    assert a_channel().send(target, a_message()) == RetryLater(None, "network", "ConnectionError")


def test_a_service_that_is_not_there_is_tried_later(target):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/{SECRET}"

    outcome = a_channel().send(PushTarget(nobody, target.p256dh, target.auth), a_message())

    assert outcome == RetryLater(None, "network", "ConnectionError")
    assert SECRET not in repr(outcome)


def test_a_name_that_has_no_address_now_is_tried_later(target):
    def fail(host, port):
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    known = PushTarget("https://fcm.googleapis.com/x", target.p256dh, target.auth)

    outcome = a_channel(resolve=fail).send(known, a_message())

    assert isinstance(outcome, RetryLater)
    assert outcome.code == "unresolved"


def test_a_known_name_that_leads_inside_at_sending_is_refused(target):
    known = PushTarget("https://fcm.googleapis.com/x", target.p256dh, target.auth)
    inside = [(socket.AF_INET, 1, 6, "", ("10.0.0.1", 443))]

    outcome = a_channel(resolve=lambda host, port: inside).send(known, a_message())

    assert isinstance(outcome, Refused)
    assert outcome.code == "endpoint"


@pytest.mark.parametrize("endpoint", ["https://evil.example.com/x", "http://10.0.0.1/x", "file:///etc/passwd", ""])
def test_an_endpoint_off_the_list_is_refused_at_sending_too(target, endpoint):
    outcome = a_channel().send(PushTarget(endpoint, target.p256dh, target.auth), a_message())

    assert isinstance(outcome, Refused)
    assert outcome.code == "endpoint"


def test_a_receiver_on_this_machine_is_refused_outside_tests(receiver, target):
    outcome = a_channel(allowed_hosts=HostRule()).send(target, a_message())

    assert isinstance(outcome, Refused)
    assert receiver.requests == 0


@pytest.mark.parametrize(("p256dh", "auth"), [("", ""), ("BBBB", "AAAA"), ("不是", "密钥")])
def test_a_subscription_with_broken_keys_is_refused_unsent(receiver, target, p256dh, auth):
    outcome = a_channel().send(PushTarget(target.endpoint, p256dh, auth), a_message())

    assert isinstance(outcome, Refused)
    assert (outcome.code, receiver.requests) == ("endpoint", 0)


def test_a_message_too_long_for_one_record_is_refused_unsent(receiver, target):
    outcome = a_channel().send(target, a_message(body="长" * 1400))

    assert isinstance(outcome, Refused)
    assert (outcome.code, receiver.requests) == ("too_long", 0)


def test_the_longest_message_arrives_whole(receiver, target):
    empty = len(json.dumps({"title": "t", "body": "", "url": "/", "tag": "k"}, separators=(",", ":")))
    message = a_message(title="t", url="/", key="k", body="x" * (LONGEST_PAYLOAD - empty))

    assert isinstance(a_channel().send(target, message), Sent)
    assert receiver.received[0]["body"] == message.body


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_sent_under_the_name_the_service_gave(receiver, target, status):
    receiver.answer_next(Answer(status, {"Location": "https://push.example.com/message/1"}))

    assert a_channel().send(target, a_message()) == Sent("https://push.example.com/message/1")


def test_what_arrives_is_the_message_and_its_headers(receiver, target):
    before = datetime.now(UTC)

    a_channel().send(target, a_message())

    (delivery,) = receiver.deliveries
    assert receiver.received == [
        {"title": "请确认收到：2026-1（红色）", "body": "云岭村，土地。", "url": "/e/1", "tag": "escalation-1"}
    ]
    headers = delivery.headers
    assert (headers["TTL"], headers["Urgency"], headers["Topic"]) == ("3600", "high", topic_of("escalation-1"))
    assert (delivery.claims["aud"], delivery.claims["sub"]) == (receiver.origin, SUBJECT)
    life = datetime.fromtimestamp(delivery.claims["exp"], UTC) - before
    assert timedelta(hours=1) < life <= timedelta(hours=24)


def test_two_push_services_in_turn_are_each_signed_for(receiver, target):
    channel = a_channel()
    with PushReceiver() as other:
        other_target = target_of(other.subscription(KEYS.public_b64url))

        outcomes = [channel.send(each, a_message()) for each in (target, other_target, target)]

        assert all(isinstance(outcome, Sent) for outcome in outcomes)
        assert [d.claims["aud"] for d in receiver.deliveries] == [receiver.origin] * 2
        assert [d.claims["aud"] for d in other.deliveries] == [other.origin]


def test_one_connection_carries_many_messages(receiver, target):
    channel = a_channel()

    for number in range(5):
        channel.send(target, a_message(key=f"escalation-{number}"))

    assert (len(receiver.received), len(receiver.connections)) == (5, 1)


@pytest.mark.parametrize("form", ["private_pem", "private_b64url"])
def test_the_key_works_in_both_its_forms(receiver, target, form):
    channel = WebPushChannel(getattr(KEYS, form), SUBJECT, allowed_hosts=RULE)

    assert isinstance(channel.send(target, a_message()), Sent)
