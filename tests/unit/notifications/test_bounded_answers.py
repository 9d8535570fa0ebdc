"""A far end that says one byte at a time, or never stops, holds no sender: neither robots nor push services."""

from collections.abc import Iterator

import pytest

from notifications.channels.answers import Answer
from notifications.channels.line import OutwardLine
from notifications.channels.webpush import WebPushChannel
from notifications.endpoints import HostRule
from notifications.messages import Message, Outcome, Refused, RetryLater, Sent
from notifications.outward import OutwardRule
from notifications.vapid import new_keypair
from tests.far_end import DRIP, FarEnd, Reply
from tests.push_receiver import PushDesk, target_of

LONG, SHORT = 30.0, 0.3
"""A single wait would last long; the whole answer may only be short."""
WITH_HEAD = 1.5
"""Where the head of the answer must have come, on a slow machine, too."""
KEYS = new_keypair()
DRIPS = [DRIP, *(Reply(manner=f"drip_{part}") for part in ("body", "chunk", "wait"))]


@pytest.fixture
def far() -> Iterator[FarEnd]:
    with FarEnd(lambda asked: Reply(201)) as running:
        yield running


def posted(far: FarEnd, longest: float = LONG) -> Answer | Outcome:
    line = OutwardLine(OutwardRule(internal_hosts=(far.host,)), timeout_seconds=LONG, longest_seconds=longest)
    return line.post(far.origin, b"{}", {})


def pushed(far: FarEnd, longest: float = LONG) -> Outcome:
    rule = HostRule(allow_loopback=True)
    channel = WebPushChannel(
        KEYS.private_pem, "mailto:duty@example.org", allowed_hosts=rule, timeout_seconds=LONG, longest_seconds=longest
    )
    target = target_of(PushDesk(far.origin).subscription(KEYS.public_b64url))
    return channel.send(target, Message("escalation-1", "请确认收到：2026-1（红）", "云岭村。", "/e/1", "high", 3600))


@pytest.mark.parametrize("reply", DRIPS, ids=lambda reply: reply.manner)
def test_an_answer_that_drips_is_given_up_as_a_whole(far: FarEnd, reply: Reply):
    far.answer_next(reply)

    outcome = posted(far, SHORT)

    assert isinstance(outcome, RetryLater)
    assert outcome.code == "timeout"
    assert far.hung_up.wait(LONG)


def test_a_flood_is_not_read(far: FarEnd):
    far.answer_next(Reply(manner="flood"))

    assert isinstance(posted(far), RetryLater)
    assert far.hung_up.wait(LONG)


@pytest.mark.parametrize("reply", [DRIP, Reply(manner="drip_wait")], ids=lambda reply: reply.manner)
def test_a_push_service_that_drips_its_answer_is_tried_later(far: FarEnd, reply: Reply):
    far.answer_next(reply)

    outcome = pushed(far, SHORT)

    assert isinstance(outcome, RetryLater)
    assert outcome.code == "timeout"
    assert far.hung_up.wait(LONG)


@pytest.mark.parametrize(
    ("reply", "longest"),
    [(Reply(201, manner="drip_body"), WITH_HEAD), (Reply(201, manner="flood"), LONG)],
    ids=lambda one: getattr(one, "manner", ""),
)
def test_what_a_push_service_took_is_sent_though_its_words_do_not_end(far: FarEnd, reply: Reply, longest: float):
    far.answer_next(reply)

    outcome = pushed(far, longest)

    assert isinstance(outcome, Sent)
    assert far.hung_up.wait(LONG)


def test_what_a_push_service_refused_is_refused_though_its_words_do_not_end(far: FarEnd):
    far.answer_next(Reply(400, manner="flood"))

    assert isinstance(pushed(far), Refused)
    assert far.hung_up.wait(LONG)
