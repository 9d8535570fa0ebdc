"""What a push service checks in a request: its headers (RFC 8030) and the identity behind it (RFC 8292).

Nothing here uses pywebpush, so that it is a second opinion.
"""

import base64
import json
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

LONGEST_TOKEN_LIFE = 24 * 3600
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
URGENCIES = {"very-low", "low", "normal", "high"}


class Unacceptable(Exception):
    """A request that a push service turns down, with the status it answers."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def verify_vapid(authorization: str, *, audience: str, now: float) -> tuple[dict[str, object], str]:
    """Return the claims and the public key of a VAPID header, or raise Unacceptable (RFC 8292, 2-4)."""
    found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)", authorization)
    if not found:
        raise Unacceptable(401, "no VAPID identity")
    head, body, signature, public = found.groups()
    if json.loads(unb64(head)).get("alg") != "ES256":
        raise Unacceptable(401, "the token is not ES256")
    raw = unb64(signature)
    pair = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(public))
    try:
        key.verify(pair, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise Unacceptable(403, "the signature is not by this key") from error
    claims: dict[str, object] = json.loads(unb64(body))
    _check_claims(claims, audience, now)
    return claims, public


def _check_claims(claims: dict[str, object], audience: str, now: float) -> None:
    if claims.get("aud") != audience:
        raise Unacceptable(403, "the token is for another push service")
    if not now < float(str(claims.get("exp", 0))) <= now + LONGEST_TOKEN_LIFE:
        raise Unacceptable(403, "the token has expired or lives too long")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https://")):
        raise Unacceptable(403, "the token names no operator")


def check_headers(headers: Mapping[str, str]) -> None:
    if not str(headers.get("TTL", "")).isdigit():
        raise Unacceptable(400, "TTL is missing")
    if "Topic" in headers and not TOPIC.fullmatch(headers["Topic"]):
        raise Unacceptable(400, "Topic is not 1 to 32 letters of base64url")
    if headers.get("Urgency", "normal") not in URGENCIES:
        raise Unacceptable(400, "Urgency is unknown")
    if headers.get("Content-Encoding") != "aes128gcm":
        raise Unacceptable(415, "the body is not aes128gcm")
    if "Authorization" not in headers:
        raise Unacceptable(401, "no VAPID identity")


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
