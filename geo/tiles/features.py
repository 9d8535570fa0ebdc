"""What is cut into tiles: divisions of three levels, and at which zooms each level is drawn."""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from shapely import MultiPolygon, Polygon

from geo.codes import Level
from geo.tiles.mercator import DEEPEST

Layer = Literal["townships", "villages", "grids"]

LAYERS: Final[tuple[Layer, ...]] = get_args(Layer)
LEVEL_OF: Final[dict[Layer, Level]] = {"townships": "township", "villages": "village", "grids": "grid"}
FIRST_ZOOM: Final[dict[Layer, int]] = {"townships": 5, "villages": 8, "grids": 11}
LAST_ZOOM: Final = DEEPEST


@dataclass(frozen=True, slots=True)
class TileFeature:
    """One division to draw.

    Attributes
    ----------
    code, name, parent : str
        Its code and name, and the code one level up; the name may be empty.
    index : int
        Its place, from 0, among the codes of its level in its county, sorted; facts are sent in this order.
    polygon : Polygon or MultiPolygon
        Boundary in WGS84 degrees, valid.
    """

    code: str
    name: str
    parent: str
    index: int
    polygon: Polygon | MultiPolygon


@dataclass(frozen=True, slots=True)
class Tile:
    """One finished tile: a Mapbox vector tile 2.1, not compressed."""

    layer: Layer
    zoom: int
    column: int
    row: int
    data: bytes


def zooms_of(layer: Layer) -> range:
    """Return the zooms at which a layer is cut, the widest view first.

    Examples
    --------
    >>> list(zooms_of("grids"))
    [11, 12, 13, 14]
    """
    return range(FIRST_ZOOM[layer], LAST_ZOOM + 1)
