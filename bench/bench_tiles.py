"""Time the cutting of whole pyramids on one core, weigh a first view, and serve one tile against PostGIS.

Run: ``python -m bench.bench_tiles [--json] [--villages N] [--grids N]``. Needs GRID_TEST_DATA for the real county and
prefecture; the made county has 2,000 villages and 30,000 grids. A first view is what a screen of 1280 by 800 pixels
asks for when the whole area fits on it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import shapely

from bench.tiles.county import largest_county, made_county, real_shapes
from bench.tiles.postgis import asked
from geo.tiles.encoding import narrowed
from geo.tiles.mercator import WORLD, to_units
from grid_app.adapters.tile_cutting import cut_tiles
from grid_app.adapters.tile_files import TileFiles
from grid_app.queries.tiles import TileShape

GENERATION = UUID(int=1)
SCREEN = (1280, 800)
ROUNDS = 15


def first_zoom(shapes: list[TileShape]) -> int:
    """Return the deepest zoom at which all shapes fit on the screen."""
    west, south, east, north = shapely.total_bounds([shape.polygon for shape in shapes])
    (left, right), (bottom, top) = to_units([west, east], [south, north])
    widths = [(256 * 2**zoom * (right - left) / WORLD, 256 * 2**zoom * (bottom - top) / WORLD) for zoom in range(15)]
    return max(zoom for zoom, (wide, high) in enumerate(widths) if wide <= SCREEN[0] and high <= SCREEN[1])


def pyramid_of(name: str, shapes: list[TileShape], files: TileFiles) -> dict[str, object]:
    """Cut one pyramid and return its figures."""
    began = time.process_time()
    cut_tiles(files, GENERATION, lambda: shapes)
    spent = time.process_time() - began
    zoom = first_zoom(shapes)
    with closing(sqlite3.connect(files.path_of(GENERATION))) as file:
        tiles = file.execute("SELECT count(*) FROM cut").fetchone()[0]
        largest = file.execute("SELECT max(length(data)) FROM cut WHERE layer = 'grids'").fetchone()[0] or 0
        view = "SELECT sum(length(data)) FROM cut WHERE layer = 'villages' AND zoom = ?"
        seen = file.execute(view, (max(8, zoom),)).fetchone()[0]
    return {
        "name": name, "cpu_seconds": round(spent, 1), "tiles": tiles, "zoom": zoom,
        "megabytes": round(files.path_of(GENERATION).stat().st_size / 1e6, 1),
        "first_view_kb": round((seen + len(codes_of(files))) / 1000), "largest_grid_kb": round(largest / 1000),
    }  # fmt: skip


def codes_of(files: TileFiles) -> bytes:
    """Return the codes of the villages as the page fetches them."""
    places = files.places(GENERATION, "villages", "/")
    document = {
        "i": [p.index for p in places], "codes": [p.code for p in places], "names": [p.name for p in places],
        "parents": [p.parent for p in places], "boxes": [[round(side, 5) for side in p.box] for p in places],
        "labels": [[round(side, 5) for side in p.label] for p in places],
    }  # fmt: skip
    return gzip.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(), 6)


def largest_tile(files: TileFiles, layer: str, zoom: int) -> tuple[int, int]:
    """Return column and row of the largest tile of a layer and zoom."""
    question = "SELECT tile_x, tile_y FROM cut WHERE layer = ? AND zoom = ? ORDER BY length(data) DESC LIMIT 1"
    with closing(sqlite3.connect(files.path_of(GENERATION))) as file:
        return file.execute(question, (layer, zoom)).fetchone()


def median_ms(task: Callable[[], object]) -> float:
    """Return the median milliseconds of a task."""
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        task()
        spent.append(time.perf_counter() - began)
    return round(1000 * sorted(spent)[ROUNDS // 2], 2)


def served(shapes: list[TileShape], files: TileFiles) -> list[dict[str, object]]:
    """Return what giving the largest tiles of the made county costs, from the file and by PostGIS."""
    found: list[dict[str, object]] = []
    wanted = [("villages", "village", 10), ("grids", "grid", 11), ("grids", "grid", 12)]
    tiles = [(level, zoom, *largest_tile(files, layer, zoom)) for layer, level, zoom in wanted]
    theirs = asked(shapes, tiles)
    for place, (layer, level, zoom) in enumerate(wanted):
        column, row = tiles[place][2:]

        def read(layer: str = layer, zoom: int = zoom, column: int = column, row: int = row) -> bytes:
            return files.tile(GENERATION, layer, zoom=zoom, column=column, row=row) or b""  # type: ignore[arg-type]

        few = frozenset(shape.code for shape in shapes if shape.level == level)
        few = frozenset(sorted(few)[: len(few) // 20])
        one: dict[str, object] = {
            "layer": layer, "zoom": zoom, "file_ms": median_ms(read), "file_kb": round(len(read()) / 1000),
            "narrowed_ms": median_ms(lambda: gzip.compress(narrowed(gzip.decompress(read()), few), 6)),  # noqa: B023
        }  # fmt: skip
        if theirs:
            one |= {"postgis_ms": theirs[place][0], "postgis_kb": round(theirs[place][1] / 1000)}
        found.append(one)
    return found


def main() -> int:
    """Measure and print; 1 when a county took a minute or more."""
    parser = argparse.ArgumentParser(prog="python -m bench.bench_tiles", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--villages", type=int, default=2_000)
    parser.add_argument("--grids", type=int, default=30_000)
    options = parser.parse_args()
    prefecture, made = real_shapes(), made_county(options.villages, options.grids)
    county = largest_county(prefecture)
    named = [
        (f"real county, {len(county):,} divisions", county),
        (f"real prefecture, {len(prefecture):,} divisions", prefecture),
        (f"made county, {options.villages:,} villages, {options.grids:,} grids", made),
    ]
    pyramids = []
    with tempfile.TemporaryDirectory(prefix="tiles-") as folder:
        for number, (name, shapes) in enumerate(named):
            files = TileFiles(Path(folder) / str(number))
            pyramids.append(pyramid_of(name, shapes, files))
        found = {"pyramids": pyramids, "served": served(made, files)}
    print(json.dumps(found) if options.json else json.dumps(found, indent=1, ensure_ascii=False))
    return int(any(float(str(one["cpu_seconds"])) >= 60 for one in pyramids))


if __name__ == "__main__":
    sys.exit(main())
