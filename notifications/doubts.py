"""Whose fault it is when a push service refuses our identity (401, 403): one subscription's, or our configuration's.

The answer is the same for a subscription made with another key than the one we know, and for a wrong key, subject or
clock of ours. What tells them apart is what the same push service says to others meanwhile. So a refused message is
tried again as with a busy service, until this shows:

- three devices were refused within an hour, and the service has taken nothing since: it is us;
- the service took a message for another device since this one was first refused: it is this subscription, which has
  ended as with 410;
- neither within two minutes: us, where the device subscribed with today's key (or it is not known with which), else
  the subscription.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from notifications.breaker import service_of
from notifications.messages import Gone, Misconfigured, Outcome, RetryLater, Sent
from notifications.targets import PushTarget, Target

REFUSED_IDENTITY: Final = frozenset({"401", "403"})
SEVERAL: Final = 3
TOGETHER: Final = timedelta(hours=1)
PATIENCE: Final = timedelta(minutes=2)
REMEMBERED: Final = timedelta(days=1)
"""So long a refusal counts as the beginning of a device's doubts; the daily probes bring the next answers."""


@dataclass(frozen=True, slots=True)
class _Refusals:
    """When a device was refused first, and the places of its first and last refusal among all answers."""

    begun: datetime
    last: datetime
    first_place: int
    last_place: int


@dataclass(slots=True)
class _Service:
    """What one push service said lately: who was refused, and whom it took messages for, newest first.

    Answers are put in order by counting, since a clock may stand still or be put back.
    """

    answers: int = 0
    refused: dict[str, _Refusals] = field(default_factory=dict)
    took: list[tuple[str, int]] = field(default_factory=list)

    def take(self, device: str) -> None:
        """Note a success: of the newest device, and of the newest beside it."""
        self.answers += 1
        self.refused.pop(device, None)
        self.took = [(device, self.answers), *[one for one in self.took if one[0] != device]][:2]

    def refuse(self, device: str, now: datetime) -> _Refusals:
        """Note a refusal and return those of the device."""
        self.answers += 1
        self.refused = {name: one for name, one in self.refused.items() if timedelta(0) <= now - one.begun < REMEMBERED}
        before = self.refused.get(device)
        begun, first = (before.begun, before.first_place) if before else (now, self.answers)
        self.refused[device] = _Refusals(begun, now, first, self.answers)
        return self.refused[device]

    def refused_together(self, now: datetime) -> int:
        """Return how many devices were refused lately and since the service took anything."""
        newest = max((place for _, place in self.took), default=0)
        return sum(one.last_place > newest and now - one.last < TOGETHER for one in self.refused.values())

    def took_for_another(self, device: str, since: int) -> bool:
        """Say whether another device got a message since then."""
        return any(name != device and place > since for name, place in self.took)


class Doubts:
    """Judges refusals of our identity by what the same push service says to others; for any number of threads.

    Parameters
    ----------
    our_key
        The public key that browsers subscribe with today.
    """

    def __init__(self, our_key: str = "") -> None:
        self._our_key = our_key
        self._services: dict[str, _Service] = {}
        self._lock = threading.Lock()

    def judge(self, channel: str, target: Target, outcome: Outcome, now: datetime) -> Outcome:
        """Return the outcome, a refusal of our identity as what it means by the rule above."""
        if not isinstance(target, PushTarget):
            return outcome
        with self._lock:
            service = self._services.setdefault(service_of(channel, target), _Service())
            if isinstance(outcome, Sent):
                service.take(target.endpoint)
            if not isinstance(outcome, Misconfigured) or outcome.code not in REFUSED_IDENTITY:
                return outcome
            return self._judged(service, target, outcome, now)

    def _judged(self, service: _Service, target: PushTarget, outcome: Misconfigured, now: datetime) -> Outcome:
        mine = service.refuse(target.endpoint, now)
        if service.refused_together(now) >= SEVERAL:
            return outcome
        if service.took_for_another(target.endpoint, mine.first_place):
            return Gone(outcome.code)
        if now - mine.begun < PATIENCE:
            return RetryLater(None, outcome.code, "The push service refuses our identity; it is asked once more.")
        return outcome if target.vapid_public in ("", self._our_key) else Gone(outcome.code)
