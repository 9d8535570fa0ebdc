"""The ports of the shell: what services ask of the world outside the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True)
class PlaceAnswer:
    """Where a point lies in the active boundary generation.

    ``how``: inside, nearest (outside all, within the accuracy circle or the tolerance) or outside (``code`` is then
    ``None``). ``candidates``: every village within the accuracy circle, smallest code first; more than one means
    "A village or B village?". ``generation_id`` is ``None`` when no generation is active.
    """

    code: str | None
    how: str
    candidates: tuple[str, ...]
    generation_id: UUID | None


@dataclass(frozen=True)
class Fix:
    """A position in WGS84 degrees, and how far it may be off in metres (``None``: not told)."""

    lon: float
    lat: float
    accuracy_m: float | None = None


class PlaceFinder(Protocol):
    """Answers which village holds a point, from memory; notices when another generation is activated."""

    def find(self, session: Session, *, lon: float, lat: float, accuracy_m: float | None) -> PlaceAnswer:
        """Return where the WGS84 point lies."""
        ...

    def find_all(self, session: Session, fixes: Sequence[Fix]) -> list[PlaceAnswer]:
        """Return where each position lies, in order, all in one boundary generation."""
        ...

    def generation(self, session: Session) -> UUID | None:
        """Return the id of the active boundary generation, or ``None``."""
        ...
