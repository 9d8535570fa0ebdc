"""The ports of the shell: what services ask of the world outside the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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


class PreparedFile(Protocol):
    """A file that was written and waits to be put into its place."""

    @property
    def key_number(self) -> int:
        """Return the number of the field key that sealed it."""
        ...

    def put(self) -> None:
        """Put it into its place; takes no time and is whole or not at all."""
        ...

    def drop(self) -> None:
        """Remove it when it was not put into its place."""
        ...


class AttachmentFiles(Protocol):
    """Keeps the bytes of photos and voice notes, encrypted; every name is a whole file or none."""

    def prepare_part(self, attachment_id: UUID, offset: int, plain: bytes) -> PreparedFile:
        """Write one chunk, ready to be put into its place."""
        ...

    def prepare_whole(self, attachment_id: UUID, plain: bytes) -> PreparedFile:
        """Write the whole attachment, ready to be put into its place."""
        ...

    def parts_until(self, attachment_id: UUID, end: int) -> bytes | None:
        """Return the first ``end`` bytes from the chunks, or ``None`` when one is missing."""
        ...

    def whole(self, attachment_id: UUID) -> bytes | None:
        """Return the bytes of a complete attachment, or ``None``."""
        ...

    def forget_parts(self, attachment_id: UUID) -> None:
        """Remove the chunks of an attachment."""
        ...

    def forget(self, attachment_id: UUID) -> None:
        """Remove everything of an attachment."""
        ...

    def resting(self) -> Mapping[UUID, datetime]:
        """Return the attachments of which chunks lie here, and when the last one was put."""
        ...
