"""Whether divisions of one level fit together: gaps, overlaps, slivers and duplicates, by name and area.

What counts (square metres on the ground):

* an overlap: two polygons share more than 1 m2;
* a gap: a hole in the union of all polygons of more than 1 m2;
* neither counts where it is on average under 0.2 m wide (twice the area over the outline): coordinates written
  with six decimals step by 0.11 m, and rounding them leaves such slits along borders of any length;
* a sliver: a part of a polygon under 100 m2, or on average under 2 m wide;
* a duplicate: the same polygon twice, or the same name twice under one parent.

A clean coverage (shared borders with the same vertices) is recognised by ``shapely.coverage_is_valid`` and needs
no comparing of pairs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.features import BoundaryFeature
from geo.measure import area_m2, mean_width_m
from geo.repair import polygon_parts

LEAST_AREA_M2: Final = 1.0
LEAST_WIDTH_M: Final = 0.2
SLIVER_AREA_M2: Final = 100.0
SLIVER_WIDTH_M: Final = 2.0

Polygons = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two divisions that both claim some ground, and a point in the largest piece of it."""

    first: str
    second: str
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground inside the whole that no division claims, and the divisions around it."""

    near: tuple[str, ...]
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Sliver:
    """A part of a division that is too small or too thin to be meant."""

    title: str
    area_m2: float
    width_m: float


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two divisions that are one and the same polygon, or bear one name under one parent."""

    first: str
    second: str
    same_polygon: bool


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """What does not fit; each list is ordered by area, the largest first."""

    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    slivers: tuple[Sliver, ...]
    duplicates: tuple[Duplicate, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.gaps or self.overlaps or self.slivers or self.duplicates)

    def sentences(self) -> tuple[str, ...]:
        """Return one zh-CN sentence for each thing found."""
        return (
            *(f"重叠：{x.first}和{x.second}重叠 {x.area_m2:,.0f} 平方米。" for x in self.overlaps),
            *(f"空隙：{'、'.join(x.near)}之间有 {x.area_m2:,.0f} 平方米没有归属。" for x in self.gaps),
            *self.other_sentences(),
        )

    def other_sentences(self) -> tuple[str, ...]:
        """Return the sentences on slivers and duplicates alone, for where gaps and overlaps stand in a table."""
        return (
            *(f"碎片：{x.title}有一块只有 {x.area_m2:,.0f} 平方米，平均宽 {x.width_m:.1f} 米。" for x in self.slivers),
            *(
                f"重复：{x.first}和{x.second}{'图形相同' if x.same_polygon else '在同一上级下同名'}。"
                for x in self.duplicates
            ),
        )


def check_coverage(features: Sequence[BoundaryFeature], *, neighbours_of_same_parent: bool = False) -> CoverageReport:
    """Return what does not fit between the divisions of one level.

    Parameters
    ----------
    features : sequence of BoundaryFeature
        All of one level, with valid polygons.
    neighbours_of_same_parent : bool
        True leaves out overlaps and gaps between divisions of different parents, for grids that were drawn
        village by village.

    Returns
    -------
    CoverageReport
        Empty lists for what is in order.
    """
    polygons = _array_of([feature.polygon for feature in features])
    titles = [feature.title for feature in features]
    groups = [feature.parent_code if neighbours_of_same_parent else None for feature in features]
    gaps: list[Gap] = []
    overlaps: list[Overlap] = []
    for group in dict.fromkeys(groups):
        members = np.array([i for i, other in enumerate(groups) if other == group], dtype=np.int64)
        names = [titles[i] for i in members]
        is_clean = bool(shapely.coverage_is_valid(polygons[members]))
        gaps += _gaps(polygons[members], names, is_clean=is_clean)
        overlaps += [] if is_clean else _overlaps(polygons[members], names)
    return CoverageReport(
        tuple(sorted(gaps, key=lambda gap: -gap.area_m2)),
        tuple(sorted(overlaps, key=lambda overlap: -overlap.area_m2)),
        tuple(sorted(_slivers(polygons, titles), key=lambda sliver: -sliver.area_m2)),
        (*_same_polygons(polygons, titles), *_same_names(features)),
    )


