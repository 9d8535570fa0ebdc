"""Registered phones: a bearer token that stays signed in for 30 days behind a PIN and is revoked in one tap."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import Assignment, DeviceToken
from grid_app.models.places import Division
from grid_app.policy import Actor, covers
from grid_app.security.passwords import hash_password, password_matches
from grid_app.services.accounts.actors import actor_of
from grid_app.services.accounts.sign_in import digest_of_secret
from grid_app.services.audit import record_audit

FAILURES_BEFORE_REVOKED = 5
PIN_LENGTHS = range(4, 9)
LABEL_LENGTH = 60


@dataclass(frozen=True)
class Registered:
    """A phone was registered; ``token`` is shown once and kept nowhere."""

    device_id: UUID
    token: str
    expires_at: datetime


@dataclass(frozen=True)
class PinRight:
    """The PIN is right; the phone may open its drafts and send."""

    expires_at: datetime


@dataclass(frozen=True)
class PinWrong:
    """The PIN is wrong; after ``tries_left`` more the phone is signed out."""

    tries_left: int


@dataclass(frozen=True)
class PhoneRevoked:
    """The phone is not registered (any more); the person signs in again and registers it anew."""


def register_device(session: Session, *, actor: Actor, label: str, pin: str, days: int, now: datetime) -> Registered:
    """Register a phone for the actor's present role and return its token.

    Raises
    ------
    InvalidError
        The PIN is not 4 to 8 digits, or too easy.
    """
    weak = pin_weakness(pin)
    if weak:
        raise InvalidError("手机没有登记成功,请换一个口令。", fields={"pin": weak})
    token = secrets.token_urlsafe(32)
    device = DeviceToken(
        account_id=actor.account_id,
        assignment_id=actor.assignment_id,
        token_hash=digest_of_secret(token),
        label=" ".join(label.replace("\x00", "").split())[:LABEL_LENGTH],
        pin_hash=hash_password(pin),
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(device)
    session.flush()  # for the id the database row is known by
    record_audit(session, actor, "device.registered", now=now, target=("device", str(device.id)))
    return Registered(device.id, token, device.expires_at)


def pin_weakness(pin: str) -> str:
    """Return why a PIN cannot be taken (zh-CN), or an empty string."""
    if not (pin.isascii() and pin.isdigit() and len(pin) in PIN_LENGTHS):
        return "口令要 4 到 8 位数字。"
    steps = {int(after) - int(before) for before, after in pairwise(pin)}
    return "口令太简单:不要全是同一个数字,也不要顺着数。" if steps in ({0}, {1}, {-1}) else ""


def actor_of_token(session: Session, token: str, *, now: datetime) -> Actor | None:
    """Return who a bearer token acts as, or ``None`` when it is unknown, expired or revoked."""
    device = session.scalar(select(DeviceToken).where(DeviceToken.token_hash == digest_of_secret(token)))
    if device is None or device.revoked_at is not None or device.expires_at <= now:
        return None
    return actor_of(session, device.assignment_id, now=now)


def check_pin(session: Session, *, token: str, pin: str, now: datetime) -> PinRight | PinWrong | PhoneRevoked:
    """Compare the PIN of a registered phone; five wrong ones in a row revoke it.

    A refusal is a value, so that the counted failure is committed.
    """
    device = session.scalar(
        select(DeviceToken).where(DeviceToken.token_hash == digest_of_secret(token)).with_for_update()
    )
    if device is None or device.revoked_at is not None or device.expires_at <= now:
        return PhoneRevoked()
    if pin_weakness(pin) == "" and password_matches(device.pin_hash, pin):
        device.failed_pins = 0
        return PinRight(device.expires_at)
    device.failed_pins += 1
    if device.failed_pins < FAILURES_BEFORE_REVOKED:
        return PinWrong(FAILURES_BEFORE_REVOKED - device.failed_pins)
    device.revoked_at = now
    record_audit(session, None, "device.revoked", now=now, target=("device", str(device.id)), details={"by": "pin"})
    return PhoneRevoked()


def revoke_device(session: Session, *, device_id: UUID, actor: Actor, now: datetime) -> None:
    """Revoke a phone registered for a role in the actor's area; what it holds unsent stays on it.

    Revoking twice changes nothing.

    Raises
    ------
    NotFoundError
        There is no such phone in the actor's area.
    """
    row = session.execute(
        select(DeviceToken, Division.path)
        .join(Assignment, Assignment.id == DeviceToken.assignment_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(DeviceToken.id == device_id)
    ).first()
    if row is None or not covers(actor, row.path):
        raise NotFoundError("没有这部手机,或者它不归您管理。请刷新页面再看。")
    device = row.DeviceToken
    if device.revoked_at is None:
        device.revoked_at = now
        device.revoked_by = actor.assignment_id
        record_audit(session, actor, "device.revoked", now=now, target=("device", str(device.id)))
