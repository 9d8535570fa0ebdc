"""Where the areas of the generations in use lie, kept in memory: programs ask for one box after another."""

from __future__ import annotations

from functools import lru_cache
from threading import Lock
from typing import Final
from uuid import UUID

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from geo.codes import Level
from grid_app.queries.layers_areas import Bounds, read_bounds

KEPT: Final = 6
"""Three levels of two generations; 30,000 grids take two megabytes."""


class KeptBounds:
    """Reads the bounds of a level once per generation; a generation that was activated never changes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[UUID, Level], Bounds] = {}

    def __call__(self, session: Session, generation: UUID, level: Level) -> Bounds:
        """Return the bounds of one level of a generation."""
        key = (generation, level)
        with self._lock:
            if key not in self._kept:
                newest = dict(list(self._kept.items())[1 - KEPT :])
                self._kept = newest | {key: read_bounds(session, generation, level)}
            return self._kept[key]


@lru_cache(maxsize=8)
def bounds_of(_engine: Engine) -> KeptBounds:
    """Return what this process keeps of a database."""
    return KeptBounds()
