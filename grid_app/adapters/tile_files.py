"""Finished tiles on disk: one MBTiles file per boundary generation, which may be deleted and is cut again then.

The table ``cut`` has every layer; the view ``tiles``, which other programs read, has the villages. ``places`` lists
every division of the file with its index, its path and its box.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from uuid import UUID

from geo.tiles.features import Layer

FORMAT: Final = 2
"""Grows when tiles of the same boundaries are cut otherwise; part of their address, since they are cached for good."""


@dataclass(frozen=True, slots=True)
class TilePlace:
    """A division of a file: how facts count it, where it is."""

    code: str
    name: str
    parent: str
    path: str
    index: int
    box: tuple[float, float, float, float]
    label: tuple[float, float]


class TileFiles:
    """Tiles by generation in a folder; every process may read them while one of them cuts another generation.

    Parameters
    ----------
    folder : Path
        Where the files are; it need not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._places = lru_cache(maxsize=256)(self._read_places)
        self._boxes = lru_cache(maxsize=1024)(self._read_box)
        self._counts = lru_cache(maxsize=16)(self._read_count)

    def path_of(self, generation: UUID) -> Path:
        """Return where the tiles of a generation are kept."""
        return self.folder / f"{generation}.mbtiles"

    def is_ready(self, generation: UUID) -> bool:
        """Say whether the tiles of a generation are cut, in the present format."""
        try:
            with closing(self._opened(generation)) as file:
                row = file.execute("SELECT value FROM metadata WHERE name = 'grid_format'").fetchone()
        except sqlite3.DatabaseError:  # no file, or a damaged one
            return False
        return row is not None and row[0] == str(FORMAT)

    def tile(self, generation: UUID, layer: Layer, *, zoom: int, column: int, row: int) -> bytes | None:
        """Return one tile, gzip-compressed; ``None`` where nothing is."""
        asked = "SELECT data FROM cut WHERE layer = ? AND zoom = ? AND tile_x = ? AND tile_y = ?"
        with closing(self._opened(generation)) as file:
            found = file.execute(asked, (layer, zoom, column, row)).fetchone()
        return None if found is None else bytes(found[0])

    def places(self, generation: UUID, layer: Layer, root_path: str) -> Sequence[TilePlace]:
        """Return the divisions of a layer at or under ``root_path``, by code."""
        return self._places(generation, layer, root_path)

    def box(self, generation: UUID, root_path: str) -> tuple[float, float, float, float] | None:
        """Return west, south, east and north of the villages at or under ``root_path``; ``None`` without one."""
        return self._boxes(generation, root_path)

    def count(self, generation: UUID, layer: Layer) -> int:
        """Return how many divisions a layer has in all."""
        return self._counts(generation, layer)

    def _read_places(self, generation: UUID, layer: Layer, root_path: str) -> tuple[TilePlace, ...]:
        asked = (
            "SELECT code, name, parent, path, position, west, south, east, north, lon, lat FROM places"
            " WHERE layer = ? AND substr(path, 1, ?) = ? ORDER BY code"
        )
        with closing(self._opened(generation)) as file:
            rows = file.execute(asked, (layer, len(root_path), root_path)).fetchall()
        return tuple(
            TilePlace(code, name, parent, path, index, (west, south, east, north), (lon, lat))
            for code, name, parent, path, index, west, south, east, north, lon, lat in rows
        )

    def _read_box(self, generation: UUID, root_path: str) -> tuple[float, float, float, float] | None:
        boxes = [place.box for place in self.places(generation, "villages", root_path)]
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    def _read_count(self, generation: UUID, layer: Layer) -> int:
        with closing(self._opened(generation)) as file:
            found = file.execute("SELECT count(*) FROM places WHERE layer = ?", (layer,)).fetchone()
        return int(found[0])

    def _opened(self, generation: UUID) -> sqlite3.Connection:
        """Open a file that nobody changes any more: it is put in place whole."""
        path = self.path_of(generation).resolve()
        return sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
