"""The audit trail: an append-only, hash-chained list of every change and every read of personal data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from grid_app.models.accounts import AuditEvent, InstallationFact
from grid_app.policy import Actor

FIRST_LINK = "0" * 64
CHAIN_LOCK = 7_402_001
VERIFIED = "audit.verified"


@dataclass(frozen=True)
class Verification:
    """A walk along the chain: the last link that fits, its digest, and the first that does not (``None``: all fit)."""

    number: int
    digest: str
    broken_at: int | None


@dataclass(frozen=True)
class Verified:
    """The last link of a chain that was found whole, and when."""

    number: int
    digest: str
    at: datetime


@dataclass(frozen=True)
class Deed:
    """What a link tells beside who and when: ``target`` is (kind, id), ``details`` codes and counts, never words."""

    action: str
    target: tuple[str, str] = ("", "")
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    succeeded: bool = True


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
    record_audits(session, actor, [Deed(action, target, details or {}, succeeded)], now=now)


def record_audits(session: Session, actor: Actor | None, deeds: Sequence[Deed], *, now: datetime) -> None:
    """Add a link for each deed, in order, in the caller's transaction: the chain is locked and read once for all."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": CHAIN_LOCK})
    session.flush()  # the link before may still be waiting in this session
    last = session.execute(
        select(AuditEvent.number, AuditEvent.digest).order_by(AuditEvent.number.desc()).limit(1)
    ).first()
    newest, previous = (last.number, last.digest) if last else (0, FIRST_LINK)
    for number, deed in enumerate(deeds, start=newest + 1):
        event = _link(actor, deed, number=number, previous=previous, now=now)
        session.add(event)
        previous = event.digest


def _link(actor: Actor | None, deed: Deed, *, number: int, previous: str, now: datetime) -> AuditEvent:
    event = AuditEvent(
        number=number,
        at=now,
        account_id=actor.account_id if actor else None,
        assignment_id=actor.assignment_id if actor else None,
        acting_for=actor.acting_for if actor else None,
        action=deed.action,
        target_kind=deed.target[0],
        target_id=deed.target[1],
        succeeded=deed.succeeded,
        details=dict(deed.details),
        previous=previous,
        digest="",
    )
    event.digest = digest_of_event(event)
    return event


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


def verify_chain(session: Session) -> Verification:
    """Return how far the audit chain fits: every link to the one before, and to what was verified last time.

    What was verified last time is a number and its digest: a chain that was cut at its end, or written anew as a
    whole, no longer holds them.
    """
    previous, number = FIRST_LINK, 0
    known = last_verification(session)
    question = select(AuditEvent).order_by(AuditEvent.number).execution_options(yield_per=1000)
    with closing(session.scalars(question)) as events:  # a cursor on the server must not be left open on return
        for event in events:
            fits = event.number == number + 1 and event.previous == previous and event.digest == digest_of_event(event)
            rewritten = known is not None and event.number == known.number and event.digest != known.digest
            if not fits or rewritten:
                return Verification(number, previous, broken_at=number + 1)
            previous, number = event.digest, event.number
            session.expunge(event)
    if known is not None and number < known.number:
        return Verification(number, previous, broken_at=number + 1)
    return Verification(number, previous, broken_at=None)


def first_broken_link(session: Session) -> int | None:
    """Return the number of the first link that does not fit the chain, or ``None`` when all fit."""
    return verify_chain(session).broken_at


def remember_verification(session: Session, found: Verification, *, actor: Actor | None, now: datetime) -> None:
    """Keep what was verified, for the page and the next verification; a broken chain keeps what was whole before."""
    if found.broken_at is None:
        value = json.dumps({"number": found.number, "digest": found.digest, "at": now.astimezone(UTC).isoformat()})
        row = session.get(InstallationFact, VERIFIED)
        if row is None:
            session.add(InstallationFact(name=VERIFIED, value=value))
        else:
            row.value = value
    details = {"until": found.number, "broken_at": found.broken_at}
    record_audit(session, actor, "audit.verified", now=now, succeeded=found.broken_at is None, details=details)


def last_verification(session: Session) -> Verified | None:
    """Return what was verified last, or ``None`` before the first time."""
    row = session.get(InstallationFact, VERIFIED)
    if row is None:
        return None
    kept = json.loads(row.value)
    return Verified(int(kept["number"]), str(kept["digest"]), datetime.fromisoformat(kept["at"]))
