"""Password hashes by argon2id, and generated passwords a person can type."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
MINIMUM_LENGTH = 8


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password`` (OWASP: t=2, m=19 MiB, p=1)."""
    return _HASHER.hash(password)


def password_matches(stored: str, password: str) -> bool:
    """Say whether ``password`` belongs to the stored hash; a broken hash matches nothing."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def new_password() -> str:
    """Return a fresh password of 12 letters and digits without look-alikes; it satisfies ``weakness``."""
    while True:
        candidate = "".join(secrets.choice(_ALPHABET) for _ in range(12))
        if not weakness(candidate):
            return candidate


def weakness(password: str) -> str:
    """Return why ``password`` is too weak (zh-CN), or an empty string: 8 signs, three of four kinds."""
    if len(password) < MINIMUM_LENGTH:
        return f"密码至少要 {MINIMUM_LENGTH} 位。"
    kinds = (
        any(c.islower() for c in password),
        any(c.isupper() for c in password),
        any(c.isdigit() for c in password),
        any(not c.isalnum() for c in password),
    )
    return "" if sum(kinds) >= 3 else "密码要包含大写字母、小写字母、数字、符号中的至少三种。"
