"""Which part of which division lies in which tile, in whole units of that tile."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon, STRtree

from geo.tiles.mercator import EXTENT, side_of

Shapes = NDArray[np.object_]
Numbers = NDArray[np.int64]

# Units beyond each side of a tile: the outline along the cut is drawn there, where nobody sees it.
MARGIN: Final = 64
# Two neighbours reach a cut in opposite directions, which may differ in the last digit; a half must not fall both ways.
_LEAN: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Part:
    """What a tile shows of the divisions: their places in the list given, and their polygons in units of the tile."""

    column: int
    row: int
    places: Numbers
    shapes: Shapes


def parts_of(shapes: Shapes, zoom: int) -> Iterator[Part]:
    """Give every tile of ``zoom`` that holds some of the shapes, by column and row.

    ``shapes`` are in units of the deepest zoom. A vertex of two neighbours comes to the same whole place in both; rings
    that shrink to nothing are left out.
    """
    side = side_of(zoom)
    whole = shapely.total_bounds(shapes)
    if np.isnan(whole).any():
        return
    most = 2**zoom - 1
    west, south, east, north = np.clip(np.floor(whole / side), 0, most).astype(int).tolist()
    tree = STRtree(shapes)
    for column in range(west, east + 1):
        for row in range(south, north + 1):
            part = _part(shapes, tree, zoom, column, row)
            if len(part.places):
                yield part


def _part(shapes: Shapes, tree: STRtree, zoom: int, column: int, row: int) -> Part:
    side = side_of(zoom)
    margin = side * MARGIN / EXTENT
    edges = (column * side - margin, row * side - margin, (column + 1) * side + margin, (row + 1) * side + margin)
    near = np.sort(tree.query(shapely.box(*edges))).astype(np.int64)
    cut = shapely.clip_by_rect(shapes[near], *edges)
    corner, unit = np.array([column * side, row * side]), side / EXTENT
    steps: Shapes = shapely.transform(cut, lambda points: np.floor((points - corner) / unit + (0.5 + _LEAN)))
    found = [(place, shape) for place, one in zip(near.tolist(), steps.tolist(), strict=True) if (shape := _sound(one))]
    kept: Shapes = np.empty(len(found), dtype=object)
    kept[:] = [shape for _, shape in found]
    return Part(column, row, np.array([place for place, _ in found], dtype=np.int64), shapely.orient_polygons(kept))


def _sound(shape: shapely.Geometry) -> Polygon | MultiPolygon | None:
    """Return the parts of a shape that have an area, without holes that have none; ``None`` when nothing is left."""
    parts = [shape] if isinstance(shape, Polygon) else list(getattr(shape, "geoms", ()))
    whole = [
        Polygon(part.exterior, [ring for ring in part.interiors if Polygon(ring).area]) if part.interiors else part
        for part in parts
        if isinstance(part, Polygon) and Polygon(part.exterior).area
    ]
    return None if not whole else whole[0] if len(whole) == 1 else MultiPolygon(whole)
