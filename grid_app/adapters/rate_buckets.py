"""How often each robot and number was used, kept in the database, so that all dispatchers together keep its rate.

A slot is taken in the transaction that claims the message and counts as under way until its end is recorded; see
``notifications/rates.py`` for why that is exact. The rows are locked in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_rows import LONGEST_LEASE
from grid_app.models.channels import RateBucket
from notifications.rates import RATES, Rate, Sending, free_slots, still_counting, wait_for_slot

LONGEST_BLOCK: Final = timedelta(hours=1)
"""A service that names a longer time is asked again after this; a clock that was put back blocks no longer either."""


@dataclass
class Bucket:
    """One rate while its row is locked: what was sent, what is under way, until when nothing may be sent."""

    key: str
    rates: Sequence[Rate]
    sendings: list[Sending]
    now: float
    blocked_seconds: float = 0.0
    blocked_until: datetime | None = None
    changed: bool = field(default=False)

    @property
    def free(self) -> int:
        """Return how many may be sent now."""
        return 0 if self.blocked_seconds > 0 else free_slots(self.sendings, self.now, self.rates)

    @property
    def wait_seconds(self) -> float:
        """Return after how many seconds it is worth asking again."""
        return max(self.blocked_seconds, wait_for_slot(self.sendings, self.now, self.rates))

    def take(self, name: str, until: datetime) -> None:
        """Count a sending as under way, at the latest until its lease ends."""
        self.sendings.append(Sending(until.timestamp(), name))
        self.changed = True

    def settle(self, name: str) -> None:
        """Count a sending as over now."""
        self.sendings = [one for one in self.sendings if one.id != name]
        self.sendings.append(Sending(self.now))
        self.changed = True

    def block(self, now: datetime, seconds: float) -> None:
        """Let nothing be sent for as long as the service asked."""
        self.blocked_until = now + min(timedelta(seconds=seconds), LONGEST_BLOCK)
        self.changed = True


def rates_of(channel: str) -> tuple[Rate, ...]:
    """Return the rates of a kind of channel, empty when it may be used without limit."""
    return RATES.get(channel, ())


def lock_buckets(session: Session, keys: Mapping[str, str], *, now: datetime) -> dict[str, Bucket]:
    """Return the buckets of the keys, each with the kind of channel it is for, locked until the transaction ends."""
    if not keys:
        return {}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(RateBucket).on_conflict_do_nothing(), [{"key": key, "sends": []} for key in sorted(keys)])
    rows = session.scalars(
        select(RateBucket).where(RateBucket.key.in_(keys)).order_by(RateBucket.key).with_for_update()
    ).all()
    return {row.key: _bucket(row, RATES[keys[row.key]], now) for row in rows}


def keep_buckets(session: Session, buckets: Iterable[Bucket]) -> None:
    """Write down what changed."""
    for bucket in buckets:
        if bucket.changed:
            row = session.get_one(RateBucket, bucket.key)
            row.sends = [_written(one) for one in bucket.sendings]
            row.blocked_until = bucket.blocked_until


def _bucket(row: RateBucket, rates: Sequence[Rate], now: datetime) -> Bucket:
    moment = now.timestamp()
    stored = [_as_of(_read(one), moment) for one in row.sends]
    blocked = (row.blocked_until - now).total_seconds() if row.blocked_until else 0.0
    return Bucket(
        key=row.key,
        rates=rates,
        sendings=still_counting(stored, moment, rates),
        now=moment,
        blocked_seconds=blocked if blocked <= LONGEST_BLOCK.total_seconds() else 0.0,
        blocked_until=row.blocked_until,
        changed=any(not one.id and one.at >= moment for one in stored),  # a clock put back: they count from now on
    )


def _as_of(one: Sending, moment: float) -> Sending:
    """Return a sending; one under way for longer than any lease was begun by a clock that was ahead: over by now."""
    return Sending(moment) if one.id and one.at - moment > LONGEST_LEASE.total_seconds() else one


def _read(stored: object) -> Sending:
    """Return a sending as it was written: a moment, or under way with its id and the end of its lease."""
    if isinstance(stored, dict):
        return Sending(float(stored["until"]), str(stored["id"]))
    return Sending(float(str(stored)))


def _written(one: Sending) -> object:
    return {"id": one.id, "until": one.at} if one.id else one.at
