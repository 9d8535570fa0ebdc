"""Which part of which division lies in which tile, in whole units of that tile."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.tiles.mercator import EXTENT, side_of

Shapes = NDArray[np.object_]
Numbers = NDArray[np.int64]

# Units beyond each side of a tile: the outline along the cut is drawn there, where nobody sees it.
MARGIN: Final = 64
MOST_PIECES: Final = 50_000
MOST_PIECES_EACH: Final = 20
"""Pieces of one zoom, in all and for each division, beyond which it is not cut: a quarter of the world, drawn by
mistake, would never end. A prefecture of 2,300 villages has 15,000 at the deepest zoom."""
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
    for (column, row), near in sorted(_near(shapes, zoom).items()):
        part = _part(shapes, np.array(sorted(near), dtype=np.int64), zoom, column, row)
        if len(part.places):
            yield part


def _near(shapes: Shapes, zoom: int) -> dict[tuple[int, int], set[int]]:
    """Return for each tile the places of the shapes whose parts' boxes reach it; nothing when these are too many."""
    pieces, owners = shapely.get_parts(shapes, return_index=True)
    owners, pieces = owners[~shapely.is_empty(pieces)], pieces[~shapely.is_empty(pieces)]
    reach = np.array([-1, -1, 1, 1]) * MARGIN / EXTENT
    sides = np.clip(np.floor(shapely.bounds(pieces) / side_of(zoom) + reach), 0, 2**zoom - 1).astype(np.int64)
    if int(np.prod(sides[:, 2:] - sides[:, :2] + 1, axis=1).sum()) > MOST_PIECES + MOST_PIECES_EACH * len(shapes):
        return {}
    found: dict[tuple[int, int], set[int]] = {}
    for place, (west, north, east, south) in zip(owners.tolist(), sides.tolist(), strict=True):
        for tile in product(range(west, east + 1), range(north, south + 1)):
            found.setdefault(tile, set()).add(place)
    return found


def _part(shapes: Shapes, near: Numbers, zoom: int, column: int, row: int) -> Part:
    side = side_of(zoom)
    margin = side * MARGIN / EXTENT
    edges = (column * side - margin, row * side - margin, (column + 1) * side + margin, (row + 1) * side + margin)
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
