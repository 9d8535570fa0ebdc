"""What every channel must do: say its name, and end each sending with an outcome.

A subclass makes the channel and a target it can reach; ``told`` gives back what arrived at the other end.
"""

import logging
import time

import pytest

from notifications.messages import (
    Gone,
    Message,
    Misconfigured,
    Outcome,
    PersonalWordsError,
    Refused,
    RetryLater,
    Sent,
)
from notifications.ports import Channel
from notifications.targets import Target


def a_message(key: str = "escalation-1", title: str = "请确认收到：2026-1（红色）") -> Message:
    return Message(key, title, "云岭村，土地，期限：3月2日18:00。", "/escalations/1", "high", 3600)


class ChannelContract:
    """The suite; a subclass named ``Test...`` gives the three methods below."""

    def make_channel(self) -> Channel:
        """Return the channel under test."""
        raise NotImplementedError

    def make_target(self) -> Target:
        """Return a target that the channel can reach."""
        raise NotImplementedError

    def told(self) -> list[str]:
        """Return the titles that arrived, oldest first."""
        raise NotImplementedError

    def test_it_says_its_name(self) -> None:
        kind = self.make_channel().kind

        assert kind
        assert kind == kind.strip().lower()

    def test_a_message_that_arrives_is_sent(self) -> None:
        channel = self.make_channel()

        outcome = channel.send(self.make_target(), a_message())

        assert isinstance(outcome, Sent)
        assert self.told() == [a_message().title]

    def test_messages_arrive_in_order_and_each_once(self) -> None:
        channel, target = self.make_channel(), self.make_target()
        titles = [f"请确认收到：2026-{number}（红色）" for number in range(5)]

        for number, title in enumerate(titles):
            channel.send(target, a_message(f"key-{number}", title))

        assert self.told() == titles

    def test_sending_leaves_its_arguments_alone(self) -> None:
        channel, target, message = self.make_channel(), self.make_target(), a_message()
        before = (self.make_target(), a_message())

        channel.send(target, message)

        assert (type(target), message) == (type(before[0]), before[1])

    def test_what_belongs_to_a_person_cannot_be_sent(self) -> None:
        channel, target = self.make_channel(), self.make_target()

        for words in ("13800001111", "430726199001011234", "0736-7712345", "张三先生"):
            with pytest.raises(PersonalWordsError):
                channel.send(target, a_message(title=f"请确认收到：{words}"))

        assert self.told() == []


BOUND_SECONDS = 3.0
"""Longest that a sending may take in these tests, whose channels wait 0.1 s for a far end that says nothing."""
WHAT_HAPPENS = ("sent", "rate_limited", "gone", "refused", "misconfigured", "hang", "cut", "nobody")


class OutwardContract(ChannelContract):
    """The suite of a channel that talks to a far end, which the subclass lets act as told by :meth:`let_it`."""

    vendor_wait: int | None = None
    """The seconds that the far end of the subclass asks for when it is told too much."""

    def let_it(self, happen: str) -> None:
        """Make the next sending meet one of :data:`WHAT_HAPPENS`."""
        raise NotImplementedError

    def secrets(self) -> tuple[str, ...]:
        """Return what nobody may read: keys, addresses, passwords."""
        raise NotImplementedError

    def send(self, happen: str) -> Outcome:
        self.let_it(happen)
        return self.make_channel().send(self.make_target(), a_message())

    def test_too_much_is_for_later_after_the_wait_that_is_asked_for(self) -> None:
        outcome = self.send("rate_limited")

        assert isinstance(outcome, RetryLater), outcome
        assert outcome.after_seconds == self.vendor_wait

    @pytest.mark.parametrize(
        ("happen", "kind"), [("gone", Gone), ("refused", Refused), ("misconfigured", Misconfigured)]
    )
    def test_an_end_that_no_repeat_mends_is_said_as_such(self, happen, kind) -> None:
        outcome = self.send(happen)

        assert isinstance(outcome, kind), outcome
        assert outcome.code
        assert self.told() == []

    @pytest.mark.parametrize("happen", ["hang", "cut", "nobody"])
    def test_a_far_end_that_gives_no_answer_is_tried_again_after_a_bounded_time(self, happen) -> None:
        began = time.monotonic()

        outcome = self.send(happen)

        assert isinstance(outcome, RetryLater), outcome
        assert time.monotonic() - began < BOUND_SECONDS

    @pytest.mark.parametrize("happen", WHAT_HAPPENS)
    def test_a_secret_is_shown_nowhere(self, happen, caplog) -> None:
        caplog.set_level(logging.DEBUG)

        outcome = self.send(happen)

        shown = caplog.text + repr([vars(record) for record in caplog.records])
        shown += repr((outcome, self.make_target(), self.make_channel()))
        assert [secret for secret in self.secrets() if secret in shown] == []

    def test_a_target_of_another_kind_is_refused(self) -> None:
        class Other:
            pass

        outcome = self.make_channel().send(Other(), a_message())  # type: ignore[arg-type]

        assert outcome == Refused("wrong_target", outcome.detail)
