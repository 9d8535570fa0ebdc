"""Registered phones: a bearer token that stays signed in for 30 days behind a PIN and is revoked in one tap."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import DeviceToken
from grid_app.policy import Actor
from grid_app.security.passwords import hash_password
from grid_app.services.actors import actor_of
from grid_app.services.audit import record_audit
from grid_app.services.sign_in import digest_of_secret


@dataclass(frozen=True)
class Registered:
    """A phone was registered; ``token`` is shown once and kept nowhere."""

    device_id: UUID
    token: str
    expires_at: datetime


def register_device(session: Session, *, actor: Actor, label: str, pin: str, days: int, now: datetime) -> Registered:
    """Register a phone for the actor's present role and return its token."""
    token = secrets.token_urlsafe(32)
    device = DeviceToken(
        account_id=actor.account_id,
        assignment_id=actor.assignment_id,
        token_hash=digest_of_secret(token),
        label=label[:60],
        pin_hash=hash_password(pin),
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(device)
    session.flush()  # for the id the database row is known by
    record_audit(session, actor, "device.registered", now=now, target=("device", str(device.id)))
    return Registered(device.id, token, device.expires_at)


def actor_of_token(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Return who a bearer token acts as, or ``None`` when it is unknown, expired or revoked."""
    device = session.scalar(select(DeviceToken).where(DeviceToken.token_hash == digest_of_secret(token)))
    if device is None or device.revoked_at is not None or device.expires_at <= now:
        return None
    return actor_of(session, device.assignment_id, now=now)
