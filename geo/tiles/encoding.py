"""Tiles as bytes: one layer of areas, in the form of Mapbox vector tiles 2.1.

An area has the properties ``c`` (code) and ``i`` (its index); a grid also ``n`` (name) and ``p`` (code one level up),
which maps know of villages and townships from their lists of codes. Nothing else is in a tile: no number of disputes,
no person.
"""

from collections.abc import Collection, Sequence
from typing import Final

import mapbox_vector_tile
from mapbox_vector_tile.Mapbox import vector_tile_pb2

from geo.tiles.clipping import Part
from geo.tiles.features import Layer, TileFeature
from geo.tiles.mercator import EXTENT

_OPTIONS: Final = {"extents": EXTENT, "y_coord_down": True, "check_winding_order": False}


def encoded(layer: Layer, features: Sequence[TileFeature], part: Part) -> bytes:
    """Return one tile as bytes.

    Parameters
    ----------
    layer : Layer
        Name of the layer of areas.
    features : sequence of TileFeature
        All features of the layer.
    part : Part
        What of them lies in the tile.
    """
    areas = [
        {"geometry": shape, "properties": _properties(layer, features[place])}
        for place, shape in zip(part.places.tolist(), part.shapes.tolist(), strict=True)
    ]
    return bytes(mapbox_vector_tile.encode([{"name": layer, "features": areas}], default_options=_OPTIONS))


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


def _properties(layer: Layer, feature: TileFeature) -> dict[str, str | int]:
    told: dict[str, str | int] = {"c": feature.code, "i": feature.index}
    return {**told, "n": feature.name, "p": feature.parent} if layer == "grids" else told


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
