"""Long lists of keys in portions that every database takes as parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

SEVERAL = 500
T = TypeVar("T")


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Return ``items`` in portions of at most 500, in their order."""
    return (items[at : at + SEVERAL] for at in range(0, len(items), SEVERAL))
