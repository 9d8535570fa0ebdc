"""Sending what is due: claim, send, record, one message after the other.

At least once: a worker that dies between sending and recording leaves a lease that lapses, and the message
is sent again under the same key, so the phone replaces the first one. Transactions are the outbox's affair;
none is open here while a channel talks to the network.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from notifications.messages import Gone, Misconfigured, Outcome, Refused, RetryLater, Sent
from notifications.ports import Channel, Claimed, Clock, LeaseLostError, Outbox
from notifications.retry import PATIENCE, RetryPolicy, next_try

CLAIM_LEASE: Final = timedelta(minutes=10)
SENDING_SHARE: Final = 0.75
"""Part of a lease in which sends may begin; the rest is kept for the last one to end and be recorded."""

_log = logging.getLogger(__name__)
_COUNTED_AS: Final[dict[type, str]] = {
    Sent: "sent",
    RetryLater: "retried",
    Gone: "gone",
    Refused: "refused",
    Misconfigured: "refused",
}


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
    given_up: int = 0
    lost: int = 0

    @property
    def claimed(self) -> int:
        """Return how many messages the batch held; zero means that nothing is due."""
        return self.sent + self.retried + self.gone + self.refused + self.given_up + self.lost


def dispatch_batch(
    outbox: Outbox,
    channels: Mapping[str, Channel],
    clock: Clock,
    *,
    worker: str,
    limit: int = 50,
    lease: timedelta = CLAIM_LEASE,
    policy: RetryPolicy = PATIENCE,
    jitter: float = 0.0,
) -> DispatchReport:
    """Return how many of the due messages were sent, put off, gone, refused, given up or lost.

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
    limit
        Most messages to claim at once.
    lease
        How long they are held. No send begins in its last quarter; what is left over becomes due again.
    policy, jitter
        Passed to :func:`notifications.retry.next_try`.
    """
    claimed_at = clock.now()
    sending_until = claimed_at + lease * SENDING_SHARE
    ends: Counter[str] = Counter()
    for claimed in outbox.claim(claimed_at, limit=limit, lease=lease, worker=worker):
        if clock.now() >= sending_until:
            _log.warning("lease nearly over, message %s waits", claimed.id, extra=_ids(claimed, worker))
            ends["lost"] += 1
            continue
        outcome = _send(claimed, channels, worker, policy)
        ends[_record(outbox, claimed, outcome, clock, worker, policy=policy, jitter=jitter)] += 1
    return DispatchReport(**ends)


def _send(claimed: Claimed, channels: Mapping[str, Channel], worker: str, policy: RetryPolicy) -> Outcome:
    """Return how one sending ended, whatever the channel did."""
    if claimed.tries > policy.most_tries:
        return Refused("too_many_tries", "The message was claimed again and again without an end.")
    channel = channels.get(claimed.channel)
    if channel is None:
        return Refused("unknown_channel", f"No channel named {claimed.channel} is configured.")
    try:
        return channel.send(claimed.target, claimed.message)
    except Exception as error:  # noqa: BLE001 - one broken channel must not hold up the messages of the others
        _log.exception("channel failed on message %s", claimed.id, extra=_ids(claimed, worker))
        return RetryLater(None, "channel_error", type(error).__name__)


def _record(
    outbox: Outbox,
    claimed: Claimed,
    outcome: Outcome,
    clock: Clock,
    worker: str,
    *,
    policy: RetryPolicy,
    jitter: float,
) -> str:
    """Write the outcome down at once and return the name under which it is counted."""
    now = clock.now()
    retry_at = next_try(claimed.tries, outcome, now, policy=policy, jitter=jitter)
    try:
        outbox.record(claimed, outcome, now=now, retry_at=retry_at)
    except LeaseLostError:
        _log.warning("lease of message %s was lost while sending", claimed.id, extra=_ids(claimed, worker))
        return "lost"
    if isinstance(outcome, RetryLater) and retry_at is None:
        _log.error("message %s given up", claimed.id, extra=_ids(claimed, worker))
        return "given_up"
    if isinstance(outcome, Refused | Misconfigured):
        _log.error("message %s refused: %s", claimed.id, outcome.code, extra=_ids(claimed, worker))
    return _COUNTED_AS[type(outcome)]


def _ids(claimed: Claimed, worker: str) -> dict[str, str]:
    """Return what a log line may say of a message: identifiers, never words or endpoints."""
    return {"message_id": claimed.id, "channel": claimed.channel, "worker": worker}
