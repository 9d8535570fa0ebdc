"""Reading what people type into forms: ids and days; anything else is ``None``, never an error."""

from __future__ import annotations

from datetime import date
from uuid import UUID


def uuid_of(text: str) -> UUID | None:
    """Return the id that ``text`` spells, or ``None``."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """Return the day that ``text`` spells as ``2026-11-21``, or ``None``."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
