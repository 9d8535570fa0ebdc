"""Sending what is due: claim, send, record.

At least once: a worker that dies between sending and recording leaves a lease that lapses, and the message
is sent again under the same key, so the phone replaces the first one. Transactions are the outbox's affair;
none is open here while a channel talks to the network.
"""

import logging
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Final

from notifications.breaker import RESTING, Breaker, service_of
from notifications.doubts import Doubts
from notifications.messages import Gone, Misconfigured, Outcome, Refused, RetryLater, Sent
from notifications.ports import Channel, Claimed, Clock, Ended, Outbox
from notifications.retry import PATIENCE, RetryPolicy, next_try

CLAIM_LEASE: Final = timedelta(minutes=2)
SENDING_SHARE: Final = 0.4
"""Part of a lease in which sends may begin: so early that nothing goes out later than a tick (a minute at most) after
an office has taken the matter up, and that the slowest send ends and is recorded while the lease is in force."""
GATHERING_SECONDS: Final = 0.1
"""How long ends are gathered, so that many are recorded in one short transaction."""

_log = logging.getLogger(__name__)
_COUNTED_AS: Final[dict[type, str]] = {
    Sent: "sent",
    RetryLater: "retried",
    Gone: "gone",
    Refused: "refused",
    Misconfigured: "misconfigured",
}

Send = Callable[[Claimed], Outcome | None]
"""Sends one message; None when the lease is nearly over and it was not sent."""


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """How a batch ended, in messages.

    ``given_up`` ran out of tries; ``lost`` were claimed but not recorded because the lease ran out, and come
    back by themselves.
    """

    sent: int = 0
    retried: int = 0
    gone: int = 0
    refused: int = 0
    misconfigured: int = 0
    given_up: int = 0
    lost: int = 0

    @property
    def claimed(self) -> int:
        """Return how many messages the batch held; zero means that nothing is due."""
        return sum(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: "DispatchReport") -> "DispatchReport":
        """Return the sums of two reports."""
        sums = {field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)}
        return DispatchReport(**sums)


def no_jitter() -> float:
    """Return nought: waits as they are."""
    return 0.0


def dispatch_batch(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    clock: Clock,
    *,
    worker: str,
    only: Collection[str] | None = None,
    limit: int = 50,
    lease: timedelta = CLAIM_LEASE,
    policy: RetryPolicy = PATIENCE,
    jitter: Callable[[], float] = no_jitter,
    breaker: Breaker | None = None,
    doubts: Doubts | None = None,
) -> DispatchReport:
    """Return how many of the due messages were sent, put off, gone, refused, given up or lost.

    Channels that allow it (``at_once``) are used by several threads; what ends at about the same time is then
    recorded together.

    Parameters
    ----------
    outbox
        Where messages wait; a claim and each record are durable when they return.
    channels
        The channel for each name that messages carry; a name not found here is refused.
    clock
        Tells the time.
    worker
        Name of this worker, for the outbox and the log.
    only
        The names of the channels to look at, None for all.
    limit
        Most messages to claim at once.
    lease
        How long they are held. Sends begin in its first two fifths; what is left over becomes due again.
    policy, jitter
        Passed to :func:`notifications.retry.next_try`; jitter is drawn anew for each message.
    breaker
        Remembers silent services from batch to batch; None for one that lives as long as this batch.
    doubts
        Judges refusals of our identity from batch to batch; None to take each for a fault of the configuration.
    """
    claimed_at = clock.now()
    batch = outbox.claim(claimed_at, limit=limit, lease=lease, worker=worker, channels=only)
    sending = _Sending(channels, clock, breaker or Breaker(), worker, policy, doubts)
    sending_until = claimed_at + lease * SENDING_SHARE

    def send(claimed: Claimed) -> Outcome | None:
        if clock.now() >= sending_until:
            _log.warning("lease nearly over, message %s waits", claimed.id, extra=_ids(claimed, worker))
            return None
        return sending.send(claimed)

    report = DispatchReport()
    for ends in _ends_of(batch, send, _at_once(batch, channels)):
        now = clock.now()
        ended = [
            Ended(claimed, outcome, next_try(claimed.tries, outcome, now, policy=policy, jitter=jitter()))
            for claimed, outcome in ends
            if outcome is not None
        ]
        lost = outbox.record_all(ended, now=now) if ended else frozenset()
        counts = Counter(_counted(one, lost, worker) for one in ended)
        counts["lost"] += len(ends) - len(ended)
        report += DispatchReport(**counts)
    return report


