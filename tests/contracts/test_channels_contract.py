"""Every channel obeys the law of the port; web push does so against a receiver that decrypts."""

import io

import pytest

from notifications.channels.local import ConsoleChannel, RecordingChannel
from notifications.channels.webpush import WebPushChannel
from notifications.endpoints import HostRule
from notifications.messages import PushTarget
from notifications.ports import Channel
from notifications.vapid import new_keypair
from tests.contracts.channel_contract import ChannelContract
from tests.push_receiver import PushReceiver, target_of

NOWHERE = PushTarget(endpoint="https://push.example.com/x", p256dh="p", auth="a")


class TestConsoleChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stream(self):
        self.stream = io.StringIO()

    def make_channel(self) -> Channel:
        return ConsoleChannel(self.stream)

    def make_target(self) -> PushTarget:
        return NOWHERE

    def told(self) -> list[str]:
        return [line.split(" | ")[0].split("] ")[1] for line in self.stream.getvalue().splitlines()]


class TestRecordingChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _channel(self):
        self.channel = RecordingChannel()

    def make_channel(self) -> Channel:
        return self.channel

    def make_target(self) -> PushTarget:
        return NOWHERE

    def told(self) -> list[str]:
        return [message.title for message in self.channel.messages]


class TestWebPushChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _receiver(self):
        self.keys = new_keypair()
        with PushReceiver() as receiver:
            self.receiver = receiver
            yield

    def make_channel(self) -> Channel:
        rule = HostRule(hosts=(), allow_loopback=True)
        return WebPushChannel(self.keys.private_pem, "mailto:duty@example.org", allowed_hosts=rule)

    def make_target(self) -> PushTarget:
        return target_of(self.receiver.subscription(self.keys.public_b64url))

    def told(self) -> list[str]:
        return [str(payload["title"]) for payload in self.receiver.received]
