"""Choosing one's own password: the present one is asked, weak ones are refused, other sessions end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account
from grid_app.policy import Actor
from grid_app.security.passwords import hash_password, password_matches, weakness
from grid_app.services.accounts.sign_in import LONGEST_PASSWORD, end_sessions
from grid_app.services.audit import record_audit


@dataclass(frozen=True)
class NewPassword:
    """What the form asked for, with the hash of the new password; ``fields`` names what is wrong (zh-CN)."""

    account_id: UUID
    hashed: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def prepare_password(session: Session, *, account_id: UUID, current: str, new: str, again: str) -> NewPassword:
    """Return the new password's hash, or what is wrong with the form; slow on purpose, so call it while reading."""
    account = session.get_one(Account, account_id)
    fields: dict[str, str] = {}
    if len(current) > LONGEST_PASSWORD or not password_matches(account.password_hash, current):
        fields["current"] = "现在的密码不对。请重新填写。"
    weak = weakness(new)
    if weak:
        fields["new"] = weak
    elif len(new) > LONGEST_PASSWORD:
        fields["new"] = f"密码最多 {LONGEST_PASSWORD} 位。"
    elif new.casefold() in {current.casefold(), account.login.casefold()}:
        fields["new"] = "新密码不能和现在的密码或账号相同。"
    if new != again:
        fields["again"] = "两次填写的新密码不一样。请重新填写。"
    return NewPassword(account_id, fields=fields) if fields else NewPassword(account_id, hash_password(new))


def change_password(session: Session, *, prepared: NewPassword, actor: Actor | None, keep: str, now: datetime) -> None:
    """Record the account's own new password and end its other sessions; ``keep`` is the secret of the present one."""
    account = session.scalars(select(Account).where(Account.id == prepared.account_id).with_for_update()).one()
    account.password_hash = prepared.hashed
    account.must_change_password = False
    account.password_changed_at = now
    end_sessions(session, account.id, now=now, keep=keep)
    record_audit(session, actor, "account.password_changed", now=now, target=("account", str(account.id)))
