"""Taking what is due: shut, ended and unreadable messages end here, rates and order are kept, the rest is held."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_alarms import Alarms, Concerned, host_of
from grid_app.adapters.outbox_digests import begin_digest, digest_of, is_digest, merge_into, waiting_digest
from grid_app.adapters.outbox_ends import SHOWN, End, stop, write_ends
from grid_app.adapters.outbox_order import in_order
from grid_app.adapters.outbox_passed_on import passed_on
from grid_app.adapters.outbox_replaced import without_replaced
from grid_app.adapters.outbox_rows import (
    TAKEN_UP,
    Due,
    UnreadableError,
    Unseal,
    due_rows,
    is_about_its_unit,
    message_in,
    target_in,
)
from grid_app.adapters.rate_buckets import Bucket, keep_buckets, lock_buckets, rates_of
from grid_app.models.escalations import OutboxMessage
from notifications.messages import Message, Misconfigured, Outcome, Refused
from notifications.ports import Claimed
from notifications.targets import Target

MERGED_PURPOSES: Final = frozenset({"escalation", "alarm"})
HALF_HOUR: Final = 1800.0
BUSY_BEFORE_SECONDS: Final = 2.0
BUSY_SECONDS: Final = 10.0
"""Feishu asks to keep clear of full and half hours, when everybody sends (error 11232)."""
BUSY_CHANNEL: Final = "feishu"

Chance = Callable[[], float]
_MESSAGES: Final = cast(Table, OutboxMessage.__table__)  # the declarative base calls it a FromClause


@dataclass(frozen=True, slots=True)
class Tools:
    """What claiming needs besides the database: the key of endpoints, who keeps alarms, and chance."""

    unseal: Unseal | None
    alarms: Alarms | None
    chance: Chance


@dataclass(frozen=True, slots=True)
class Readable:
    """A due row with its message and its target."""

    row: Due
    message: Message
    target: Target


def claim_due(
    session: Session,
    tools: Tools,
    *,
    now: datetime,
    limit: int,
    lease: timedelta,
    channels: Collection[str] | None,
) -> tuple[int, list[Claimed]]:
    """Return how many due rows were looked at, and the claims on those that may be sent now.

    Every row looked at is either held, ended, merged or put off, so that looking again finds others.
    """
    rows = due_rows(session, now=now, limit=limit, channels=channels)
    waiting_for = _without_shown(session, _without_ended(session, rows, now=now), tools, now=now)
    going = without_replaced(session, waiting_for)
    waiting = in_order(session, going, now=now)
    readable = _readable(session, waiting, tools, now=now)
    free = [one for one in readable if not rates_of(one.row.channel) or one.row.endpoint_id is None]
    limited = [one for one in readable if rates_of(one.row.channel) and one.row.endpoint_id is not None]
    free, until = _with_digests(session, free, now=now), now + lease
    return len(rows), _hold(session, free + _within_rates(session, limited, tools, now=now, until=until), until)


def concerned_by(row: Due) -> Concerned:
    """Return whom a message concerns."""
    return Concerned(row.unit_id, row.channel, row.endpoint_id, row.escalation_id, host_of(row.push_endpoint))


def bucket_key(row: Due) -> str:
    """Return the key of the rate that a message counts against."""
    return row.bucket or f"{row.channel}:{row.endpoint_id}"


def _without_ended(session: Session, rows: Sequence[Due], *, now: datetime) -> list[Due]:
    """Return the rows that still have somebody to tell.

    Stopped is what an office has taken up, what is about the unit it goes to since the matter was shut to it, and what
    goes to a unit that has handed the escalation over.
    """
    shut = passed_on(session, [row for row in rows if row.purpose == "escalation"]) | {
        row.id
        for row in rows
        if is_about_its_unit(row) or (row.purpose == "escalation" and row.escalation_state in TAKEN_UP)
    }
    gone = {row.id for row in rows if row.dropped_at is not None} - shut
    stop(session, sorted(shut), now=now)
    stop(session, sorted(gone), state="gone", now=now)
    return [row for row in rows if row.id not in shut and row.id not in gone]


def _without_shown(session: Session, rows: Sequence[Due], tools: Tools, *, now: datetime) -> list[Due]:
    """Return the rows that no device has answered for; the others were sent, though nobody lived to record it."""
    shown = [_end(row, SHOWN) for row in rows if row.delivered_at is not None]
    if shown:
        write_ends(session, shown, tools.alarms, now=now)
    return [row for row in rows if row.delivered_at is None]


def _readable(session: Session, rows: Sequence[Due], tools: Tools, *, now: datetime) -> list[Readable]:
    """Return the rows that can be sent; the others end here, each with its alarm."""
    found, ends = [], []
    for row in rows:
        target = target_in(row, tools.unseal)
        try:
            message = message_in(row)
        except UnreadableError as error:
            ends.append(_end(row, Refused("unreadable", f"The message cannot be read: {error}.")))
            continue
        if isinstance(target, Misconfigured):
            ends.append(_end(row, target))
        else:
            found.append(Readable(row, message, target))
    if ends:
        write_ends(session, ends, tools.alarms, now=now)
    return found


def _end(row: Due, outcome: Outcome) -> End:
    return End(
        id=row.id,
        outcome=outcome,
        retry_at=None,
        taken_up=False,
        purpose=row.purpose,
        subscription_id=row.subscription_id,
        concerned=concerned_by(row),
    )


def _within_rates(
    session: Session, those: Sequence[Readable], tools: Tools, *, now: datetime, until: datetime
) -> list[Readable]:
    """Return what the rates allow to be sent now; the rest is merged into digests, or put off."""
    groups: dict[str, list[Readable]] = defaultdict(list)
    for one in those:
        groups[bucket_key(one.row)].append(one)
    buckets = lock_buckets(session, {key: group[0].row.channel for key, group in groups.items()}, now=now)
    taken: list[Readable] = []
    for key in sorted(groups):
        mine = _of_one_rate(session, groups[key], buckets[key], tools, now=now)
        for one in mine:
            buckets[key].take(str(one.row.id), until)
        taken += mine
    keep_buckets(session, buckets.values())
    return taken


def _of_one_rate(
    session: Session, group: list[Readable], bucket: Bucket, tools: Tools, *, now: datetime
) -> list[Readable]:
    """Return what one endpoint is sent now: single messages while there is room, the last slot is for all the rest."""
    pause = _busy_pause(group[0].row.channel, now, tools.chance)
    if pause:
        _put_off(session, group, now + timedelta(seconds=pause))
        return []
    digests = [one for one in group if is_digest(one.row)]
    others = [one for one in group if not is_digest(one.row)]
    sent = (digests + others)[: bucket.free]
    left = (digests + others)[bucket.free :]
    if not left:
        return _with_digests(session, sent, now=now)
    again_at = now + timedelta(seconds=bucket.wait_seconds or 1.0)
    mergeable = [one for one in left if one.row.purpose in MERGED_PURPOSES]
    _put_off(session, [one for one in left if one not in mergeable], again_at)
    digest_id = digests[0].row.id if digests else waiting_digest(session, group[0].row.endpoint_id, now=now)
    if digest_id is None and sent and sent[-1].row.purpose in MERGED_PURPOSES and mergeable:
        mergeable.insert(0, sent.pop())  # the last slot goes to the digest of all the rest
        digest_id = begin_digest(session, group[0].row, due_at=now, now=now)
    elif digest_id is None and len(mergeable) > 1:
        digest_id = begin_digest(session, group[0].row, due_at=again_at, now=now)
    if digest_id is None:
        _put_off(session, mergeable, again_at)
    else:
        merge_into(session, digest_id, [one.row for one in mergeable])
    return _with_digests(session, sent, now=now)


def _with_digests(session: Session, sent: Sequence[Readable], *, now: datetime) -> list[Readable]:
    """Return what is sent, each digest with what it has to say now; one with nothing to say is stopped."""
    ready = []
    for one in sent:
        message = digest_of(session, one.row.id, now=now) if is_digest(one.row) else one.message
        if message is None:
            stop(session, [one.row.id], now=now)
        else:
            ready.append(replace(one, message=message))
    return ready


def _busy_pause(channel: str, now: datetime, chance: Chance) -> float:
    """Return for how many seconds a service is better left alone at this moment of the hour."""
    since = (now.timestamp() + BUSY_BEFORE_SECONDS) % HALF_HOUR
    if channel != BUSY_CHANNEL or since >= BUSY_SECONDS:
        return 0.0
    return BUSY_SECONDS - since + BUSY_SECONDS * chance()


def _put_off(session: Session, those: Sequence[Readable], until: datetime) -> None:
    if those:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_([one.row.id for one in those]))
            .values(due_at=until)
            .execution_options(synchronize_session=False)
        )


def _hold(session: Session, those: Sequence[Readable], until: datetime) -> list[Claimed]:
    """Return the claims on messages, having put one fresh lease on all their rows."""
    if not those:
        return []
    token = secrets.token_urlsafe(16)
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_([one.row.id for one in those]))
        .values(tries=OutboxMessage.tries + 1, lease_token=token, leased_until=until)
        .execution_options(synchronize_session=False)
    )
    _name_buckets(session, [one.row for one in those if rates_of(one.row.channel) and not one.row.bucket])
    return [
        Claimed(
            id=str(one.row.id),
            channel=one.row.channel,
            target=one.target,
            message=one.message,
            tries=one.row.tries + 1,
            lease_token=token,
        )
        for one in those
    ]


def _name_buckets(session: Session, rows: Sequence[Due]) -> None:
    named = [{"one": row.id, "key": bucket_key(row)} for row in rows if row.endpoint_id is not None]
    if named:
        name = update(_MESSAGES).where(_MESSAGES.c.id == bindparam("one")).values(bucket=bindparam("key"))
        session.connection().execute(name, named)
