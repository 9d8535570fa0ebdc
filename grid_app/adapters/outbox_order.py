"""The order of messages about one escalation to one target: a newer one replaces the older, or waits for it.

Both go out under the same tag. While the older one is being sent the newer one is not, so that it cannot arrive first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, literal_column, select, update
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_rows import Due
from grid_app.models.escalations import OutboxMessage

LOOK_AGAIN: Final = timedelta(seconds=2)

Target = tuple[object, object, object]
Sibling = Row[*tuple[Any, ...]]


def in_order(session: Session, rows: Sequence[Due], *, now: datetime) -> list[Due]:
    """Return those of the rows that may go out now; older ones are merged into them, the others wait two seconds."""
    shared = {target for where in _at_targets(rows) for target in _with_several(session, where)}
    crowded = [row for row in rows if _target(row) in shared]
    if not crowded:
        return list(rows)
    seen, free = _siblings(session, crowded, now=now)
    replaced: dict[UUID, UUID] = {}
    waiting: set[UUID] = set()
    for row in sorted(crowded, key=_age, reverse=True):
        if row.id in replaced:
            continue
        older = [one for one in seen if _target(one) == _target(row) and _age(one) < _age(row)]
        if all(one.id in free for one in older):
            replaced.update({one.id: row.id for one in older})
        else:
            waiting.add(row.id)
    _merge(session, replaced)
    _wait(session, waiting, now=now)
    return [row for row in rows if row.id not in replaced and row.id not in waiting]


def _at_targets(rows: Sequence[Due]) -> list[ColumnElement[bool]]:
    """Return the conditions for what waits for the same devices, and for the same endpoints, about the same matters.

    Each names the columns of ``ix_outbox_messages_waiting_target`` from the left, and the state as it stands there: a
    storm has ten thousand messages about one escalation, and each batch asks.
    """
    about = OutboxMessage.escalation_id.in_({row.escalation_id for row in rows if row.escalation_id is not None})
    waits = OutboxMessage.state == literal_column("'due'")
    devices = {row.subscription_id for row in rows if row.subscription_id is not None}
    endpoints = {row.endpoint_id for row in rows if row.subscription_id is None}
    to_endpoint = and_(OutboxMessage.subscription_id.is_(None), OutboxMessage.endpoint_id.in_(endpoints))
    asked = (devices, OutboxMessage.subscription_id.in_(devices)), (endpoints, to_endpoint)
    return [and_(waits, about, where) for some, where in asked if some]


def _with_several(session: Session, where: ColumnElement[bool]) -> list[Target]:
    columns = OutboxMessage.escalation_id, OutboxMessage.subscription_id, OutboxMessage.endpoint_id
    asked = select(*columns).where(where).group_by(*columns).having(func.count() > 1)
    return [_target(row) for row in session.execute(asked)]


def _siblings(session: Session, rows: Sequence[Due], *, now: datetime) -> tuple[list[Sibling], set[UUID]]:
    """Return what else waits or is being sent to the same targets, and the ids of what is ours to merge.

    What another worker is just taking is locked, and so is in the first answer and not in the second.
    """
    asked = select(
        OutboxMessage.id,
        OutboxMessage.escalation_id,
        OutboxMessage.subscription_id,
        OutboxMessage.endpoint_id,
        OutboxMessage.created_at,
        OutboxMessage.leased_until,
    )
    seen: list[Sibling] = []
    ours: list[Sibling] = []
    for where in _at_targets(rows):
        seen += session.execute(asked.where(where)).all()
        ours += session.execute(asked.where(where).with_for_update(skip_locked=True)).all()
    return seen, {one.id for one in ours if one.leased_until is None or one.leased_until <= now}


def _merge(session: Session, replaced: dict[UUID, UUID]) -> None:
    """Let each older message count as the one that replaces it, and what it stood for too."""
    for old, new in replaced.items():
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.merged_into == old)
            .values(merged_into=new)
            .execution_options(synchronize_session=False)
        )
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == old)
            .values(state="merged", merged_into=new, lease_token=None, leased_until=None)
            .execution_options(synchronize_session=False)
        )


def _wait(session: Session, ids: set[UUID], *, now: datetime) -> None:
    if ids:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(ids))
            .values(due_at=now + LOOK_AGAIN)
            .execution_options(synchronize_session=False)
        )


def _target(row: Due | Sibling) -> Target:
    return (row.escalation_id, row.subscription_id, row.endpoint_id)


def _age(row: Due | Sibling) -> tuple[datetime, UUID]:
    return (row.created_at, row.id)
