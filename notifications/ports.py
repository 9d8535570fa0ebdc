"""What this package asks of the world: a way to send, a place that remembers, and the time.

Every implementation of a port passes the suite of that port in ``tests/contracts``.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from notifications.messages import Message, Outcome
from notifications.targets import Target


class LeaseLostError(Exception):
    """The lease ran out and somebody else has taken the message over; nothing was recorded."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one worker alone may send until its lease runs out.

    ``tries`` counts this try too: 1 at the first claim. It rises with every claim, recorded or not, so that
    a message that kills its worker cannot come back for ever. ``lease_token`` proves the claim on recording.
    """

    id: str
    channel: str
    target: Target
    message: Message
    tries: int
    lease_token: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How the sending of a claimed message ended, and when to try again; None when it will not be tried again."""

    claimed: Claimed
    outcome: Outcome
    retry_at: datetime | None


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the present moment as an aware time in UTC."""
        ...


class Channel(Protocol):
    """Carries a message to one target; every foreseen end is an outcome, never an exception.

    A channel that may be used by several threads at once says by how many in an attribute ``at_once``.
    """

    @property
    def kind(self) -> str:
        """Return the name under which the outbox knows this channel, such as ``webpush``."""
        ...

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended, within a bounded time."""
        ...


class Outbox(Protocol):
    """Holds messages until each has ended: sent, gone, refused, misconfigured or given up.

    One worker calls it from several threads, and several workers use it at once.
    """

    def claim(
        self,
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        worker: str,
        channels: Collection[str] | None = None,
    ) -> Sequence[Claimed]:
        """Return at most ``limit`` messages due at ``now``, held for ``worker`` until ``now + lease``.

        A message is due when its time has come, it has not ended, and no lease on it is running: no two
        claims ever hold the same message at once. The claim is durable before this returns. ``channels`` are
        the names of those to look at, None for all.
        """
        ...

    def record_all(self, ended: Sequence[Ended], *, now: datetime) -> frozenset[str]:
        """Keep how sendings ended, durably and all at once, free the messages, and return the ids that were lost.

        ``Sent``, ``Gone``, ``Refused`` and ``Misconfigured`` are final. ``RetryLater`` makes the message due
        again at ``retry_at``; with ``retry_at`` None it has been given up, which is final too. Lost is a claim
        that is not in force any more (``lease_token``): its end was recorded before, or its lease ran out and
        another worker took over. Nothing of it changes.
        """
        ...

    def record(self, claimed: Claimed, outcome: Outcome, *, now: datetime, retry_at: datetime | None) -> None:
        """Keep how one sending ended, as ``record_all`` does.

        Raises
        ------
        LeaseLostError
            The claim is not in force any more. Nothing changed.
        """
        ...
