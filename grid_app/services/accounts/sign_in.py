"""Signing in at a desk: passwords, lockout, and sessions with idle and absolute limits (GB/T 22239-2019)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, SignIn
from grid_app.policy import Actor
from grid_app.security.passwords import hash_password, password_matches
from grid_app.services.accounts.actors import actor_of, actors_of
from grid_app.services.audit import record_audit

FAILURES_BEFORE_LOCK = 5
LOCK = timedelta(minutes=15)
SEEN_STEP = timedelta(seconds=60)
LONGEST_LOGIN = 60
LONGEST_PASSWORD = 200
WRONG = "账号或密码不对。请检查后再试。"
LOCKED = "连续输错 5 次,账号已锁定 15 分钟。请稍后再试,或联系安全管理员。"
DISABLED = "这个账号已停用。请联系安全管理员。"
_NOBODY = hash_password("no account has this password")


@dataclass(frozen=True)
class Checked:
    """A name and password were compared; nothing is decided yet. ``account_id`` is ``None`` for an unknown name."""

    account_id: UUID | None
    matches: bool


@dataclass(frozen=True)
class SignedIn:
    """A session was opened; ``secret`` goes into the cookie and is kept nowhere."""

    secret: str
    account_id: UUID
    must_change_password: bool


@dataclass(frozen=True)
class SignInRefused:
    """The sign-in failed; ``sentence`` never says whether the name or the password was wrong."""

    sentence: str


@dataclass(frozen=True)
class Presence:
    """Who is behind a session: the account, what it acts as now, everything it could act as, and when it was noted."""

    account_id: UUID
    display_name: str
    must_change_password: bool
    actor: Actor | None
    choices: tuple[Actor, ...]
    seen_at: datetime

    def is_due_for_note(self, now: datetime) -> bool:
        """Say whether ``note_presence`` would write, so that most requests open no writing transaction."""
        return now - self.seen_at > SEEN_STEP


def check_credentials(session: Session, *, login: str, password: str) -> Checked:
    """Return whether ``password`` belongs to the account called ``login``.

    Takes as long for a name that nobody has. It is slow on purpose, so call it in a reading session and give the
    answer to ``sign_in`` in a short writing one.
    """
    name = login.strip().lower()
    account = None
    if "\x00" not in name and len(name) <= LONGEST_LOGIN:
        account = session.scalar(select(Account).where(func.lower(Account.login) == name))
    matches = password_matches(account.password_hash if account else _NOBODY, password[:LONGEST_PASSWORD])
    if account is None:
        return Checked(None, matches=False)
    return Checked(account.id, matches=matches and len(password) <= LONGEST_PASSWORD)


def sign_in(session: Session, *, checked: Checked, now: datetime) -> SignedIn | SignInRefused:
    """Open a session for correct credentials; five failures in a row lock the account for 15 minutes.

    A refusal is a value, so that the counted failure is committed. While the lock lasts the right password is
    refused in the same words as a wrong one; that an account is disabled is told only to its password.
    """
    account = None
    if checked.account_id is not None:
        account = session.scalar(select(Account).where(Account.id == checked.account_id).with_for_update())
    if account is None:
        record_audit(session, None, "sign_in.failed", now=now, succeeded=False)
        return SignInRefused(WRONG)
    if account.locked_until and account.locked_until > now:
        _note_refusal(session, account, now)
        return SignInRefused(LOCKED)
    if not checked.matches:
        return SignInRefused(_count_failure(session, account, now))
    if account.disabled_at is not None:
        _note_refusal(session, account, now)
        return SignInRefused(DISABLED)
    return _open(session, account, now)


def _note_refusal(session: Session, account: Account, now: datetime) -> None:
    record_audit(session, None, "sign_in.failed", now=now, target=("account", str(account.id)), succeeded=False)


def _count_failure(session: Session, account: Account, now: datetime) -> str:
    _note_refusal(session, account, now)
    account.failed_sign_ins += 1
    if account.failed_sign_ins < FAILURES_BEFORE_LOCK:
        return WRONG
    account.locked_until = now + LOCK
    account.failed_sign_ins = 0
    record_audit(session, None, "account.locked", now=now, target=("account", str(account.id)))
    return LOCKED


def count_wrong_password(session: Session, *, account_id: UUID, now: datetime) -> bool:
    """Count a wrong password of somebody signed in; say whether it locked the account and ended its sessions."""
    account = session.scalars(select(Account).where(Account.id == account_id).with_for_update()).one()
    locked = _count_failure(session, account, now) == LOCKED
    if locked:
        end_sessions(session, account.id, now=now)
    return locked


def _open(session: Session, account: Account, now: datetime) -> SignedIn:
    account.failed_sign_ins = 0
    account.locked_until = None
    secret = secrets.token_urlsafe(32)
    actors = actors_of(session, account.id, now=now)
    session.add(
        SignIn(
            id=digest_of_secret(secret),
            account_id=account.id,
            assignment_id=actors[0].assignment_id if actors else None,
            started_at=now,
            seen_at=now,
        )
    )
    record_audit(session, actors[0] if actors else None, "sign_in.opened", now=now, target=("account", str(account.id)))
    return SignedIn(secret, account.id, account.must_change_password)


def digest_of_secret(secret: str) -> str:
    """Return the hexadecimal SHA-256 under which a session or token is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def presence_of(
    session: Session, secret: str, *, now: datetime, idle: timedelta, absolute: timedelta
) -> Presence | None:
    """Return who is behind a session cookie, or ``None`` when it ended, was idle too long or is too old."""
    found = session.execute(
        select(SignIn, Account)
        .join(Account, Account.id == SignIn.account_id)
        .where(SignIn.id == digest_of_secret(secret))
    ).first()
    if found is None:
        return None
    row, account = found
    if row.ended_at or now - row.seen_at > idle or now - row.started_at > absolute or account.disabled_at is not None:
        return None
    choices = tuple(actors_of(session, account.id, now=now))
    actor = next((a for a in choices if a.assignment_id == row.assignment_id), choices[0] if choices else None)
    return Presence(account.id, account.display_name, account.must_change_password, actor, choices, row.seen_at)


