"""The map as a drawing that stands still: on paper, in a bulletin, and on a page without script.

Its facts are those of the layer (``LayerView``), its fillings and marks those of the interactive map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast, get_args

from geo.map_labels import MapLabel
from geo.map_sheet import bounds_of, fitted, typical_size
from geo.map_svg import MARK_COLOURS, Fill, MapArea, MapPoint, Size, map_svg, swatch_svg
from grid_app.documents.reports.blocks import KeyItem
from grid_app.queries.geometry import DivisionShape
from grid_app.queries.map_facts import MapFacts
from grid_app.queries.map_shapes import Drawn
from grid_app.queries.small_numbers import FEW
from grid_app.web.maps.layers import LAYER_WORDS, LayerView, Marks

VILLAGE_MARKS_FROM: Final = 34.0
"""Points across which a village must be drawn to carry its own mark; below it, a township's villages share one."""
FILLS: Final = frozenset(get_args(Fill))


def picture_of(facts: MapFacts, view: LayerView, drawn: Drawn, *, width: float, height: float) -> str:
    """Return one layer over an area as a drawing of ``width`` times ``height`` points."""
    fills = {one.key: one.fill for one in view.classes}
    areas = [MapArea(one.polygon, _fill(fills.get(view.states.get(one.code, ""), "plain"))) for one in drawn.villages]
    polygons = [one.polygon for one in drawn.villages]
    box = bounds_of(polygons)
    size = typical_size(polygons, fitted(box, width=width, height=height)) if box else 0.0
    is_county = facts.area.root.level == "county"
    by_township = size < VILLAGE_MARKS_FROM and is_county
    return map_svg(
        areas,
        points=points_of(view.marks, drawn, by_township=by_township),
        labels=_labels((() if by_township else drawn.villages), drawn.townships if is_county else ()),
        outlines=[one.polygon for one in drawn.townships] if is_county else (),
        bounds=box,
        width=width,
        height=height,
        title=f"{facts.area.root.name}:{LAYER_WORDS[view.key]}。{view.headline}",
    )


def key_of(view: LayerView) -> tuple[KeyItem, ...]:
    """Return the legend of a layer, with counts."""
    return tuple(
        KeyItem(
            item.label,
            item.count,
            swatch=swatch_svg(_fill(item.swatch), ids=f"key{number}") if item.swatch else "",
            sign=item.sign,
        )
        for number, item in enumerate(view.legend)
    )


def points_of(marks: Marks, drawn: Drawn, *, by_township: bool) -> list[MapPoint]:
    """Return a layer's marks: of villages, or of whole townships where villages are too small to carry them."""
    villages = {one.code: one for one in drawn.villages}
    townships = {one.code: one for one in drawn.townships}
    values: Mapping[str, Sequence[int | str]] = marks.values
    if by_township:
        values = marks.townships or _summed(marks.values, villages)
    found = []
    for code, counts in values.items():
        place = townships.get(code) or villages.get(code)
        if place is not None and any(counts):
            found.append(_mark(place, counts, marks, is_small=not by_township))
    return found


def _summed(values: Mapping[str, Sequence[int | str]], villages: Mapping[str, DivisionShape]) -> dict[str, list[int]]:
    """Return the sums of townships where the layer hides nothing (what it hides it sums itself)."""
    sums: dict[str, list[int]] = {}
    for code, counts in values.items():
        above = villages[code].parent_code if code in villages else code
        plain = [int(count) for count in counts if count != FEW]
        before = sums.get(above, [0] * len(counts))
        if len(plain) == len(counts):
            sums[above] = [one + other for one, other in zip(before, plain, strict=True)]
    return sums


def _mark(place: DivisionShape, counts: Sequence[int | str], marks: Marks, *, is_small: bool) -> MapPoint:
    top = next(number for number, count in enumerate(counts) if count)
    key, sign, _ = marks.kinds[top]
    others = sum(1 for count in counts if count) > 1
    whole = [count for count in counts if isinstance(count, int)]
    total = f"共{sum(whole)}" if others and len(whole) == len(counts) else ""
    size: Size = "small" if is_small else "some"
    kind = key if key in MARK_COLOURS else "blue"
    return MapPoint(place.label_lon, place.label_lat, f"{sign}{counts[top]}", total, kind, size)


def _labels(villages: Sequence[DivisionShape], townships: Sequence[DivisionShape]) -> list[MapLabel]:
    return [
        *(MapLabel(one.label_lon, one.label_lat, one.name, 1) for one in townships),
        *(MapLabel(one.label_lon, one.label_lat, one.name, 0, one.polygon.bounds) for one in villages),
    ]


def _fill(name: str) -> Fill:
    return cast("Fill", name) if name in FILLS else "plain"
