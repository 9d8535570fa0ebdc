"""The whole pyramid of a generation: every tile of every layer and zoom, one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tiles.clipping import parts_of
from geo.tiles.encoding import encoded, size_classes
from geo.tiles.features import LAYERS, Layer, Tile, TileFeature, zooms_of
from geo.tiles.mercator import EXTENT, side_of, to_units
from geo.tiles.thinning import Shapes, placed, thinned

Tell = Callable[[float], None]


def pyramid(layers: Mapping[Layer, Sequence[TileFeature]], *, tell: Tell = lambda _share: None) -> Iterator[Tile]:
    """Give every tile that is not empty.

    Parameters
    ----------
    layers : mapping of Layer to sequence of TileFeature
        What to draw; a layer without features has no tiles.
    tell : callable, optional
        Called with the share that is done, from 0 to 1, in steps as even as the work is.
    """
    weights = {(layer, zoom): len(layers.get(layer, ())) for layer in LAYERS for zoom in zooms_of(layer)}
    total, done = sum(weights.values()) or 1, 0
    for layer in LAYERS:
        features = layers.get(layer, ())
        if not features:
            continue
        shapes = placed([feature.polygon for feature in features])
        areas = np.asarray(shapely.area(shapes), dtype=np.float64)
        for zoom, drawn in thinned(shapes, layer):
            yield from _tiles(layer, zoom, features, drawn, areas)
            done += weights[layer, zoom]
            tell(done / total)
    tell(1.0)


def _tiles(
    layer: Layer, zoom: int, features: Sequence[TileFeature], drawn: Shapes, areas: NDArray[np.float64]
) -> Iterator[Tile]:
    unit = side_of(zoom) / EXTENT
    sizes = size_classes(areas / unit**2)
    labels = _labels(features, zoom)
    for part in parts_of(drawn, zoom):
        here = labels.get((part.column, part.row), np.empty((0, 3), dtype=np.int64))
        yield Tile(layer, zoom, part.column, part.row, encoded(layer, features, part, labels=here, sizes=sizes))


def _labels(features: Sequence[TileFeature], zoom: int) -> dict[tuple[int, int], NDArray[np.int64]]:
    """Return for each tile its labels: place of the feature, and where in the tile, one a line."""
    x, y = to_units([feature.lon for feature in features], [feature.lat for feature in features])
    unit = side_of(zoom) / EXTENT
    steps = np.floor(np.column_stack([x, y]) / unit).astype(np.int64)
    tiles, inside = steps // EXTENT, steps % EXTENT
    found: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for place, ((column, row), (right, down)) in enumerate(zip(tiles.tolist(), inside.tolist(), strict=True)):
        found.setdefault((column, row), []).append((place, right, down))
    return {tile: np.array(rows, dtype=np.int64) for tile, rows in found.items()}
