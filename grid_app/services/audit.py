"""The audit trail: an append-only, hash-chained list of every change and every read of personal data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from grid_app.models.accounts import AuditEvent
from grid_app.policy import Actor

FIRST_LINK = "0" * 64
CHAIN_LOCK = 7_402_001


def record_audit(
    session: Session,
    actor: Actor | None,
    action: str,
    *,
    now: datetime,
    target: tuple[str, str] = ("", ""),
    details: Mapping[str, str | int | bool | None] | None = None,
    succeeded: bool = True,
) -> None:
    """Add one link to the audit chain, in the caller's transaction.

    ``target`` is (kind, id). ``details`` holds codes and counts, never personal words. ``actor`` is ``None`` for
    what the platform does by itself and for failed sign-ins.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    session.flush()  # the link before may still be waiting in this session
    last = session.execute(
        select(AuditEvent.number, AuditEvent.digest).order_by(AuditEvent.number.desc()).limit(1)
    ).first()
    number, previous = (last.number + 1, last.digest) if last else (1, FIRST_LINK)
    event = AuditEvent(
        number=number,
        at=now,
        account_id=actor.account_id if actor else None,
        assignment_id=actor.assignment_id if actor else None,
        acting_for=actor.acting_for if actor else None,
        action=action,
        target_kind=target[0],
        target_id=target[1],
        succeeded=succeeded,
        details=dict(details or {}),
        previous=previous,
        digest="",
    )
    event.digest = digest_of_event(event)
    session.add(event)


def digest_of_event(event: AuditEvent) -> str:
    """Return the SHA-256 of a link: every column but the digest itself, in canonical JSON."""
    body = {
        "number": event.number,
        "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "account": str(event.account_id or ""),
        "assignment": str(event.assignment_id or ""),
        "acting_for": str(event.acting_for or ""),
        "action": event.action,
        "target": [event.target_kind, event.target_id],
        "succeeded": event.succeeded,
        "details": event.details,
        "previous": event.previous,
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_broken_link(session: Session) -> int | None:
    """Return the number of the first link that does not fit the chain, or ``None`` when all fit."""
    previous, expected = FIRST_LINK, 1
    for event in session.scalars(select(AuditEvent).order_by(AuditEvent.number).execution_options(yield_per=1000)):
        if event.number != expected or event.previous != previous or event.digest != digest_of_event(event):
            return expected
        previous, expected = event.digest, expected + 1
    return None
