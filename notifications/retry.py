"""When to try again, and when to stop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from notifications.messages import Outcome, RetryLater


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How patient a sender is.

    The standing figures give up after eight tries within about 64 minutes, which is before the shortest
    rung of the ladder (2 h) runs out: the next office is told while the matter is still fresh.
    """

    first_wait: timedelta = timedelta(seconds=30)
    longest_wait: timedelta = timedelta(hours=1)
    longest_asked_wait: timedelta = timedelta(hours=24)
    most_tries: int = 8


PATIENCE: Final = RetryPolicy()
_MOST_DOUBLINGS: Final = 20
"""Half a minute doubled twenty times is a year: enough for every cap, and far from overflowing."""


def next_try(
    tries: int, outcome: Outcome, now: datetime, *, policy: RetryPolicy = PATIENCE, jitter: float = 0.0
) -> datetime | None:
    """Return when to send again, or None when there is nothing more to try.

    Parameters
    ----------
    tries
        Tries made so far, the one that just ended included (1 after the first).
    outcome
        How it ended; only :class:`RetryLater` is tried again.
    now
        The moment it ended, aware.
    policy
        First and longest wait, the longest wait a service may ask for, and the number of tries.
    jitter
        A share from 0 to 1 that is added to the wait, drawn by the caller, so that many senders that failed
        together do not come back together. Waits only grow by it: a service is never asked too early.

    Returns
    -------
    datetime or None
        ``now`` plus the greater of the doubling wait (``first_wait * 2**(tries - 1)``, at most
        ``longest_wait``) and what the service asked for (at most ``longest_asked_wait``), plus jitter.

    Raises
    ------
    ValueError
        ``tries`` is below 1, ``jitter`` outside 0 to 1, or ``now`` has no time zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> next_try(2, RetryLater(None, "500", ""), datetime(2026, 3, 1, tzinfo=UTC))
    datetime.datetime(2026, 3, 1, 0, 1, tzinfo=datetime.timezone.utc)
    """
    if tries < 1 or not 0.0 <= jitter <= 1.0 or now.tzinfo is None:
        raise ValueError("next_try needs tries >= 1, jitter within 0 and 1, and an aware time")
    if not isinstance(outcome, RetryLater) or tries >= policy.most_tries:
        return None
    wait = max(_doubling_wait(tries, policy), _asked_wait(outcome, policy))
    return now + wait * (1.0 + jitter)


def _doubling_wait(tries: int, policy: RetryPolicy) -> timedelta:
    """Return the first wait doubled for each earlier try, at most the longest wait."""
    return min(policy.first_wait * 2.0 ** min(tries - 1, _MOST_DOUBLINGS), policy.longest_wait)


def _asked_wait(outcome: RetryLater, policy: RetryPolicy) -> timedelta:
    """Return the wait the service asked for, capped so that nothing sleeps for years."""
    most = int(policy.longest_asked_wait.total_seconds())
    return timedelta(seconds=min(max(outcome.after_seconds or 0, 0), most))
