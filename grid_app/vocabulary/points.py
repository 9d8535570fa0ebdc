"""Of which matters no exact point is kept: quarrels of family and neighbours, and what may harm somebody at home."""

from __future__ import annotations

from typing import Final

AT_HOME: Final = ("01", "02")
"""Family and neighbours: the point of such a matter is somebody's home."""


def keeps_no_point(category: str, *, child: bool, present: bool) -> bool:
    """Say whether a matter is kept by village or grid only; ``child`` and ``present`` are the two safety answers."""
    return category.startswith(AT_HOME) or child or present
