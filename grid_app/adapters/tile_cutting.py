"""Cutting a generation's tiles into its file: by one process at a time, put in place whole or not at all."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

import numpy as np
import shapely

from geo.tiles.features import FIRST_ZOOM, LAST_ZOOM, LAYERS, LEVEL_OF, Layer, Tile, TileFeature
from geo.tiles.pyramid import pyramid
from grid_app.adapters.tile_files import FORMAT, TileFiles
from grid_app.queries.tiles import TileShape, of_level

LOCK_FILE: Final = "cutting.lock"
_SCHEMA = """
CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE cut (
  layer TEXT NOT NULL, zoom INTEGER NOT NULL, tile_x INTEGER NOT NULL, tile_y INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (layer, zoom, tile_x, tile_y)
) WITHOUT ROWID;
CREATE VIEW tiles AS
  SELECT zoom AS zoom_level, tile_x AS tile_column, (1 << zoom) - 1 - tile_y AS tile_row, data AS tile_data
  FROM cut WHERE layer = 'villages';
CREATE TABLE places (
  layer TEXT NOT NULL, code TEXT NOT NULL, name TEXT NOT NULL, parent TEXT NOT NULL, path TEXT NOT NULL,
  position INTEGER NOT NULL, west REAL, south REAL, east REAL, north REAL, lon REAL, lat REAL,
  PRIMARY KEY (layer, code)
) WITHOUT ROWID;
"""


class BeingCutError(Exception):
    """Another process or thread is cutting in this folder."""


def cut_tiles(
    files: TileFiles,
    generation: UUID,
    read: Callable[[], Sequence[TileShape]],
    *,
    tell: Callable[[float], None] = lambda _share: None,
) -> None:
    """Cut the tiles of a generation; whoever is killed on the way leaves nothing that would be served.

    Parameters
    ----------
    files : TileFiles
        Where they are kept.
    generation : UUID
        Which generation it is.
    read : callable
        Gives its shapes; called once nobody else cuts.
    tell : callable, optional
        Called with the share that is done, from 0 to 1.

    Raises
    ------
    BeingCutError
        Somebody else is cutting in this folder.
    """
    with _turn(files.folder) as note:
        if files.is_ready(generation):
            return

        def told(share: float) -> None:
            note(share)
            tell(share)

        _write(files, generation, read(), told)


def share_cut(files: TileFiles) -> float:
    """Return how far whoever is cutting is, from 0 to 1; 0 when nobody is, or has just begun."""
    try:
        return int((files.folder / LOCK_FILE).read_text("ascii") or 0) / 100
    except (OSError, ValueError):
        return 0.0


def forget_others(files: TileFiles, kept: Iterable[UUID]) -> None:
    """Delete the tiles of every generation that is not among ``kept``."""
    names = {files.path_of(generation).name for generation in kept}
    for path in files.folder.glob("*.mbtiles"):
        if path.name not in names:
            path.unlink(missing_ok=True)


@contextmanager
def _turn(folder: Path) -> Iterator[Callable[[float], None]]:
    """Hold the folder's lock, which ends with the process however it ends; give what notes the share that is done."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / LOCK_FILE).open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BeingCutError from error

        def note(share: float) -> None:
            lock.seek(0)
            lock.truncate()
            lock.write(f"{round(share * 100)}")
            lock.flush()

        note(0.0)
        yield note


def _write(files: TileFiles, generation: UUID, shapes: Sequence[TileShape], tell: Callable[[float], None]) -> None:
    for left in files.folder.glob("*.part"):
        left.unlink(missing_ok=True)
    part = files.folder / f"{generation}.part"
    with closing(sqlite3.connect(part)) as file, file:
        file.execute("PRAGMA journal_mode = OFF")  # what is not finished is thrown away
        file.execute("PRAGMA synchronous = OFF")
        file.executescript(_SCHEMA)
        file.executemany(f"INSERT INTO places VALUES ({', '.join('?' * 12)})", _place_rows(shapes))  # noqa: S608
        tiles = pyramid({layer: _features(shapes, layer) for layer in LAYERS}, tell=tell)
        file.executemany("INSERT INTO cut VALUES (?, ?, ?, ?, ?)", map(_tile_row, tiles))
        file.executemany("INSERT INTO metadata VALUES (?, ?)", _metadata(generation, shapes).items())
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(files.path_of(generation))


def _features(shapes: Sequence[TileShape], layer: Layer) -> list[TileFeature]:
    return [
        TileFeature(shape.code, shape.name, shape.parent, shape.index, shape.polygon)
        for shape in of_level(shapes, LEVEL_OF[layer])
    ]


def _tile_row(tile: Tile) -> tuple[str, int, int, int, bytes]:
    return (tile.layer, tile.zoom, tile.column, tile.row, gzip.compress(tile.data, 6, mtime=0))


def _place_rows(shapes: Sequence[TileShape]) -> Iterator[tuple[str | float | int, ...]]:
    for layer in LAYERS:
        for shape in of_level(shapes, LEVEL_OF[layer]):
            named = (layer, shape.code, shape.name, shape.parent, shape.path, shape.index)
            yield (*named, *shape.polygon.bounds, shape.lon, shape.lat)


def _metadata(generation: UUID, shapes: Sequence[TileShape]) -> dict[str, str]:
    """Return what the MBTiles specification 1.3 asks for, and the format of our own tables."""
    layers = [{"id": "villages", "fields": {"c": "String", "i": "Number"}}]
    box = shapely.total_bounds([shape.polygon for shape in shapes]) if shapes else np.zeros(4)
    return {
        "name": str(generation),
        "format": "pbf",
        "minzoom": str(FIRST_ZOOM["villages"]),
        "maxzoom": str(LAST_ZOOM),
        "bounds": ",".join(f"{side:.6f}" for side in box.tolist()),
        "type": "overlay",
        "json": json.dumps({"vector_layers": layers}),
        "grid_format": str(FORMAT),
    }
