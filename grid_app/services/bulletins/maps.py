"""The maps of bulletins: counts by place, and returns by village."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from geo.map_labels import MapLabel
from geo.map_svg import Fill, MapArea, MapPoint, map_svg, swatch_svg
from grid_app.documents.reports.blocks import KeyItem, Picture
from grid_app.queries.map_shapes import Drawn
from grid_app.queries.round_progress import VillageProgress
from grid_app.queries.small_numbers import shown

WIDTH, HEIGHT = 515, 370
RETURNED, PARTLY, MISSING = "returned", "partly", "missing"
FILLS: Final[dict[str, tuple[str, Fill]]] = {
    RETURNED: ("已回执", "full"),
    PARTLY: ("回了一部分", "dots"),
    MISSING: ("还没有回执", "stripe"),
}


def counts_map(drawn: Drawn, counts: Mapping[str, int], *, title: str) -> Picture:
    """Return the places with how many matters each took in; small counts hidden, nothing painted by quantity."""
    places = {one.code: one for one in (*drawn.villages, *drawn.townships)}
    points = [
        MapPoint(places[code].label_lon, places[code].label_lat, shown(count), kind="room", size="few")
        for code, count in counts.items()
        if count and code in places
    ]
    by_township = any(one.code in counts for one in drawn.townships)
    svg = map_svg(
        [MapArea(one.polygon) for one in drawn.villages],
        points=points,
        labels=_names(drawn, by_township=by_township),
        outlines=[one.polygon for one in drawn.townships] if by_township else (),
        width=WIDTH,
        height=HEIGHT,
        title=title,
    )
    return Picture(svg, title, (KeyItem("收到的件数(1 到 4 件写“<5”)", sign="□"),))


def returns_map(drawn: Drawn, progress: Sequence[VillageProgress], *, title: str) -> Picture:
    """Return the villages by how far their return was."""
    states = {one.code: state_of(one) for one in progress}
    by_township = len({one.township_code for one in progress}) > 1
    svg = map_svg(
        [MapArea(one.polygon, FILLS[states[one.code]][1] if one.code in states else "plain") for one in drawn.villages],
        labels=_names(drawn, by_township=by_township),
        outlines=[one.polygon for one in drawn.townships] if by_township else (),
        width=WIDTH,
        height=HEIGHT,
        title=title,
    )
    found = list(states.values())
    legend = tuple(
        KeyItem(word, f"{found.count(state)} 个村(社区)", swatch=swatch_svg(fill, ids=f"key-{state}"))
        for state, (word, fill) in FILLS.items()
    )
    return Picture(svg, title, legend)


def state_of(one: VillageProgress) -> str:
    """Return how far a village's return was."""
    return RETURNED if one.returned else PARTLY if one.answered else MISSING


def _names(drawn: Drawn, *, by_township: bool) -> list[MapLabel]:
    if by_township:
        return [MapLabel(one.label_lon, one.label_lat, one.name, 1) for one in drawn.townships]
    return [MapLabel(one.label_lon, one.label_lat, one.name, 0, one.polygon.bounds) for one in drawn.villages]
