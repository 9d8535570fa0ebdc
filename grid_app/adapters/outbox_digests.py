"""One message for many: what an endpoint may not be told one by one goes out as a digest, made up when it is sent.

A merged message counts as sent when its digest is. What an office has taken up meanwhile is left out of it, what is
about the office itself since, and what the office has handed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_ends import stop
from grid_app.adapters.outbox_passed_on import passed_on
from grid_app.adapters.outbox_rows import ABOUT_UNIT, TAKEN_UP, Due, is_about_its_unit, is_free
from grid_app.database.base import new_id
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, OutboxMessage
from grid_app.models.incidents import Incident
from grid_app.vocabulary.words import GRADE_ORDER, GRADE_WORDS
from notifications.messages import Message, compose_digest

DIGEST: Final = "digest"
PREFIX: Final = "merged:"
INBOX_URL: Final = "/inbox"


def is_digest(row: Due) -> bool:
    """Say whether a row is a digest of ours, which is made up when it is sent; others have their words already."""
    return bool(row.purpose == DIGEST and row.dedupe_key == key_of(row.id))


def waiting_digest(session: Session, endpoint_id: UUID, *, now: datetime) -> UUID | None:
    """Return the digest of an endpoint that has not been begun to be sent; on PostgreSQL it is locked."""
    return session.scalar(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.endpoint_id == endpoint_id,
            OutboxMessage.purpose == DIGEST,
            OutboxMessage.dedupe_key.startswith(PREFIX),
            OutboxMessage.state == "due",
            is_free(now),
        )
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def begin_digest(session: Session, first: Due, *, due_at: datetime, now: datetime) -> UUID:
    """Put an empty digest for the endpoint of ``first`` into the outbox and return its id."""
    digest_id = new_id()
    message = compose_digest(1, "", INBOX_URL, key_of(digest_id))
    session.add(
        OutboxMessage(
            id=digest_id,
            dedupe_key=key_of(digest_id),
            endpoint_id=first.endpoint_id,
            unit_id=first.unit_id,
            purpose=DIGEST,
            bucket=first.bucket or f"{first.channel}:{first.endpoint_id}",
            channel=first.channel,
            message=asdict(message),
            state="due",
            due_at=due_at,
            created_at=now,
        )
    )
    session.flush()  # others are merged into it next
    return digest_id


def merge_into(session: Session, digest_id: UUID, rows: Sequence[Due]) -> None:
    """Let the rows go out inside a digest, and with them what had been merged into them."""
    ids = [row.id for row in rows]
    if not ids:
        return
    merged = {"state": "merged", "merged_into": digest_id, "lease_token": None, "leased_until": None}
    session.execute(
        update(OutboxMessage)
        .where(or_(OutboxMessage.id.in_(ids), OutboxMessage.merged_into.in_(ids)))
        .values(**merged)
        .execution_options(synchronize_session=False)
    )


def digest_of(session: Session, digest_id: UUID, *, now: datetime) -> Message | None:
    """Return what a digest has to say now, None when nothing of it waits for an answer any more."""
    rows = session.execute(
        select(
            OutboxMessage.id, OutboxMessage.escalation_id, OutboxMessage.unit_id, OutboxMessage.created_at,
            Escalation.state.label("escalation_state"), Escalation.grade, Escalation.bounces,
            ABOUT_UNIT.label("about_unit_id"),
        )
        .outerjoin(Escalation, Escalation.id == OutboxMessage.escalation_id)
        .outerjoin(Dispute, Dispute.id == Escalation.dispute_id)
        .outerjoin(Incident, Incident.id == Escalation.incident_id)
        .where(OutboxMessage.merged_into == digest_id, OutboxMessage.state == "merged")
    ).all()  # fmt: skip
    over = {row.id for row in rows if row.escalation_state in TAKEN_UP or is_about_its_unit(row)}
    over |= passed_on(session, rows)
    stop(session, sorted(over), now=now)
    open_rows = [row for row in rows if row.id not in over]
    if not open_rows:
        return None
    matters = {row.escalation_id or row.id for row in open_rows}
    grades = [row.grade for row in open_rows if row.grade in GRADE_ORDER]
    reddest = GRADE_WORDS[max(grades, key=GRADE_ORDER.index)] if grades else ""
    message = compose_digest(len(matters), reddest, INBOX_URL, key_of(digest_id))
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == digest_id)
        .values(message=asdict(message))
        .execution_options(synchronize_session=False)
    )
    return message


def key_of(digest_id: UUID) -> str:
    """Return the key of a digest, which its message carries too."""
    return f"{PREFIX}{digest_id}"
