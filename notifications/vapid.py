"""The key pair by which push services know this server (VAPID, RFC 8292)."""

import base64
import binascii
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


class VapidKeyError(ValueError):
    """The text is not a P-256 private key; the sentence never shows it."""


@dataclass(frozen=True, slots=True)
class VapidKeys:
    """A key pair. ``public_b64url`` is what a page hands to ``pushManager.subscribe``.

    ``private_pem`` (PKCS 8) and ``private_b64url`` (the 32 bytes of the number) are the same secret in two
    dresses; either is accepted by :func:`load_private_key`. Losing it makes every subscription worthless.
    """

    private_pem: str = field(repr=False)
    private_b64url: str = field(repr=False)
    public_b64url: str


def new_keypair() -> VapidKeys:
    """Return a fresh key pair, drawn from the operating system's source of secrets."""
    return _keys_of(ec.generate_private_key(ec.SECP256R1()))


def keypair_of(private_text: str) -> VapidKeys:
    """Return the pair that belongs to a stored private key (see :func:`load_private_key` for its forms)."""
    return _keys_of(load_private_key(private_text))


def load_private_key(private_text: str) -> ec.EllipticCurvePrivateKey:
    """Return the private key in a PEM text, or in base64 or base64url of the raw 32 bytes or of DER.

    The text is never taken for a file name.

    Raises
    ------
    VapidKeyError
        The text is empty, garbled, locked by a password, or a key of another kind.
    """
    try:
        key = _parse(private_text.strip())
    except (ValueError, TypeError, binascii.Error) as error:
        raise VapidKeyError("推送密钥读不出来；请检查设置，或用 grid-app doctor 查看原因。") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise VapidKeyError("推送密钥不是P-256曲线的私钥；请重新生成。")
    return key


def _parse(text: str) -> object:
    """Return whatever private key the text holds."""
    if text.startswith("-----BEGIN"):
        return serialization.load_pem_private_key(text.encode("ascii"), password=None)
    plain = text.replace("+", "-").replace("/", "_").rstrip("=")
    raw = base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    if len(raw) == 32:
        return ec.derive_private_key(int.from_bytes(raw, "big"), ec.SECP256R1())
    return serialization.load_der_private_key(raw, password=None)


def _keys_of(key: ec.EllipticCurvePrivateKey) -> VapidKeys:
    """Return the written forms of a key."""
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    number = key.private_numbers().private_value.to_bytes(32, "big")
    return VapidKeys(private_pem=pem.decode("ascii"), private_b64url=_b64(number), public_b64url=_b64(point))


def _b64(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")
