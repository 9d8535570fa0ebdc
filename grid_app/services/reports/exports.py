"""What a phone exported because it could not send: opened with the office's key, taken in as its owner's.

Anyone signed in may bring the file; only the server reads it. The file proves nothing about who made it: whoever
brings it stands in the audit trail and in the history of every dispute that came out of it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from grid_app.errors import InvalidError
from grid_app.security.office_keys import OfficeKeys, SealedError
from grid_app.services.json_text import json_of
from grid_app.services.typed import uuid_of

FORMAT = "grid-export/1"
EXPORT_BYTES = 100 * 1024 * 1024
MOST_ITEMS = 5_000
KINDS = ("report", "return", "visit")
ENVELOPE = ("office_key", "ephemeral", "iv", "data")
SAFE = "手机上的内容没有动,不会丢。"
NOT_EXPORT = f"这不是手机导出的文件,或者文件不完整,什么也没有登记。请在手机上重新导出,再交一次;{SAFE}"
OTHER_KEY = f"这个文件是给另一把密钥加密的,这里打不开。请在手机上登录后重新导出,或联系系统管理员恢复密钥;{SAFE}"
DAMAGED = f"文件在路上损坏了或被改过,打不开,什么也没有登记。请从手机上原样再拷一次,或重新导出;{SAFE}"


@dataclass(frozen=True)
class ExportedBlob:
    """A photo or voice note out of an export; ``data`` are its bytes."""

    id: UUID
    data: bytes


@dataclass(frozen=True)
class Export:
    """An opened export: whose it is, its items as they were sent, photos and voice notes, and the file's digest."""

    owner: UUID
    items: tuple[object, ...]
    blobs: tuple[ExportedBlob, ...]
    digest: str


def open_export(raw: bytes, *, keys: OfficeKeys) -> Export:
    """Return what an exported file holds.

    Raises
    ------
    InvalidError
        ``not_export``, ``unknown_key``, ``damaged`` or ``too_many``; nothing of the file was used.
    """
    sealed = _object(raw)
    if sealed.get("format") != FORMAT or not all(isinstance(sealed.get(name), str) for name in ENVELOPE):
        raise InvalidError(NOT_EXPORT, code="not_export")
    number = str(sealed["office_key"])
    if not keys.holds(number):
        raise InvalidError(OTHER_KEY, code="unknown_key")
    ephemeral, nonce, data = (_bytes(str(sealed[name])) for name in ENVELOPE[1:])
    try:
        plain = keys.open(number=number, ephemeral=ephemeral, nonce=nonce, sealed=data, info=FORMAT.encode())
    except SealedError as error:
        raise InvalidError(DAMAGED, code="damaged") from error
    return _export(_object(plain), digest=hashlib.sha256(raw).hexdigest())


def kind_of(item: object) -> str:
    """Return what an item is, ``report``, ``return`` or ``visit``; empty for anything else."""
    kind = item.get("kind") if isinstance(item, Mapping) else None
    return kind if isinstance(kind, str) and kind in KINDS else ""


def without_kind(item: object) -> object:
    """Return an item as sync takes it."""
    return {name: value for name, value in item.items() if name != "kind"} if isinstance(item, Mapping) else item


def _export(plain: Mapping[str, object], *, digest: str) -> Export:
    owner, items = uuid_of(str(plain.get("owner", ""))), plain.get("items")
    if owner is None or not isinstance(items, list):
        raise InvalidError(NOT_EXPORT, code="not_export")
    if len(items) > MOST_ITEMS:
        raise InvalidError(f"文件里超过 {MOST_ITEMS} 条,什么也没有登记。请在手机上分几次导出;{SAFE}", code="too_many")
    blobs = plain.get("blobs")
    return Export(owner, tuple(items), _blobs(blobs if isinstance(blobs, list) else []), digest)


def _blobs(found: Sequence[object]) -> tuple[ExportedBlob, ...]:
    """Return the photos and voice notes that can be read; one that cannot stays on the phone and is sent from there."""
    read = []
    for blob in found:
        if isinstance(blob, Mapping) and isinstance(blob.get("id"), str) and isinstance(blob.get("data"), str):
            key, data = uuid_of(blob["id"]), _bytes(blob["data"])
            if key is not None and data:
                read.append(ExportedBlob(key, data))
    return tuple(read)


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        found = json_of(raw)
    except (ValueError, RecursionError) as error:
        raise InvalidError(NOT_EXPORT, code="not_export") from error
    if not isinstance(found, dict):
        raise InvalidError(NOT_EXPORT, code="not_export")
    return found


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
