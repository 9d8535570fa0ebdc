"""A batch: every message ends, and its end is written down before the next one is sent."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channels.local import RecordingChannel
from notifications.dispatcher import DispatchReport, dispatch_batch
from notifications.messages import Gone, Message, Misconfigured, PushTarget, Refused, RetryLater, Sent
from notifications.ports import LeaseLostError
from notifications.retry import RetryPolicy
from tests.fakes import FrozenClock, MemoryOutbox

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = RetryLater(None, "503", "")
TARGET = PushTarget(endpoint="https://push.example.com/secret", p256dh="p", auth="a")


def outbox_with(*keys, channel="recording"):
    outbox = MemoryOutbox()
    for key in keys:
        outbox.put(Message(key, "请确认收到", "云岭村", "/", "high", 60), TARGET, channel=channel, due_at=NOW)
    return outbox


def dispatch(outbox, channel, clock=None, **options):
    clock = clock or FrozenClock(NOW)
    return dispatch_batch(outbox, {"recording": channel}, clock, worker="w1", **options)


class BrokenChannel:
    kind = "recording"

    def send(self, target, message):
        words = "secret words of a library"
        raise RuntimeError(words)


class SlowChannel(RecordingChannel):
    def __init__(self, clock, step):
        super().__init__()
        self.clock, self.step = clock, step

    def send(self, target, message):
        self.clock.advance(self.step)
        return super().send(target, message)


class ForgetfulOutbox(MemoryOutbox):
    def record(self, claimed, outcome, *, now, retry_at):
        raise LeaseLostError(claimed.id)


def test_an_unknown_channel_is_a_fault_of_the_configuration_and_said_aloud(caplog):
    outbox = outbox_with("one", channel="pigeon")

    report = dispatch(outbox, RecordingChannel())

    assert report == DispatchReport(misconfigured=1)
    ((_, outcome),) = outbox.outcomes
    assert isinstance(outcome, Misconfigured)
    assert outcome.code == "unknown_channel"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_a_channel_that_breaks_is_tried_later_and_logged_with_ids_only(caplog):
    outbox = outbox_with("one", "two")

    report = dispatch(outbox, BrokenChannel())

    assert report == DispatchReport(retried=2)
    assert [outcome for _, outcome in outbox.outcomes] == [RetryLater(None, "channel_error", "RuntimeError")] * 2
    assert [record.message_id for record in caplog.records] == ["message-1", "message-2"]
    assert "secret words" not in caplog.text
    assert "in send" in caplog.text
    assert "云岭村" not in caplog.text
    assert "push.example.com" not in caplog.text


def test_a_lost_lease_is_counted_and_not_fatal():
    outbox = ForgetfulOutbox()
    outbox.put(Message("k", "t", "b", "/", "high", 60), TARGET, channel="recording", due_at=NOW)

    assert dispatch(outbox, RecordingChannel()) == DispatchReport(lost=1)


def test_no_send_begins_after_two_fifths_of_the_lease():
    clock = FrozenClock(NOW)
    channel = SlowChannel(clock, timedelta(minutes=4))
    outbox = outbox_with("one", "two", "three", "four")

    report = dispatch(outbox, channel, clock, lease=timedelta(minutes=12))

    assert report == DispatchReport(sent=2, lost=2)
    assert [message.key for message in channel.messages] == ["one", "two"]
    clock.advance(timedelta(minutes=4))
    assert len(outbox.claim(clock.now(), limit=9, lease=timedelta(minutes=1), worker="w2")) == 2


def test_a_message_that_keeps_killing_its_worker_is_not_sent_for_ever():
    outbox, channel = outbox_with("one"), RecordingChannel()
    clock, lease = FrozenClock(NOW), timedelta(minutes=1)
    for _ in range(3):
        outbox.claim(clock.now(), limit=1, lease=lease, worker="dies")
        clock.advance(lease)

    report = dispatch(outbox, channel, clock, policy=RetryPolicy(most_tries=3))

    assert report == DispatchReport(refused=1)
    assert channel.messages == ()


def test_every_end_is_counted_under_its_name():
    outbox = outbox_with("one", "two", "three", "four")
    channel = RecordingChannel([Sent("x"), LATER, Gone("410"), Refused("400", "")])

    report = dispatch(outbox, channel)

    assert report == DispatchReport(sent=1, retried=1, gone=1, refused=1)
    assert report.claimed == 4


def test_each_end_is_recorded_before_the_next_message_is_sent():
    outbox = outbox_with("one", "two")
    recorded_before = []

    class Watching(RecordingChannel):
        def send(self, target, message):
            recorded_before.append(len(outbox.outcomes))
            return super().send(target, message)

    dispatch(outbox, Watching())

    assert recorded_before == [0, 1]


def test_a_failure_comes_back_after_its_wait_and_then_ends():
    outbox, channel, clock = outbox_with("one"), RecordingChannel([LATER]), FrozenClock(NOW)

    assert dispatch(outbox, channel, clock) == DispatchReport(retried=1)
    assert dispatch(outbox, channel, clock) == DispatchReport()
    clock.advance(timedelta(seconds=30))
    assert dispatch(outbox, channel, clock) == DispatchReport(sent=1)
    clock.advance(timedelta(days=30))
    assert dispatch(outbox, channel, clock) == DispatchReport()


def test_a_service_that_never_recovers_is_given_up_and_said_aloud(caplog):
    outbox, clock = outbox_with("one"), FrozenClock(NOW)
    channel = RecordingChannel([LATER] * 100)
    reports = []

    while (report := dispatch(outbox, channel, clock)).claimed and len(reports) < 100:
        reports.append(report)
        clock.advance(timedelta(hours=2))

    assert reports == [DispatchReport(retried=1)] * 7 + [DispatchReport(given_up=1)]
    assert caplog.records[-1].levelno == logging.ERROR


@pytest.mark.parametrize("jitter", [0.0, 1.0])
def test_the_jitter_reaches_the_wait(jitter):
    outbox, clock = outbox_with("one"), FrozenClock(NOW)
    dispatch(outbox, RecordingChannel([LATER]), clock, jitter=lambda: jitter)
    clock.advance(timedelta(seconds=30))

    assert dispatch(outbox, RecordingChannel(), clock).claimed == (0 if jitter else 1)


class ParallelChannel(RecordingChannel):
    """Meets with three others before it answers, so that it ends only when four are sent at once."""

    at_once = 4

    def __init__(self, answers=()):
        super().__init__(answers)
        self.barrier = threading.Barrier(4, timeout=60)

    def send(self, target, message):
        self.barrier.wait()
        return super().send(target, message)


def test_a_channel_that_allows_it_is_used_by_several_threads_at_once():
    outbox = outbox_with(*"abcdefgh")

    report = dispatch(outbox, ParallelChannel())

    assert report == DispatchReport(sent=8)
    assert len({name for name, _ in outbox.outcomes}) == 8


def test_when_ends_cannot_be_recorded_no_further_send_begins():
    class Broken(MemoryOutbox):
        def record_all(self, ended, *, now):
            raise OSError("the database is away")

    outbox, channel = Broken(), ParallelChannel()
    for number in range(400):
        outbox.put(Message(f"{number}", "t", "b", "/", "high", 60), TARGET, channel="recording", due_at=NOW)
    channel.barrier = threading.Barrier(1)
    channel.send = lambda target, message: time.sleep(0.01) or Sent("")
    before = threading.active_count()

    with pytest.raises(OSError, match="away"):
        dispatch(outbox, channel, limit=400)

    assert threading.active_count() - before < 20


def test_a_service_that_does_not_answer_is_left_alone_for_the_rest_of_the_batch():
    outbox = outbox_with(*"abcdef")
    channel = RecordingChannel([RetryLater(None, "timeout", "")] * 6)

    report = dispatch(outbox, channel)

    assert report == DispatchReport(retried=6)
    assert len(channel.messages) == 3


def test_the_wait_of_each_message_is_drawn_anew():
    outbox, waits = outbox_with("one", "two"), iter((0.0, 1.0))
    clock = FrozenClock(NOW)
    dispatch(outbox, RecordingChannel([LATER] * 2), clock, jitter=lambda: next(waits))
    clock.advance(timedelta(seconds=30))

    assert dispatch(outbox, RecordingChannel(), clock) == DispatchReport(sent=1)


def test_a_worker_may_look_at_some_channels_alone():
    outbox = outbox_with("one")

    assert dispatch(outbox, RecordingChannel(), only=("mail",)) == DispatchReport()
    assert dispatch(outbox, RecordingChannel(), only=("recording",)) == DispatchReport(sent=1)
