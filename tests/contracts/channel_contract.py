"""What every channel must do: say its name, and end each sending with an outcome.

A subclass makes the channel and a target it can reach; ``told`` gives back what arrived at the other end.
"""

from notifications.messages import Message, PushTarget, Sent
from notifications.ports import Channel


def a_message(key: str = "escalation-1", title: str = "请确认收到：2026-1（红色）") -> Message:
    return Message(key, title, "云岭村，土地，期限：3月2日18:00。", "/escalations/1", "high", 3600)


class ChannelContract:
    """The suite; a subclass named ``Test...`` gives the three methods below."""

    def make_channel(self) -> Channel:
        """Return the channel under test."""
        raise NotImplementedError

    def make_target(self) -> PushTarget:
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
        before = (PushTarget(target.endpoint, target.p256dh, target.auth), a_message())

        channel.send(target, message)

        assert (target, message) == before
