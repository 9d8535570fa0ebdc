"""Our own stand-ins for the ports: a clock that stands still and an outbox in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from notifications.messages import Message, Outcome, PushTarget, RetryLater
from notifications.ports import Claimed, Ended, LeaseLostError


class FrozenClock:
    """Stands still until it is advanced."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def advance(self, step: timedelta) -> None:
        self._now += step


@dataclass(frozen=True)
class _Entry:
    channel: str
    target: PushTarget
    message: Message
    due_at: datetime | None
    tries: int = 0
    lease_token: str = ""
    lease_until: datetime | None = None


class MemoryOutbox:
    """Keeps the law of the outbox port in a dict; for tests of one thread."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self.outcomes: list[tuple[str, Outcome]] = []

    def put(self, message: Message, target: PushTarget, *, channel: str, due_at: datetime) -> str:
        name = f"message-{len(self._entries) + 1}"
        self._entries[name] = _Entry(channel, target, message, due_at)
        return name

    def claim(
        self,
        now: datetime,
        *,
        limit: int,
        lease: timedelta,
        worker: str,
        channels: Collection[str] | None = None,
    ) -> list[Claimed]:
        due = [
            name
            for name, entry in self._entries.items()
            if _is_due(entry, now) and (channels is None or entry.channel in channels)
        ][:limit]
        return [self._hold(name, now + lease, worker) for name in due]

    def _hold(self, name: str, until: datetime, worker: str) -> Claimed:
        old = self._entries[name]
        token = f"{worker}:{name}:{old.tries + 1}"
        held = replace(old, tries=old.tries + 1, lease_token=token, lease_until=until)
        self._entries[name] = held
        return Claimed(name, held.channel, held.target, held.message, held.tries, token)

    def record(self, claimed: Claimed, outcome: Outcome, *, now: datetime, retry_at: datetime | None) -> None:
        entry = self._entries[claimed.id]
        if entry.lease_token != claimed.lease_token:
            raise LeaseLostError(claimed.id)
        due_at = retry_at if isinstance(outcome, RetryLater) else None
        self._entries[claimed.id] = replace(entry, due_at=due_at, lease_token="", lease_until=None)
        self.outcomes.append((claimed.id, outcome))

    def record_all(self, ended: Sequence[Ended], *, now: datetime) -> frozenset[str]:
        lost = set()
        for one in ended:
            try:
                self.record(one.claimed, one.outcome, now=now, retry_at=one.retry_at)
            except LeaseLostError:
                lost.add(one.claimed.id)
        return frozenset(lost)


def _is_due(entry: _Entry, now: datetime) -> bool:
    leased = entry.lease_until is not None and now < entry.lease_until
    return entry.due_at is not None and entry.due_at <= now and not leased
