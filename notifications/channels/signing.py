r"""The signature of webhooks and of the generic SMS gateway: a moment, an id and the body under a shared key.

What is signed is ``<seconds>\n<id>\n<body>``; the far end refuses a moment that is more than five minutes off and
an id that it has seen, so that nobody can play an old message back (docs/notifications.md).
"""

from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

from notifications.targets import Algorithm

_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {"sha256": hashes.SHA256, "sm3": hashes.SM3}


def is_algorithm(name: str) -> bool:
    """Tell whether an algorithm is one that can be signed with."""
    return name in _HASHES


def sign(algorithm: Algorithm, secret: str, *, seconds: int, message_id: str, body: bytes) -> str:
    """Return the HMAC as hexadecimal digits.

    Examples
    --------
    >>> sign("sha256", "key", seconds=1795296000, message_id="a1", body=b"{}")[:16]
    'b93e68b675f27543'
    """
    hmac = HMAC(secret.encode(), _HASHES[algorithm]())
    hmac.update(f"{seconds}\n{message_id}\n".encode() + body)
    return hmac.finalize().hex()


def signed_headers(algorithm: Algorithm, secret: str, *, at: datetime, message_id: str, body: bytes) -> dict[str, str]:
    """Return the headers that carry the moment, the id and the signature of a body."""
    seconds = int(at.timestamp())
    return {
        "Content-Type": "application/json; charset=utf-8",
        "X-Grid-Timestamp": str(seconds),
        "X-Grid-Id": message_id,
        "X-Grid-Signature": f"{algorithm}={sign(algorithm, secret, seconds=seconds, message_id=message_id, body=body)}",
    }
