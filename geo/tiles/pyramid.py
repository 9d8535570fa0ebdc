"""The whole pyramid of a generation: every tile of every layer and zoom, one after the other."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from geo.tiles.clipping import parts_of
from geo.tiles.encoding import encoded
from geo.tiles.features import LAYERS, Layer, Tile, TileFeature, zooms_of
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
        for zoom, drawn in thinned(shapes, layer):
            yield from _tiles(layer, zoom, features, drawn)
            done += weights[layer, zoom]
            tell(done / total)
    tell(1.0)


def _tiles(layer: Layer, zoom: int, features: Sequence[TileFeature], drawn: Shapes) -> Iterator[Tile]:
    for part in parts_of(drawn, zoom):
        yield Tile(layer, zoom, part.column, part.row, encoded(layer, features, part))
