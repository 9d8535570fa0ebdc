"""Accounts: adding, disabling, taking back into use, and giving a new password; every step is an audit event."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Account, Assignment, Notice
from grid_app.policy import Actor, Role
from grid_app.queries.accounts import assignment_is_valid
from grid_app.services.accounts.application_passwords import revoke_all_of
from grid_app.services.accounts.assignments import (
    NOT_ONESELF,
    WantedAssignment,
    account_in_reach,
    add_assignment,
    check_place,
    keep_one_security_admin,
    release,
    revoke_phones,
)
from grid_app.services.accounts.sign_in import end_sessions
from grid_app.services.audit import record_audit

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
LONGEST_NAME = 60
TAKEN = "这个账号名已经有人用了。请换一个,比如加上单位的简写。"


@dataclass(frozen=True)
class NewAccount:
    """An account to be added: what it signs in with, whose it is, and the first thing it acts as."""

    login: str
    display_name: str
    assignment: WantedAssignment


def new_account(*, login: str, display_name: str, assignment: WantedAssignment) -> NewAccount:
    """Return the account a form or command asks for; logins are kept in small letters.

    Raises
    ------
    InvalidError
        Naming each field that cannot be taken.
    """
    fields: dict[str, str] = {}
    name, shown = login.strip().lower(), " ".join(display_name.split())
    if not LOGIN.fullmatch(name):
        fields["login"] = "账号名要 2 到 40 位,只用小写字母、数字、点、横线、下划线,以字母或数字开头。"
    if not shown or len(shown) > LONGEST_NAME or "\x00" in shown:
        fields["display_name"] = f"请填写姓名,最多 {LONGEST_NAME} 个字。"
    if fields:
        raise InvalidError("账号没有添加,请看标出的地方;已填的都还在。", fields=fields)
    return NewAccount(name, shown, assignment)


def add_account(
    session: Session, *, wanted: NewAccount, password_hash: str, actor: Actor | None, now: datetime
) -> UUID:
    """Add an account that must choose its own password at first sign-in, and return its id.

    Raises
    ------
    ConflictError, InvalidError
        The name is taken; place, unit and role do not fit.
    """
    if session.scalar(select(Account.id).where(func.lower(Account.login) == wanted.login)) is not None:
        raise ConflictError(TAKEN, code="login_taken")
    check_place(session, wanted.assignment, actor=actor)
    account = Account(
        login=wanted.login,
        display_name=wanted.display_name,
        password_hash=password_hash,
        must_change_password=True,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:  # somebody took the name between the question and here
        raise ConflictError(TAKEN, code="login_taken") from error
    record_audit(session, actor, "account.added", now=now, target=("account", str(account.id)))
    add_assignment(session, account_id=account.id, wanted=wanted.assignment, actor=actor, now=now)
    return account.id


def disable_account(session: Session, *, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Disable an account at once: its sessions end, its phones and subscriptions are taken back.

    Its assignments stay, so that the history keeps its names. Disabling twice changes nothing.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        It is not the actor's to manage, the actor's own, or the last security administrator's.
    """
    account = account_in_reach(session, account_id, actor=actor, now=now)
    if account.id == actor.account_id:
        raise ForbiddenError(NOT_ONESELF)
    if account.disabled_at is not None:
        return
    held = session.scalars(select(Assignment).where(Assignment.account_id == account.id, assignment_is_valid(now)))
    rows = list(held)
    roles = [Role(row.role) for row in rows]
    keep_one_security_admin(session, without=Account.id != account.id, ended=roles, now=now)
    account.disabled_at = now
    end_sessions(session, account.id, now=now)
    revoke_all_of(session, account_id=account.id, now=now)
    release(session, [row.id for row in rows], actor=actor, now=now)
    record_audit(session, actor, "account.disabled", now=now, target=("account", str(account.id)))


def enable_account(session: Session, *, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Take a disabled account back into use; its phones, subscriptions and programs do not come back."""
    account = account_in_reach(session, account_id, actor=actor, now=now)
    if account.disabled_at is None:
        return
    account.disabled_at = None
    record_audit(session, actor, "account.enabled", now=now, target=("account", str(account.id)))


def reset_password(session: Session, *, account_id: UUID, password_hash: str, actor: Actor, now: datetime) -> None:
    """Give an account a new password to be changed at first sign-in; a lock ends, sessions end, phones and programs go.

    The account is told, since whoever resets a password could use it.
    """
    account = account_in_reach(session, account_id, actor=actor, now=now)
    if account.id == actor.account_id:
        raise ForbiddenError("自己的密码请用“修改密码”换,不用重设。")
    account.password_hash = password_hash
    account.must_change_password = True
    account.failed_sign_ins = 0
    account.locked_until = None
    end_sessions(session, account.id, now=now)
    held = session.scalars(select(Assignment.id).where(Assignment.account_id == account.id))
    revoke_phones(session, list(held), actor=actor, now=now)
    revoke_all_of(session, account_id=account.id, now=now)
    text = f"安全管理员({actor.display_name})重设了您的密码。如果不是您要求的,请马上告诉上级。"
    session.add(Notice(account_id=account.id, kind="password_reset", text=text, created_at=now))
    record_audit(session, actor, "account.password_reset", now=now, target=("account", str(account.id)))
