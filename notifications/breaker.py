"""Not waiting for a service that does not answer: after a few silences in a row it is left alone for a while.

Where a push service cannot be reached at all, each message would wait for its whole time-out, and hold up those to
services that answer.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from notifications.messages import Outcome, RetryLater
from notifications.targets import PushTarget, Target, WebhookTarget

SILENCES: Final = frozenset({"timeout", "network", "unresolved"})
"""Codes of a :class:`RetryLater` that say that nobody answered."""
RESTING: Final = RetryLater(None, "resting", "The service did not answer a moment ago and is left alone.")


@dataclass(slots=True)
class _Service:
    silences: int = 0
    asked_at: datetime | None = None


class Breaker:
    """Remembers which services are silent; for any number of threads.

    Parameters
    ----------
    silences
        How many in a row make a service rest.
    rest
        How long it rests; then one message asks again, while the others still wait.
    """

    def __init__(self, *, silences: int = 3, rest: timedelta = timedelta(seconds=30)) -> None:
        self._most = silences
        self._rest = rest
        self._services: dict[str, _Service] = {}
        self._lock = threading.Lock()

    def may_ask(self, service: str, now: datetime) -> bool:
        """Say whether the service may be asked now; a clock that was put back makes none rest longer."""
        with self._lock:
            known = self._services.get(service)
            if known is None or known.silences < self._most or known.asked_at is None:
                return True
            if timedelta(0) <= now - known.asked_at < self._rest:
                return False
            known.asked_at = now
            return True

    def note(self, service: str, outcome: Outcome, now: datetime) -> None:
        """Take note of how a sending ended."""
        with self._lock:
            if isinstance(outcome, RetryLater) and outcome.code in SILENCES:
                known = self._services.setdefault(service, _Service())
                known.silences += 1
                known.asked_at = now
            else:
                self._services.pop(service, None)


def service_of(channel: str, target: Target) -> str:
    """Return the name of the service behind a target: the host for a push service or webhook, else the channel.

    Examples
    --------
    >>> service_of("webpush", PushTarget("https://push.example.com/x", "p", "a"))
    'webpush:push.example.com'
    """
    if isinstance(target, PushTarget | WebhookTarget):
        address = target.endpoint if isinstance(target, PushTarget) else target.url
        return f"{channel}:{_host_of(address)}"
    return channel


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
