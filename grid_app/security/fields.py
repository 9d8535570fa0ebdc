"""Encryption of personal fields: AES-256-GCM, the key's number stored beside each value (个人信息保护法 51)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12


class FieldCipherError(Exception):
    """A stored value cannot be read: its key is missing or the value was changed."""


class FieldCipher:
    """Encrypts and decrypts personal fields with numbered keys; the highest number encrypts.

    Parameters
    ----------
    keys : mapping of int to bytes
        32-byte keys by number.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != 32 for key in keys.values()):
            raise FieldCipherError("字段密钥必须是 32 字节。")
        self._keys = dict(keys)
        self.current = max(keys)

    def encrypt(self, plain: str, *, context: str) -> str:
        """Return ``k<number>.<base64>``; ``context`` (table, column, row) is bound in, so values cannot be moved."""
        number, sealed = self.seal(plain.encode(), context=context)
        return f"k{number}." + base64.b64encode(sealed).decode()

    def decrypt(self, stored: str, *, context: str) -> str:
        """Return the clear text of a value made by ``encrypt`` with the same context.

        Raises
        ------
        FieldCipherError
            The key is not here, or the value or its place was changed.
        """
        number, _, body = stored.partition(".")
        if not number[1:].isdigit():
            raise FieldCipherError(f"缺少编号为 {number} 的字段密钥。")
        return self.unseal(int(number[1:]), base64.b64decode(body), context=context).decode()

    def seal(self, plain: bytes, *, context: str) -> tuple[int, bytes]:
        """Return the number of the key and the sealed bytes, for what is kept in a file."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return self.current, nonce + AESGCM(self._keys[self.current]).encrypt(nonce, plain, context.encode())

    def unseal(self, number: int, sealed: bytes, *, context: str) -> bytes:
        """Return the bytes that ``seal`` was given with the same context.

        Raises
        ------
        FieldCipherError
            The key is not here, or the bytes or their place were changed.
        """
        key = self._keys.get(number)
        if key is None:
            raise FieldCipherError(f"缺少编号为 k{number} 的字段密钥。")
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise FieldCipherError("字段内容或密钥不符,无法解密。") from error

    def household_label(self, household: str, *, issue: str) -> str:
        """Return an opaque label of a household, comparable only inside one ``issue`` (place cell and category).

        The label answers "did the same household tell us twice about this matter?" and nothing else: the same
        household has an unrelated label in every other place and category.
        """
        key = hashlib.sha256(b"household" + self._keys[min(self._keys)]).digest()
        return hmac.new(key, f"{issue}\x1f{household}".encode(), hashlib.sha256).hexdigest()[:32]


def parse_field_keys(text: str) -> dict[int, bytes]:
    """Return keys from ``1:<base64>,2:<base64>``.

    Raises
    ------
    FieldCipherError
        The text is not of that form.
    """
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        number, _, body = part.strip().partition(":")
        try:
            keys[int(number)] = base64.b64decode(body, validate=True)
        except ValueError as error:
            raise FieldCipherError("字段密钥应写成 1:<base64>,2:<base64>。") from error
    return keys
