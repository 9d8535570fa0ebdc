"""The keys of an installation: made at first start in the instance folder, or taken from settings."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grid_app.security.fields import FieldCipher, parse_field_keys
from grid_app.security.office_keys import OfficeKeys, first_office_key, parse_office_keys
from grid_app.settings import Settings
from notifications.vapid import new_keypair


@dataclass(frozen=True)
class Keys:
    """Session key, receipt key, field cipher, VAPID private key and office key pairs of this installation."""

    session: bytes
    receipt: bytes
    fields: FieldCipher
    vapid_private: str
    office: OfficeKeys


def load_keys(settings: Settings) -> Keys:
    """Return the keys from settings, or from files in ``instance/`` that are made on first use.

    The folder is made with mode 0700, each file with 0600.
    """
    folder = settings.instance_dir
    session = settings.session_key or _kept(folder / "session.key", _random_text)
    receipt = settings.receipt_key or _kept(folder / "receipt.key", _random_text)
    fields = settings.field_keys or _kept(folder / "field.keys", _first_field_key)
    vapid = settings.vapid_private_key or _kept(folder / "vapid.key", lambda: new_keypair().private_b64url)
    office = settings.office_keys or _kept(folder / "office.keys", first_office_key)
    return Keys(
        session=_bytes(session),
        receipt=_bytes(receipt),
        fields=FieldCipher(parse_field_keys(fields)),
        vapid_private=vapid,
        office=parse_office_keys(office),
    )


def make_instance_folder(folder: Path) -> None:
    """Make the instance folder private to its owner (mode 0700); nothing changes when it is."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def _kept(path: Path, make: Callable[[], str]) -> str:
    if path.exists():
        return path.read_text("utf-8").strip()
    make_instance_folder(path.parent)
    value = make()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return value


def _random_text() -> str:
    return secrets.token_urlsafe(48)


def _first_field_key() -> str:
    return "1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def _bytes(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