def note_presence(session: Session, secret: str, *, now: datetime) -> None:
    """Push the idle limit forward; written at most once a minute."""
    row = session.get(SignIn, digest_of_secret(secret))
    if row is not None and now - row.seen_at > SEEN_STEP:
        row.seen_at = now


def sign_out(session: Session, secret: str, *, now: datetime) -> None:
    """End a session; an unknown one is no error."""
    row = session.get(SignIn, digest_of_secret(secret))
    if row is not None and row.ended_at is None:
        row.ended_at = now
        actor = actor_of(session, row.assignment_id, now=now) if row.assignment_id else None
        record_audit(session, actor, "sign_in.ended", now=now, target=("account", str(row.account_id)))


def end_sessions(session: Session, account_id: UUID, *, now: datetime, keep: str = "") -> None:
    """End every desk session of an account, but for the one whose secret is ``keep``."""
    kept = digest_of_secret(keep) if keep else ""
    session.execute(
        update(SignIn)
        .where(SignIn.account_id == account_id, SignIn.ended_at.is_(None), SignIn.id != kept)
        .values(ended_at=now)
    )


def act_as(session: Session, secret: str, *, assignment_id: UUID, now: datetime) -> Actor | None:
    """Switch the role a session acts in; ``None`` when the account has no such assignment."""
    row = session.get(SignIn, digest_of_secret(secret))
    if row is None:
        return None
    chosen = next((a for a in actors_of(session, row.account_id, now=now) if a.assignment_id == assignment_id), None)
    if chosen is not None:
        row.assignment_id = assignment_id
        record_audit(session, chosen, "sign_in.switched", now=now)
    return chosen
