"""Fewer vertices for a wider view: borders that two divisions share stay shared, so that no gap opens between them.

Polygons that do not fit together (borders drawn twice, corners that the neighbour does not have, overlaps) are fitted
first, for drawing only: what lies in two of them is drawn in the smaller one, so that a village inside another village
is seen, and slits under a metre are closed.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

from geo.tiles.features import Layer, zooms_of
from geo.tiles.mercator import EXTENT, side_of, to_units

Shapes = NDArray[np.object_]

# Units of the tile: an eighth of a tile's 256th part, for the deepest zoom a thirty-second, since it is drawn enlarged.
TOLERANCE: Final = 8.0
DEEPEST_TOLERANCE: Final = 2.0
# Units of the deepest zoom: slits narrower than about a metre are no gaps that anybody drew.
CLOSED_SLIT: Final = 2.0


def placed(polygons: Sequence[Polygon | MultiPolygon]) -> Shapes:
    """Return the polygons in units of the deepest zoom, fitted together where they are not; in the order given.

    One that loses all its ground to a smaller one, such as a duplicate, comes back empty.
    """
    shapes: Shapes = np.empty(len(polygons), dtype=object)
    shapes[:] = polygons
    moved: Shapes = shapely.transform(shapes, lambda points: np.column_stack(to_units(points[:, 0], points[:, 1])))
    if len(moved) < 2 or shapely.coverage_is_valid(moved):
        return moved
    fitted: Shapes = shapely.coverage_clean(  # type: ignore[attr-defined]  # not in the stubs of 2.1
        moved, gap_width=CLOSED_SLIT, merge_strategy="min_area"
    )
    return fitted


def thinned(shapes: Shapes, layer: Layer) -> Iterator[tuple[int, Shapes]]:
    """Give each zoom of a layer with its shapes, the deepest first, each made from the one below it.

    Visvalingam and Whyatt (1993) on the edges of the whole coverage; see ``geo.simplify``.
    """
    present = shapes
    for zoom in reversed(zooms_of(layer)):
        unit = side_of(zoom) / EXTENT
        tolerance = DEEPEST_TOLERANCE if unit == 1.0 else TOLERANCE * unit
        present = shapely.coverage_simplify(present, tolerance)
        yield zoom, present
