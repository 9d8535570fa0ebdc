"""The office's own key pairs: a phone encrypts to the public one, and only this server opens what it wrote.

ECDH on P-256 with a fresh pair of the phone, HKDF-SHA-256, AES-256-GCM: what every browser's WebCrypto has.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CURVE = ec.SECP256R1()
NUMBER_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16


class OfficeKeyError(Exception):
    """The text of the keys cannot be read; the sentence never shows it."""


class SealedError(Exception):
    """What was sealed cannot be opened: another key, or it was changed on the way."""


class OfficeKeys:
    """Opens what was encrypted to this office, with numbered keys; phones get the one with the highest number.

    Parameters
    ----------
    keys : mapping of int to EllipticCurvePrivateKey
        P-256 private keys by number.
    """

    def __init__(self, keys: Mapping[int, ec.EllipticCurvePrivateKey]) -> None:
        if not keys:
            raise OfficeKeyError("导出密钥是空的。")
        self._keys = dict(keys)
        self.current = str(max(keys))

    @property
    def spki(self) -> str:
        """Return the current public key: base64 of its DER SubjectPublicKeyInfo, as WebCrypto imports it."""
        public = self._keys[int(self.current)].public_key()
        return _base64(public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))

    def holds(self, number: str) -> bool:
        """Say whether the key of this number is here."""
        return number.isascii() and number.isdigit() and len(number) <= 9 and int(number) in self._keys

    def open(self, *, number: str, ephemeral: bytes, nonce: bytes, sealed: bytes, info: bytes) -> bytes:
        """Return the plain bytes of ``sealed``.

        Parameters
        ----------
        number : str
            The number of the key it was encrypted to.
        ephemeral : bytes
            The phone's public key of this one file, DER SubjectPublicKeyInfo.
        nonce, sealed : bytes
            The 12 bytes of AES-GCM, and ciphertext with its tag.
        info : bytes
            What the derived key is for.

        Raises
        ------
        SealedError
            The key is not here, or anything of it was changed.
        """
        if not self.holds(number) or len(nonce) != NONCE_BYTES or len(sealed) < TAG_BYTES:
            raise SealedError
        try:
            shared = self._keys[int(number)].exchange(ec.ECDH(), _public_key(ephemeral))
            return AESGCM(_derived(shared, info)).decrypt(nonce, sealed, None)
        except (InvalidTag, ValueError) as error:
            raise SealedError from error


def parse_office_keys(text: str) -> OfficeKeys:
    """Return the keys from ``1:<base64 of 32 bytes>,2:...``, each the secret number of a P-256 key.

    Raises
    ------
    OfficeKeyError
        The text is not of that form, or a number is no key of the curve.
    """
    keys: dict[int, ec.EllipticCurvePrivateKey] = {}
    for part in text.split(","):
        number, _, body = part.strip().partition(":")
        try:
            secret = base64.b64decode(body, validate=True)
            keys[int(number)] = ec.derive_private_key(_number(secret), CURVE)
        except (ValueError, binascii.Error) as error:
            raise OfficeKeyError("导出密钥应写成 1:<32 字节的 base64>,2:<...>。") from error
    return OfficeKeys(keys)


def first_office_key() -> str:
    """Return the text of a fresh key with the number 1, drawn from the operating system's source of secrets."""
    secret = ec.generate_private_key(CURVE).private_numbers().private_value
    return "1:" + _base64(secret.to_bytes(NUMBER_BYTES, "big"))


def seal_to(spki: str, plain: bytes, *, info: bytes) -> tuple[bytes, bytes, bytes]:
    """Return ephemeral public key, nonce and ciphertext of ``plain`` for the office with the public key ``spki``."""
    own = ec.generate_private_key(CURVE)
    shared = own.exchange(ec.ECDH(), _public_key(base64.b64decode(spki)))
    nonce = secrets.token_bytes(NONCE_BYTES)
    ephemeral = own.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return ephemeral, nonce, AESGCM(_derived(shared, info)).encrypt(nonce, plain, None)


def _public_key(der: bytes) -> ec.EllipticCurvePublicKey:
    found = serialization.load_der_public_key(der)
    if not isinstance(found, ec.EllipticCurvePublicKey) or found.curve.name != CURVE.name:
        raise ValueError("not a key of the curve")
    return found


def _derived(shared: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(shared)


def _number(secret: bytes) -> int:
    if len(secret) != NUMBER_BYTES:
        raise ValueError("wrong length")
    return int.from_bytes(secret, "big")


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
