"""The boundaries a split or merge starts from and what becomes of grids and neighbours; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import MultiPolygon
from sqlalchemy.orm import Session

from geo.codes import kind_of, level_of, parent_code
from geo.features import BoundaryFeature
from geo.measure import area_m2
from geo.repair import as_multipolygon, polygon_parts
from geo.reshaping import clipped
from grid_app.errors import ConflictError
from grid_app.queries.boundaries import ACTIVE, PENDING, Node, entries_of, features_of, generation_in, tree
from grid_app.services.places.boundaries_course import Succession

SAME_BORDER = 1e-7
"""Degrees, a centimetre: a new corner so near to a neighbour's border becomes a corner of that border too."""


@dataclass(frozen=True)
class Base:
    """What a change starts from: the boundaries as they will be so far, and the tree."""

    features: Mapping[str, BoundaryFeature]
    nodes: Mapping[str, Node]

    def grids_of(self, codes: Iterable[str]) -> dict[str, BoundaryFeature]:
        """Return the grids of the given villages, by code."""
        wanted = set(codes)
        return {code: one for code, one in self.features.items() if len(code) == 16 and code[:12] in wanted}


def base_of(session: Session) -> Base:
    """Return the boundaries as they will be: the pending ones over those in use.

    Raises
    ------
    ConflictError
        When no boundaries are in use.
    """
    active, pending = generation_in(session, ACTIVE), generation_in(session, PENDING)
    if active is None:
        raise ConflictError("还没有启用的边界,没有可以拆分、合并的村。请先导入边界文件并启用。")
    nodes = tree(session)
    held = entries_of(session, pending.id) if pending else []
    spoken = {(one.level, one.code[:6]) for one in held}
    old = [one for one in entries_of(session, active.id) if (one.level, one.code[:6]) not in spoken]
    found = features_of(session, active.id, [one.code for one in old if nodes[one.code].alive])
    found += features_of(session, pending.id, [one.code for one in held]) if pending else []
    return Base({feature.code: feature for feature in found}, nodes)


def renumbered(
    base: Base, old: Sequence[BoundaryFeature], new: Sequence[BoundaryFeature]
) -> tuple[list[BoundaryFeature], list[Succession]]:
    """Return the grids of the new villages, and which grid continues which; a grid keeps its code where it can."""
    grids = base.grids_of(one.code for one in old)
    pieces = clipped({code: one.polygon for code, one in sorted(grids.items())}, [one.polygon for one in new])
    made: list[BoundaryFeature] = []
    best: dict[str, tuple[float, str]] = {}
    ways: list[tuple[str, str]] = []
    for village, inside in zip(new, pieces, strict=True):
        taken = {name for name, _, _ in inside if name[:12] == village.code}
        for name, shape, share in inside:
            code = name if name[:12] == village.code else _free(village.code, name[12], taken)
            taken.add(code)
            made.append(feature_of(code, grids[name].name if code == name else "", shape))
            ways.append((name, code))
            best[name] = max(best.get(name, (0.0, "")), (share, code))
    living = {one.code for one in made}
    return made, [Succession(name, code, is_default=best[name][1] == code) for name, code in ways if name not in living]


def _free(village: str, kind: str, taken: set[str]) -> str:
    return next(code for number in range(1, 1_000) if (code := f"{village}{kind}{number:03d}") not in taken)


def with_corners(base: Base, old: BoundaryFeature, new: Sequence[BoundaryFeature]) -> list[BoundaryFeature]:
    """Return the neighbours on whose borders a dividing line ends, with a corner there."""
    known = {tuple(point) for point in shapely.get_coordinates(old.polygon).tolist()}
    points = {tuple(point) for one in new for point in shapely.get_coordinates(one.polygon).tolist()} - known
    corners = shapely.multipoints(sorted(points))
    found = []
    for code, feature in base.features.items():
        is_near = len(code) == len(old.code) and code[:6] == old.code[:6] and code != old.code
        if is_near and feature.polygon.intersects(old.polygon):
            snapped = shapely.snap(feature.polygon, corners, SAME_BORDER)
            if snapped.is_valid and not shapely.equals_identical(snapped, feature.polygon):
                found.append(replace(feature, polygon=MultiPolygon(polygon_parts(snapped))))
    return found


def feature_of(code: str, name: str, polygon: MultiPolygon) -> BoundaryFeature:
    """Return a boundary with all that is derived from its shape and code."""
    shapes = np.array([polygon, None], dtype=object)[:1]
    point = shapely.point_on_surface(polygon)
    level = level_of(code)
    kind = kind_of(code) if level == "village" else ("basic" if code[12] == "J" else "dedicated")
    return BoundaryFeature(
        code, name.strip(), parent_code(code), as_multipolygon(polygon), float(area_m2(shapes)[0] / 1e6), point.x,
        point.y, kind,
    )  # fmt: skip
