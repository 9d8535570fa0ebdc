"""Every channel obeys the law of the port; web push does so against a receiver that decrypts."""

import io

import pytest

from notifications.channels.local import ConsoleChannel, RecordingChannel
from notifications.channels.webpush import WebPushChannel
from notifications.endpoints import HostRule
from notifications.ports import Channel
from notifications.targets import PushTarget, Target
from notifications.vapid import new_keypair
from tests.contracts.channel_contract import ChannelContract, OutwardContract
from tests.far_end import PATIENT_SECONDS, QUICK_SECONDS
from tests.push_receiver import Answer, PushReceiver, target_of

NOWHERE = PushTarget(endpoint="https://push.example.com/x", p256dh="p", auth="a")


class TestConsoleChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stream(self):
        self.stream = io.StringIO()

    def make_channel(self) -> Channel:
        return ConsoleChannel(self.stream)

    def make_target(self) -> Target:
        return NOWHERE

    def told(self) -> list[str]:
        return [line.split(" | ")[0].split("] ")[1] for line in self.stream.getvalue().splitlines()]


class TestRecordingChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _channel(self):
        self.channel = RecordingChannel()

    def make_channel(self) -> Channel:
        return self.channel

    def make_target(self) -> Target:
        return NOWHERE

    def told(self) -> list[str]:
        return [message.title for message in self.channel.messages]


class TestWebPushChannel(OutwardContract):
    vendor_wait = 60

    @pytest.fixture(autouse=True)
    def _receiver(self):
        self.keys = new_keypair()
        with PushReceiver() as receiver:
            self.receiver = receiver
            self.patience: float = PATIENT_SECONDS
            self.target = target_of(receiver.subscription(self.keys.public_b64url))
            yield

    def make_channel(self) -> Channel:
        rule = HostRule(hosts=(), allow_loopback=True)
        return WebPushChannel(
            self.keys.private_pem, "mailto:duty@example.org", allowed_hosts=rule, timeout_seconds=self.patience
        )

    def make_target(self) -> Target:
        return self.target

    def told(self) -> list[str]:
        return [str(payload["title"]) for payload in self.receiver.received]

    def secrets(self) -> tuple[str, ...]:
        return (self.target.endpoint.rpartition("/")[2], self.target.auth, self.keys.private_b64url)

    def let_it(self, happen: str) -> None:
        if happen == "nobody":
            self.target = PushTarget("http://127.0.0.1:9/push/secret-path", self.target.p256dh, self.target.auth)
        answers = {
            "rate_limited": Answer(429, {"Retry-After": "60"}),
            "gone": Answer(410),
            "refused": Answer(400),
            "misconfigured": Answer(403),
            "hang": Answer(201, hang_seconds=10),
            "cut": Answer(201, hang_seconds=0.01),
        }
        if happen == "hang":
            self.patience = QUICK_SECONDS
        if happen in answers:
            self.receiver.answer_next(answers[happen])
