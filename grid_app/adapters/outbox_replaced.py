"""Messages to an endpoint that an administrator has replaced go on to the new one, whoever held them at that moment.

What waits is turned by the service that replaces. A message that was being sent just then is not taken away from its
sender: it may be taken by the old robot, and then it was sent there. If it was not, it goes to the new one, and nobody
is told of a fault of a robot that is not used any more. So it is with a device whose browser has a new subscription.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from grid_app.adapters.outbox_rows import Due
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import OutboxMessage

MOST_CHANGES: Final = 20
"""So often an endpoint may have been replaced while a message waited for it."""


def without_replaced(session: Session, rows: Sequence[Due]) -> list[Due]:
    """Return the rows whose endpoint was not replaced; the others are turned to the new one, due as they were."""
    new = successors_of(session, {row.endpoint_id for row in rows if row.disabled_at is not None})
    turned = [row for row in rows if row.endpoint_id in new]
    turn(session, {row.id: new[row.endpoint_id] for row in turned})
    return [row for row in rows if row.endpoint_id not in new]


def lock_against_replacing(session: Session, messages: Collection[UUID]) -> None:
    """Let nobody replace the endpoints of these messages until the transaction ends, so that no alarm comes too late.

    Taken before the messages themselves, in the order in which a replacement takes them.
    """
    if messages:
        endpoints = select(OutboxMessage.endpoint_id).where(OutboxMessage.id.in_(messages))
        asked = select(ChannelEndpoint.id).where(ChannelEndpoint.id.in_(endpoints)).order_by(ChannelEndpoint.id)
        session.execute(asked.with_for_update(read=True)).all()


def successors_of(session: Session, endpoints: Collection[UUID]) -> dict[UUID, UUID]:
    """Return, for each of the endpoints that was replaced, the one that is used in its stead."""
    found = {old: old for old in endpoints}
    for _ in range(MOST_CHANGES):
        next_ones = _next_of(session, set(found.values()))
        if not next_ones:
            break
        found = {old: next_ones.get(last, last) for old, last in found.items()}
    return {old: last for old, last in found.items() if last != old}


def turn(session: Session, turned: dict[UUID, UUID], *, due_at: datetime | None = None) -> None:
    """Turn messages, by their ids, to other endpoints; nobody holds them any more and their tries begin anew."""
    values: dict[str, object] = {"lease_token": None, "leased_until": None, "tries": 0, "bucket": ""}
    if due_at is not None:
        values["due_at"] = due_at
    for endpoint in set(turned.values()):
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_([one for one, to in turned.items() if to == endpoint]))
            .values(endpoint_id=endpoint, **values)
            .execution_options(synchronize_session=False)
        )


def put_back(session: Session, messages: Collection[UUID], *, due_at: datetime) -> None:
    """Let messages be sent anew, from when they are due; nobody holds them any more and their tries begin anew."""
    if messages:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(messages))
            .values(lease_token=None, leased_until=None, tries=0, due_at=due_at)
            .execution_options(synchronize_session=False)
        )


def _next_of(session: Session, endpoints: Collection[UUID]) -> dict[UUID, UUID]:
    """Return the next endpoint of each: of the same office and kind, made at the moment that ended the old one.

    Of several, which only a clock that stands still makes, one that is in use.
    """
    old, new = aliased(ChannelEndpoint), aliased(ChannelEndpoint)
    rows = session.execute(
        select(old.id, new.id)
        .join(new, (new.unit_id == old.unit_id) & (new.kind == old.kind) & (new.created_at == old.disabled_at))
        .where(old.id.in_(endpoints), new.id != old.id)
        .order_by(new.disabled_at.is_(None), new.id)
    ).all()
    return {row[0]: row[1] for row in rows}