@dataclass(frozen=True, slots=True)
class _Sending:
    """What one sending needs."""

    channels: Mapping[str, Channel]
    clock: Clock
    breaker: Breaker
    worker: str
    policy: RetryPolicy
    doubts: Doubts | None

    def send(self, claimed: Claimed) -> Outcome:
        """Return how one sending ended, whatever the channel did."""
        if claimed.tries > self.policy.most_tries:
            return Refused("too_many_tries", "The message was claimed again and again without an end.")
        channel = self.channels.get(claimed.channel)
        if channel is None:
            return Misconfigured("unknown_channel", f"No channel named {claimed.channel} is configured.")
        service = service_of(claimed.channel, claimed.target)
        if not self.breaker.may_ask(service, self.clock.now()):
            return RESTING
        try:
            outcome = channel.send(claimed.target, claimed.message)
        except Exception as error:  # noqa: BLE001 - one broken channel must not hold up the messages of the others
            _log.error(
                "channel failed on message %s: %s\n%s",
                claimed.id,
                type(error).__name__,
                "".join(traceback.format_tb(error.__traceback__)),
                extra=_ids(claimed, self.worker),
            )
            return RetryLater(None, "channel_error", type(error).__name__)
        self.breaker.note(service, outcome, self.clock.now())
        if self.doubts is None:
            return outcome
        return self.doubts.judge(claimed.channel, claimed.target, outcome, self.clock.now())


def _at_once(batch: Sequence[Claimed], channels: Mapping[str, Channel]) -> int:
    """Return by how many threads every channel of the batch may be used."""
    names = {claimed.channel for claimed in batch}
    return min([int(getattr(channels.get(name), "at_once", 1)) for name in names] + [len(batch)], default=1)


def _ends_of(batch: Sequence[Claimed], send: Send, at_once: int) -> Iterator[Sequence[tuple[Claimed, Outcome | None]]]:
    """Yield what ended, a few at a time; after a fault in recording no further send begins."""
    if at_once <= 1:
        for claimed in batch:
            yield [(claimed, send(claimed))]
        return
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="sending")
    try:
        pending = {pool.submit(send, claimed): claimed for claimed in batch}
        while pending:
            wait(pending, return_when=FIRST_COMPLETED)
            over, _ = wait(pending, timeout=GATHERING_SECONDS)
            yield [(pending.pop(one), one.result()) for one in over]
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _counted(ended: Ended, lost: frozenset[str], worker: str) -> str:
    """Return the name under which an end is counted, saying aloud what a person must hear of."""
    claimed, outcome = ended.claimed, ended.outcome
    if claimed.id in lost:
        _log.warning("lease of message %s was lost while sending", claimed.id, extra=_ids(claimed, worker))
        return "lost"
    if isinstance(outcome, RetryLater) and ended.retry_at is None:
        _log.error("message %s given up", claimed.id, extra=_ids(claimed, worker))
        return "given_up"
    if isinstance(outcome, Refused | Misconfigured):
        _log.error("message %s refused: %s", claimed.id, outcome.code, extra=_ids(claimed, worker))
    return _COUNTED_AS[type(outcome)]


def _ids(claimed: Claimed, worker: str) -> dict[str, str]:
    """Return what a log line may say of a message: identifiers, never words or endpoints."""
    return {"message_id": claimed.id, "channel": claimed.channel, "worker": worker}