def _array_of(polygons: Sequence[object]) -> Polygons:
    array = np.empty(len(polygons), dtype=object)
    array[:] = polygons
    return array


def _overlaps(polygons: Polygons, titles: Sequence[str]) -> list[Overlap]:
    """Compare the polygons whose edges do not match with all they touch; the others overlap nothing."""
    suspect = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(polygons)))
    near, other = STRtree(polygons).query(polygons[suspect], predicate="intersects")
    first, second = np.minimum(suspect[near], other), np.maximum(suspect[near], other)
    pairs = np.unique(np.column_stack((first, second))[first != second], axis=0)
    parts, pair = shapely.get_parts(
        shapely.intersection(polygons[pairs[:, 0]], polygons[pairs[:, 1]]), return_index=True
    )
    wide = mean_width_m(parts) >= LEAST_WIDTH_M
    pieces, owner, areas = parts[wide], pair[wide], area_m2(parts[wide])
    shared = np.bincount(owner, weights=areas, minlength=len(pairs))
    largest = {int(owner[at]): at for at in np.argsort(areas)}
    found = [at for at, area in enumerate(shared.tolist()) if area > LEAST_AREA_M2]
    inside = shapely.get_coordinates(shapely.point_on_surface(pieces[[largest[at] for at in found]]))
    return [
        Overlap(titles[pairs[at][0]], titles[pairs[at][1]], float(shared[at]), lon, lat)
        for at, (lon, lat) in zip(found, inside.tolist(), strict=True)
    ]


def _gaps(polygons: Polygons, titles: Sequence[str], *, is_clean: bool) -> list[Gap]:
    whole = shapely.coverage_union_all(polygons) if is_clean else shapely.union_all(polygons)
    holes = _array_of([shapely.Polygon(ring) for part in polygon_parts(whole) for ring in part.interiors])
    areas = area_m2(holes)
    real = (areas > LEAST_AREA_M2) & (mean_width_m(holes) >= LEAST_WIDTH_M)
    holes, areas = holes[real], areas[real]
    if not len(holes):
        return []
    hole, neighbour = STRtree(polygons).query(holes, predicate="intersects")
    places = shapely.get_coordinates(shapely.point_on_surface(holes)).tolist()
    return [
        Gap(tuple(titles[i] for i in sorted(neighbour[hole == number].tolist())), area, lon, lat)
        for number, (area, (lon, lat)) in enumerate(zip(areas.tolist(), places, strict=True))
    ]


def _slivers(polygons: Polygons, titles: Sequence[str]) -> list[Sliver]:
    parts, owner = shapely.get_parts(polygons, return_index=True)
    areas, width = area_m2(parts), mean_width_m(parts)
    return [
        Sliver(titles[owner[i]], float(areas[i]), float(width[i]))
        for i in np.flatnonzero((areas < SLIVER_AREA_M2) | (width < SLIVER_WIDTH_M))
    ]


def _same_polygons(polygons: Polygons, titles: Sequence[str]) -> list[Duplicate]:
    """Find equal polygons by the bytes of their normal form, whatever the order of their vertices."""
    first: dict[bytes, int] = {}
    found: list[Duplicate] = []
    for position, form in enumerate(shapely.to_wkb(shapely.normalize(polygons)).tolist()):
        if form in first:
            found.append(Duplicate(titles[first[form]], titles[position], same_polygon=True))
        first.setdefault(form, position)
    return found


def _same_names(features: Sequence[BoundaryFeature]) -> list[Duplicate]:
    first: dict[tuple[str | None, str], str] = {}
    found: list[Duplicate] = []
    for feature in features:
        key = (feature.parent_code, feature.name)
        if feature.name and key in first:
            found.append(Duplicate(first[key], feature.title, same_polygon=False))
        first.setdefault(key, feature.title)
    return found
