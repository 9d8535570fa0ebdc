"""Passwords for programs that read map layers: made and revoked by the account itself, for one role and some months."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import Account
from grid_app.models.application_passwords import ApplicationPassword
from grid_app.policy import Actor
from grid_app.security.passwords import hash_password, new_password, password_matches
from grid_app.services.accounts.actors import actor_of
from grid_app.services.accounts.sign_in import digest_of_secret
from grid_app.services.audit import record_audit

MOST: Final = 5
LABEL_LENGTH: Final = 60
DAYS: Final = (30, 90, 365)
SEEN_STEP: Final = timedelta(days=1)
_SELECTOR_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_SELECTOR_LENGTH: Final = 6
_KEPT: Final = 200
_matched: dict[str, None] = {}  # what was compared with its hash already: the comparison is slow on purpose


@dataclass(frozen=True)
class MadePassword:
    """A new password; ``text`` is shown once and kept nowhere."""

    id: UUID
    text: str
    expires_at: datetime


@dataclass(frozen=True)
class ProgramActor:
    """Who a program reads as; ``is_first_today`` says that its use should be noted."""

    actor: Actor
    password_id: UUID
    is_first_today: bool


@dataclass(frozen=True)
class EndedPassword:
    """Name and password are right and of no use any more: revoked, out of date, or of a role or account that ended."""


def prepared_password() -> tuple[str, str, str]:
    """Return a new selector, its secret and the secret's hash; slow on purpose, so call it with no session open."""
    selector = "".join(secrets.choice(_SELECTOR_SIGNS) for _ in range(_SELECTOR_LENGTH))
    secret = new_password()
    return selector, secret, hash_password(secret)


def make_application_password(
    session: Session, *, actor: Actor, label: str, days: int, prepared: tuple[str, str, str], now: datetime
) -> MadePassword:
    """Make a password with which a program reads as the actor's present role.

    Raises
    ------
    InvalidError
        The label is empty or too long, or the period is none of those offered.
    ConflictError
        The account has as many as it may have.
    """
    name, fields = " ".join(label.replace("\x00", "").split()), {}
    if not name:
        fields["label"] = "请写上给哪个程序用,例如:办公室电脑上的 QGIS。"
    elif len(name) > LABEL_LENGTH:
        fields["label"] = f"名称最多 {LABEL_LENGTH} 个字。"
    if days not in DAYS:
        fields["days"] = "请选择有效期。"
    if fields:
        raise InvalidError("还没有生成密码,请看下面。填写的内容都还在。", fields=fields)
    session.scalars(select(Account.id).where(Account.id == actor.account_id).with_for_update()).one()
    usable = select(func.count()).where(
        ApplicationPassword.account_id == actor.account_id,
        ApplicationPassword.revoked_at.is_(None),
        ApplicationPassword.expires_at > now,
    )
    if (session.scalar(usable) or 0) >= MOST:
        raise ConflictError(f"最多同时有 {MOST} 个程序密码。请先收回不用的,再生成新的。", code="too_many")
    selector, secret, hashed = prepared
    row = ApplicationPassword(
        account_id=actor.account_id,
        assignment_id=actor.assignment_id,
        selector=selector,
        secret_hash=hashed,
        label=name,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    session.add(row)
    session.flush()  # for the id the audit names
    target = ("application_password", str(row.id))
    record_audit(session, actor, "application_password.made", now=now, target=target, details={"days": days})
    return MadePassword(row.id, f"{selector}-{secret}", row.expires_at)


def revoke_application_password(session: Session, *, actor: Actor, password_id: UUID, now: datetime) -> None:
    """Let a password of the actor's account be used no more; a second call changes nothing.

    Raises
    ------
    NotFoundError
        The account has no such password.
    """
    row = session.get(ApplicationPassword, password_id, with_for_update=True)
    if row is None or row.account_id != actor.account_id:
        raise NotFoundError("没有这个程序密码,或它不是您的。")
    if row.revoked_at is None:
        row.revoked_at = now
        target = ("application_password", str(row.id))
        record_audit(session, actor, "application_password.revoked", now=now, target=target)


def revoke_all_of(session: Session, *, account_id: UUID, now: datetime) -> None:
    """Let no password of an account be used any more, as when its own password is set anew by somebody else."""
    session.execute(
        update(ApplicationPassword)
        .where(ApplicationPassword.account_id == account_id, ApplicationPassword.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def actor_of_program(
    session: Session, *, login: str, password: str, now: datetime
) -> ProgramActor | EndedPassword | None:
    """Return who a program reads as; ``None`` when name or password are wrong."""
    selector, _, secret = password.partition("-")
    if len(selector) != _SELECTOR_LENGTH or not secret or "\x00" in selector + login:
        return None
    found = session.execute(
        select(ApplicationPassword, Account)
        .join(Account, Account.id == ApplicationPassword.account_id)
        .where(ApplicationPassword.selector == selector)
    ).first()
    if found is None:
        return None
    row, account = found
    if account.login.lower() != login.strip().lower() or not _matches(row.secret_hash, secret):
        return None
    ended = row.revoked_at is not None or row.expires_at <= now or account.disabled_at is not None
    actor = None if ended else actor_of(session, row.assignment_id, now=now)
    if actor is None:
        return EndedPassword()
    return ProgramActor(actor, row.id, row.used_at is None or now - row.used_at >= SEEN_STEP)


def note_use(session: Session, *, program: ProgramActor, now: datetime) -> None:
    """Write down that a password was used, at most once a day."""
    row = session.get(ApplicationPassword, program.password_id, with_for_update=True)
    if row is None or (row.used_at is not None and now - row.used_at < SEEN_STEP):
        return
    row.used_at = now
    target = ("application_password", str(row.id))
    record_audit(session, program.actor, "application_password.used", now=now, target=target)


def _matches(stored: str, secret: str) -> bool:
    """Say whether the secret belongs to the hash; a pair that did once is compared by its digest from then on."""
    key = digest_of_secret(f"{stored} {secret}")
    if key in _matched:
        return True
    if not password_matches(stored, secret):
        return False
    if len(_matched) >= _KEPT:
        _matched.clear()
    _matched[key] = None
    return True
