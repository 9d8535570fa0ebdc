"""Tiles as bytes: a layer of areas and one of labels, in the form of Mapbox vector tiles 2.1.

An area has the properties ``c`` (code), ``n`` (name), ``p`` (code one level up) and ``i`` (its index); a label is a
point with ``c``, ``n``, ``i`` and ``s``, how large its area is drawn at this zoom. Nothing else is in a tile: no number
of disputes, no person.
"""

from collections.abc import Collection, Sequence
from typing import Final

import mapbox_vector_tile
import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from numpy.typing import NDArray

from geo.tiles.clipping import Part
from geo.tiles.features import Layer, TileFeature
from geo.tiles.mercator import EXTENT

LABELS: Final = "labels"
# Sides in pixels of a tile of 256 from which an area counts as larger: room for nothing, a sign, a short name, a name.
SIZES: Final = (16.0, 44.0, 90.0)
_UNITS_PER_PIXEL: Final = EXTENT / 256
_OPTIONS: Final = {"extents": EXTENT, "y_coord_down": True, "check_winding_order": False}


def size_classes(areas: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return 0 to 3 for areas in square units of a tile: the side of the square of that size against ``SIZES``.

    Examples
    --------
    >>> size_classes(np.array([0.0, 400.0 * 400.0, 4096.0 * 4096.0])).tolist()
    [0, 1, 3]
    """
    return np.searchsorted(SIZES, np.sqrt(areas) / _UNITS_PER_PIXEL, side="right").astype(np.int64)


def encoded(
    layer: Layer,
    features: Sequence[TileFeature],
    part: Part,
    *,
    labels: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> bytes:
    """Return one tile as bytes.

    Parameters
    ----------
    layer : Layer
        Name of the layer of areas.
    features : sequence of TileFeature
        All features of the layer.
    part : Part
        What of them lies in the tile.
    labels : ndarray of int
        The labels that stand in the tile: place of the feature, ``x`` and ``y``, one a line.
    sizes : ndarray of int
        The size class of every feature.
    """
    areas: list[dict[str, object]] = [
        {"geometry": shape, "properties": _area(features[place])}
        for place, shape in zip(part.places.tolist(), part.shapes.tolist(), strict=True)
    ]
    points: list[dict[str, object]] = [
        {"geometry": shapely.Point(x, y), "properties": _label(features[place], int(sizes[place]))}
        for place, x, y in labels.tolist()
    ]
    layers = [{"name": name, "features": found} for name, found in ((layer, areas), (LABELS, points)) if found]
    return bytes(mapbox_vector_tile.encode(layers, default_options=_OPTIONS))


def narrowed(data: bytes, codes: Collection[str]) -> bytes:
    """Return a tile with only those of its features whose code is among ``codes``; empty when none is.

    The names and codes of the others are not left behind in the tile either.
    """
    whole, rest = vector_tile_pb2.tile(), vector_tile_pb2.tile()
    whole.ParseFromString(data)
    for layer in whole.layers:
        code_key = list(layer.keys).index("c")
        kept = [feature for feature in layer.features if _value(layer, feature, code_key) in codes]
        if kept:
            _copy(layer, kept, rest.layers.add())
    return bytes(rest.SerializeToString())


def _area(feature: TileFeature) -> dict[str, str | int]:
    return {"c": feature.code, "n": feature.name, "p": feature.parent, "i": feature.index}


def _label(feature: TileFeature, size: int) -> dict[str, str | int]:
    return {"c": feature.code, "n": feature.name, "i": feature.index, "s": size}


def _value(layer: vector_tile_pb2.tile.layer, feature: vector_tile_pb2.tile.feature, key: int) -> str:
    tags = list(feature.tags)
    return next((str(layer.values[value].string_value) for at, value in _pairs(tags) if at == key), "")


def _pairs(tags: Sequence[int]) -> list[tuple[int, int]]:
    return list(zip(tags[::2], tags[1::2], strict=True))


def _copy(
    layer: vector_tile_pb2.tile.layer,
    kept: Sequence[vector_tile_pb2.tile.feature],
    target: vector_tile_pb2.tile.layer,
) -> None:
    """Copy some features of a layer with the values that they have, numbered anew."""
    target.name, target.version, target.extent = layer.name, layer.version, layer.extent
    target.keys.extend(layer.keys)
    numbers: dict[int, int] = {}
    for feature in kept:
        copy = target.features.add()
        copy.type = feature.type
        copy.geometry.extend(feature.geometry)
        for key, value in _pairs(list(feature.tags)):
            if value not in numbers:
                numbers[value] = len(numbers)
                target.values.add().CopyFrom(layer.values[value])
            copy.tags.extend((key, numbers[value]))
