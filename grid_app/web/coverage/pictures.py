"""Static pictures of an area's villages: shapes are read and simplified once per generation and area, then kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from grid_app.database.transaction import reading
from grid_app.queries.coverage import CoverageFacts
from grid_app.queries.geometry import shapes_under
from grid_app.queries.map_area import Area

if TYPE_CHECKING:
    from shapely import MultiPolygon, Polygon

    from geo.map_svg import Fill

WIDTH, HEIGHT = 720.0, 560.0
KEPT: Final = 4
METRES: Final = ((60, 15.0), (600, 60.0))
COARSE: Final = 150.0
MARKS_UP_TO: Final = 60


@dataclass(frozen=True)
class _Shapes:
    villages: Mapping[str, Polygon | MultiPolygon]
    townships: tuple[Polygon | MultiPolygon, ...]


_lock = threading.Lock()
_kept: OrderedDict[tuple[str, str], _Shapes] = OrderedDict()


def picture_of(area: Area, fills: Mapping[str, str], points: Sequence[tuple[float, float, str]], *, title: str) -> str:
    """Return the villages of an area with fillings by code, and marks at points, as an SVG document."""
    from geo.map_svg import MapArea, MapPoint, map_svg  # noqa: PLC0415 - drawing is asked for by few pages

    shapes = _shapes(area)
    areas = [MapArea(polygon, _fill(fills.get(code, "plain"))) for code, polygon in shapes.villages.items()]
    marks = [MapPoint(lon, lat, "", kind=kind, size="point") for lon, lat, kind in points]
    return map_svg(
        areas, points=marks, outlines=shapes.townships, width=WIDTH, height=HEIGHT, title=title, ids="coverage"
    )


def room_marks(facts: CoverageFacts) -> list[tuple[float, float, str]]:
    """Return the places of the open rooms that are counted."""
    counted = (facts.rooms[code] for code in facts.measured.room_codes)
    return [(room.lon, room.lat, "room") for room in counted if room.lon is not None and room.lat is not None]


def _fill(name: str) -> Fill:
    known: dict[str, Fill] = {"full": "full", "stripe": "stripe", "dots": "dots", "empty": "empty", "cross": "cross"}
    return known.get(name, "plain")


def _shapes(area: Area) -> _Shapes:
    if area.generation_id is None:
        return _Shapes({}, ())
    key = (str(area.generation_id), area.root.code)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    made = _read(area)
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _read(area: Area) -> _Shapes:
    from geo.simplify import simplify_coverage  # noqa: PLC0415 - loads GEOS work that other pages do not need

    if area.generation_id is None:
        return _Shapes({}, ())
    with reading() as session:
        villages = shapes_under(session, generation_id=area.generation_id, level="village", root_path=area.root.path)
        townships = shapes_under(session, generation_id=area.generation_id, level="township", root_path=area.root.path)
    metres = next((fine for count, fine in METRES if len(villages) <= count), COARSE)
    drawn = simplify_coverage([shape.polygon for shape in villages], metres) if villages else []
    borders = simplify_coverage([shape.polygon for shape in townships], metres) if townships else []
    return _Shapes({shape.code: polygon for shape, polygon in zip(villages, drawn, strict=True)}, tuple(borders))
