"""Receipts: a proof, by HMAC-SHA-256, that a report with this id and digest was received at this moment."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

import rfc8785

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class NotCanonicalError(ValueError):
    """The content has no canonical form: numbers out of range, NaN, or lone surrogates."""


def digest_of(content: Json) -> str:
    """Return the hexadecimal SHA-256 of the RFC 8785 (JSON Canonicalization Scheme) form of ``content``.

    Raises
    ------
    NotCanonicalError
        The content has no canonical form.
    """
    try:
        return hashlib.sha256(rfc8785.dumps(content)).hexdigest()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonicalError(str(error)) from error


def sign_receipt(key: bytes, *, report_id: str, digest: str, received_at: datetime) -> str:
    """Return the receipt's signature over id, digest and received time (UTC, microseconds)."""
    message = "\n".join((report_id, digest, received_at.astimezone(UTC).isoformat(timespec="microseconds")))
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()


def receipt_is_genuine(key: bytes, signature: str, *, report_id: str, digest: str, received_at: datetime) -> bool:
    """Say whether this office made the receipt, compared in constant time."""
    expected = sign_receipt(key, report_id=report_id, digest=digest, received_at=received_at)
    return hmac.compare_digest(expected, signature)
