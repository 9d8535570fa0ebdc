"""Where a message can go: one small type for each way, each checked by the channel that uses it.

Whoever knows a target can post to it, so nothing of it is shown: every part is left out of ``repr``, and with
it out of logs and of the words of exceptions.
"""

from dataclasses import dataclass, field
from typing import Literal

Algorithm = Literal["sha256", "sm3"]


@dataclass(frozen=True, slots=True)
class PushTarget:
    """Where a browser listens: the three values of a ``PushSubscription``, as the browser gave them.

    ``vapid_public`` is the public key of ours that the subscription was made with, empty when that is not known.
    """

    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    vapid_public: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RobotTarget:
    """A group robot: ``key`` is what stands in its address, ``secret`` what it signs with, empty for none."""

    key: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MailTarget:
    """The mailbox of an office."""

    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SmsTarget:
    """The mobile number of the telephone that an office keeps on duty."""

    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """A system of the county that takes signed messages, and the key that both sides know."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    algorithm: Algorithm = "sha256"


Target = PushTarget | RobotTarget | MailTarget | SmsTarget | WebhookTarget
