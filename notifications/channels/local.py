"""Channels that never leave this machine: one that writes to the terminal, one that remembers."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TextIO

from notifications.messages import Message, Misconfigured, Outcome, Sent
from notifications.targets import RobotTarget, Target

WRONG_SECRET = "SECwrong"  # noqa: S105 - no secret of anybody
"""The signing secret of a robot that a :class:`NowhereChannel` finds fault with."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a :class:`RecordingChannel` was asked to send."""

    target: Target
    message: Message


class ConsoleChannel:
    """Writes each message as one line, for development; the endpoint is a secret and stays out.

    ``stream`` is the standard output of the moment unless another one is given.
    """

    def __init__(self, stream: TextIO | None = None, *, kind: str = "console") -> None:
        self._stream = stream
        self.kind = kind

    def send(self, target: Target, message: Message) -> Outcome:  # noqa: ARG002 - the port's signature
        """Return that the message is sent, once its line is written."""
        line = f"[{message.urgency}] {message.title} | {message.body} | {message.url}\n"
        (self._stream or sys.stdout).write(line)
        return Sent(provider_id="")


class RecordingChannel:
    """Remembers each message, for tests and the demo.

    ``answers`` are the outcomes to give, in order; when they are used up every message is sent.
    """

    def __init__(self, answers: Iterable[Outcome] = (), *, kind: str = "recording") -> None:
        self._answers = iter(tuple(answers))
        self._deliveries: list[Delivery] = []
        self.kind = kind

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Return what was asked so far, oldest first."""
        return tuple(self._deliveries)

    @property
    def messages(self) -> tuple[Message, ...]:
        """Return the messages asked so far, oldest first."""
        return tuple(delivery.message for delivery in self._deliveries)

    def send(self, target: Target, message: Message) -> Outcome:
        """Return the next answer, or that the message is sent."""
        self._deliveries.append(Delivery(target, message))
        return next(self._answers, Sent(provider_id=f"recorded-{len(self._deliveries)}"))


class NowhereChannel:
    """Takes each message and lets it go nowhere: a demonstration tells nobody, whatever somebody enters.

    A robot that signs with ``WRONG_SECRET`` is answered as a vendor answers a signature that does not fit, so that a
    dead channel can be looked at, too.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def send(self, target: Target, message: Message) -> Outcome:  # noqa: ARG002 - the port's signature
        """Return that the message is sent, or that the robot's signature does not fit."""
        if isinstance(target, RobotTarget) and target.secret == WRONG_SECRET:
            return Misconfigured("310000", "310000 sign not match")
        return Sent(provider_id="")
