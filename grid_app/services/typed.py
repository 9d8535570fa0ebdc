"""Reading what people type into forms: ids, days and whole numbers; anything else is ``None``, never an error."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

EARLIEST: Final = date(1949, 10, 1)
LATEST: Final = date(2100, 12, 31)
MOST_DIGITS: Final = 9
"""So many fit every column of whole numbers; Python itself refuses thousands of digits with an error."""


def uuid_of(text: str) -> UUID | None:
    """Return the id that ``text`` spells, or ``None``."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def is_likely(day: date) -> bool:
    """Say whether an office can mean this day; a year of 0001 or 9999 is a slip of the keys."""
    return EARLIEST <= day <= LATEST


def day_of(text: str) -> date | None:
    """Return the day that ``text`` spells as ``2026-11-21``, or ``None``."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def whole_of(text: str) -> int | None:
    """Return the whole number from 0 on that ``text`` spells in at most nine plain digits, or ``None``."""
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= MOST_DIGITS else None


def without_null(text: str) -> str:
    """Return ``text`` without null bytes, which nobody types and PostgreSQL cannot keep."""
    return text.replace("\x00", "")
