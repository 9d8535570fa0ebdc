"""The generated passwords of the demonstration accounts, kept where only the folder's owner reads them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account
from grid_app.security.keys import make_instance_folder
from grid_app.security.passwords import hash_password, new_password

FILE: Final = "demo-accounts.json"


@dataclass(frozen=True)
class DemoAccount:
    """One account as it was made; the password is the generated one."""

    login: str
    role: str
    password: str


class PasswordList:
    """Makes a password for each account and remembers it until the list is kept."""

    def __init__(self) -> None:
        self.accounts: list[DemoAccount] = []

    def hash_for(self, login: str, role: str) -> str:
        """Return the hash of a fresh password for an account."""
        password = new_password()
        self.accounts.append(DemoAccount(login, role, password))
        return hash_password(password)


def keep_accounts(folder: Path, accounts: Sequence[DemoAccount]) -> Path:
    """Write the list into the instance folder (mode 0600), whole or not at all, and return its path."""
    make_instance_folder(folder)
    path, fresh = folder / FILE, folder / f"{FILE}.new"
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump([asdict(one) for one in accounts], file, ensure_ascii=False, indent=1)
    fresh.replace(path)
    return path


def kept_accounts(folder: Path) -> tuple[DemoAccount, ...]:
    """Return the list of the instance folder; empty when the file is gone or is not such a list."""
    try:
        rows = json.loads((folder / FILE).read_text("utf-8"))
        return tuple(DemoAccount(**row) for row in rows)
    except (OSError, ValueError, TypeError):
        return ()


def first_of_each_role(accounts: Sequence[DemoAccount]) -> tuple[DemoAccount, ...]:
    """Return one account per role, the first made."""
    first: dict[str, DemoAccount] = {}
    for account in accounts:
        first.setdefault(account.role, account)
    return tuple(first.values())


def logins_that_changed(session: Session) -> frozenset[str]:
    """Return the logins whose generated password does not work any more: changed by somebody, or shut."""
    changed = or_(Account.password_changed_at.is_not(None), Account.disabled_at.is_not(None))
    return frozenset(session.scalars(select(Account.login).where(Account.is_demo, changed)))
