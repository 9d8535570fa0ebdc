"""The static picture of a change of boundaries: what is new, drawn anew, ended, and where it does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geo.coverage_check import CoverageReport
from geo.features import BoundaryFeature
from grid_app.services.places.boundaries_base import Base
from grid_app.services.places.boundaries_changes import ShapeChanges

if TYPE_CHECKING:
    from geo.map_sheet import Box

WIDTH, HEIGHT = 720.0, 560.0
MARKS: Final = 40
LABELS: Final = 400
DETAIL: Final = 0.35
"""A change that spans less of the whole than this is shown by itself."""
LEGEND: Final = (("full", "新的村"), ("stripe", "边界变了的村"), ("plain", "没有变的村"))


def change_picture(villages: Sequence[BoundaryFeature], changes: ShapeChanges, coverage: CoverageReport | None) -> str:
    """Return the drawing of the villages as they will be; ended ones are outlined, gaps and overlaps marked."""
    from geo.map_labels import MapLabel  # noqa: PLC0415 - drawing is asked for by few pages
    from geo.map_sheet import bounds_of  # noqa: PLC0415 - as above
    from geo.map_svg import MapArea, MapPoint, map_svg  # noqa: PLC0415 - as above
    from geo.simplify import simplify_coverage  # noqa: PLC0415 - as above

    added = {one.code for one in changes.added}
    altered = {one.code for one, _ in changes.changed}
    touched = [*changes.added, *(one for one, _ in changes.changed), *changes.gone]
    whole = bounds_of([one.polygon for one in villages])
    box = _detail(whole, bounds_of([one.polygon for one in touched]))
    shown = [one for one in villages if box is None or _meets(one, box)]
    drawn = simplify_coverage([one.polygon for one in shown], 20.0 if len(shown) < LABELS else 60.0) if shown else []
    areas = [
        MapArea(polygon, "full" if one.code in added else "stripe" if one.code in altered else "plain")
        for one, polygon in zip(shown, drawn, strict=True)
    ]
    return map_svg(
        areas,
        points=[MapPoint(lon, lat, text, kind="red") for text, lon, lat in _marks(coverage)],
        labels=[MapLabel(one.label_lon, one.label_lat, one.name) for one in shown[:LABELS]],
        outlines=[one.polygon for one in changes.gone],
        bounds=box,
        width=WIDTH,
        height=HEIGHT,
        title="边界变化图:新的村、边界变了的村、没有变的村;粗线是停用的村原来的边界;数字是空隙和重叠",
        ids="change",
    )


def _marks(coverage: CoverageReport | None) -> list[tuple[str, float, float]]:
    if coverage is None:
        return []
    gaps = [(f"空{at}", one.lon, one.lat) for at, one in enumerate(coverage.gaps[:MARKS], 1)]
    return gaps + [(f"叠{at}", one.lon, one.lat) for at, one in enumerate(coverage.overlaps[:MARKS], 1)]


def _detail(whole: Box | None, touched: Box | None) -> Box | None:
    """Return the surroundings of what is touched when that is a small part of the whole."""
    if whole is None or touched is None:
        return whole
    wide, high = touched[2] - touched[0], touched[3] - touched[1]
    span = max(wide / max(whole[2] - whole[0], 1e-9), high / max(whole[3] - whole[1], 1e-9))
    if span > DETAIL:
        return whole
    more = max(wide, high) * 0.4
    return (touched[0] - more, touched[1] - more, touched[2] + more, touched[3] + more)


def _meets(one: BoundaryFeature, box: Box) -> bool:
    west, south, east, north = one.polygon.bounds
    return west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1]


@dataclass(frozen=True)
class Drawn:
    """A drawing, and where it lies: degrees at its left upper corner, and degrees for each of its points."""

    svg: str
    west: float
    lon_step: float
    north: float
    lat_step: float


def village_picture(base: Base, code: str) -> Drawn:
    """Return the drawing of one village with its grids and neighbours."""
    from geo.map_labels import MapLabel  # noqa: PLC0415 - as above
    from geo.map_sheet import fitted  # noqa: PLC0415 - as above
    from geo.map_svg import MapArea, map_svg  # noqa: PLC0415 - as above

    village = base.features[code]
    west, south, east, north = village.polygon.bounds
    more = max(east - west, north - south) * 0.15
    box = (west - more, south - more, east + more, north + more)
    near = [one for other, one in base.features.items() if len(other) == len(code) and _meets(one, box)]
    grids = list(base.grids_of([code]).values())
    areas = [MapArea(one.polygon, "soft" if one.code == code else "plain") for one in near]
    svg = map_svg(
        [*areas, *(MapArea(one.polygon, "soft") for one in grids)],
        labels=[MapLabel(one.label_lon, one.label_lat, one.name or one.code[12:]) for one in (*grids, *near)],
        outlines=[village.polygon],
        bounds=box,
        width=WIDTH,
        height=HEIGHT,
        title=f"{village.name}和周围的村",
        ids="village",
    )
    left, top = (float(side) for side in fitted(box, width=WIDTH, height=HEIGHT).place(box[0], box[3]))
    right, bottom = (float(side) for side in fitted(box, width=WIDTH, height=HEIGHT).place(box[2], box[1]))
    lon_step, lat_step = (box[2] - box[0]) / (right - left), (box[3] - box[1]) / (bottom - top)
    return Drawn(svg, box[0] - left * lon_step, lon_step, box[3] + top * lat_step, lat_step)
