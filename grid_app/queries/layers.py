"""The layers that other programs may read: areas, rooms and confirmed findings, as features with plain properties.

A sum per village is said as ``small_numbers`` says it; no dispute, no person and no point of a dispute is a feature.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.places import Boundary
from grid_app.queries.boundaries import ACTIVE, features_of, generation_in
from grid_app.queries.coverage import NO_LOADS, coverage_in
from grid_app.queries.layers_areas import (
    AREAS,
    Asking,
    BoundsOf,
    Box,
    Place,
    Value,
    area_codes,
    area_places,
    read_bounds,
    touching_codes,
)
from grid_app.queries.map_counts import placed_counts
from grid_app.queries.map_layers import NAMING_WORDS, NOT_NAMED, confirmed_findings, naming_status, namings_in
from grid_app.queries.rooms import ROOM_KIND_WORDS, ROOM_STATUS_WORDS, rooms_in
from grid_app.queries.small_numbers import shown
from grid_app.queries.village_status import statuses_in

FactsOf = Callable[[Session, Asking], Mapping[str, Mapping[str, Value]]]
"""Gives by village what is said of it beside its name; it may keep the answer for a moment."""


@dataclass(frozen=True)
class LayerFeature:
    """One feature: where it is and what is said of it."""

    id: str
    shape: BaseGeometry
    properties: Mapping[str, Value]


@dataclass(frozen=True)
class LayerPage:
    """Some features of a layer, and how many match in all."""

    features: tuple[LayerFeature, ...]
    matched: int


def layer_page(
    session: Session,
    *,
    layer: str,
    asking: Asking,
    bounds_of: BoundsOf = read_bounds,
    facts_of: FactsOf | None = None,
    boxes: Sequence[Box] = (),
    holds: Callable[[date | None], bool] = lambda _since: True,
    offset: int = 0,
    limit: int = 10,
) -> LayerPage:
    """Return a part of a layer in the order of its ids.

    Parameters
    ----------
    session, layer, asking
        Where to read, which layer (``LAYERS``), and for whom.
    bounds_of : BoundsOf
        Gives where areas lie; what keeps them saves reading every shape for every box.
    facts_of : callable, optional
        Gives ``village_facts``; what keeps them saves counting the county for every page of a thousand villages.
    boxes : sequence of Box
        Rectangles in degrees of which a feature must touch one; empty means anywhere.
    holds : callable
        Says of the day from which a feature holds (``None``: of no day) whether it is asked for.
    offset, limit : int
        Which part.
    """
    generation = _id(generation_in(session, ACTIVE))
    if layer in AREAS:
        codes = area_codes(session, layer, asking, generation)
        if boxes and generation is not None:
            bounds = bounds_of(session, generation, AREAS[layer])
            codes = touching_codes(session, codes, bounds, generation=generation, boxes=boxes)
        matched, chosen = len(codes), area_places(session, layer, codes[offset : offset + limit])
    else:
        places = [place for place in PLACES[layer](session, asking, generation) if holds(place.since)]
        if boxes:
            touching = _touching(session, generation, places, boxes)
            places = [place for place in places if place.id in touching]
        matched, chosen = len(places), places[offset : offset + limit]
    more = (facts_of or village_facts)(session, asking) if layer == "villages" and chosen else {}
    shapes = _shapes(session, generation, chosen)
    features = [
        LayerFeature(place.id, shapes[place.id], {**place.properties, **more.get(place.code, {})})
        for place in chosen
        if place.id in shapes
    ]
    return LayerPage(tuple(features), matched)


def layer_feature(
    session: Session, *, layer: str, asking: Asking, feature_id: str, facts_of: FactsOf | None = None
) -> LayerFeature | None:
    """Return one feature; ``None`` when the layer has none of that id for the asker."""
    generation = _id(generation_in(session, ACTIVE))
    if layer in AREAS:
        known = set(area_codes(session, layer, asking, generation))
        places = area_places(session, layer, [feature_id] if feature_id in known else [])
    else:
        places = [one for one in PLACES[layer](session, asking, generation) if one.id == feature_id]
    shapes = _shapes(session, generation, places)
    more = (facts_of or village_facts)(session, asking) if layer == "villages" and shapes else {}
    return next(
        (LayerFeature(one.id, shapes[one.id], {**one.properties, **more.get(one.code, {})}) for one in places), None
    )


def extent_of(session: Session, *, asking: Asking, bounds_of: BoundsOf = read_bounds) -> Box | None:
    """Return the box around the villages that the asker may see; ``None`` without any."""
    generation = _id(generation_in(session, ACTIVE))
    for layer in ("villages", "townships"):
        codes = area_codes(session, layer, asking, generation)
        if codes and generation is not None:
            bounds = bounds_of(session, generation, AREAS[layer])
            own = bounds.boxes[np.isin(bounds.codes, codes)]
            west, south = own[:, :2].min(axis=0)
            east, north = own[:, 2:].max(axis=0)
            return float(west), float(south), float(east), float(north)
    return None


def _id(generation: object) -> UUID | None:
    found = getattr(generation, "id", None)
    return found if isinstance(found, UUID) else None


def _rooms(session: Session, asking: Asking, _generation: UUID | None) -> list[Place]:
    return [
        Place(
            room.code,
            room.division_code,
            (room.lon, room.lat),
            properties={
                "code": room.code,
                "name": room.name,
                "kind": ROOM_KIND_WORDS.get(room.kind, room.kind),
                "division_code": room.division_code,
                "opening_hours": room.opening_hours,
                "status": ROOM_STATUS_WORDS.get(room.status, room.status),
            },
        )
        for room in rooms_in(session, scope=asking.scope)
        if room.lon is not None and room.lat is not None
    ]


def _findings(session: Session, asking: Asking, generation: UUID | None) -> list[Place]:
    drawn = set(session.scalars(select(Boundary.code).where(Boundary.generation_id == generation)))
    return [
        Place(
            row.code,
            row.division_code,
            since=row.since,
            properties={
                "code": row.code,
                "division_code": row.division_code,
                "division_name": row.division_name,
                "grade": row.grade,
                "category": row.category,
                "since": row.since.isoformat(),
            },
        )
        for row in sorted(confirmed_findings(session, scope=asking.scope), key=lambda row: row.code)
        if row.division_code in drawn
    ]


PLACES: Final[dict[str, Callable[[Session, Asking, UUID | None], list[Place]]]] = {
    "rooms": _rooms,
    "findings": _findings,
}
LAYERS: Final = ("villages", "townships", "grids", "rooms", "findings")


def village_facts(session: Session, asking: Asking) -> Mapping[str, Mapping[str, Value]]:
    """Return what is said of each village beside its name; words as the pages say them."""
    on = local_date(asking.now)
    named = naming_status(namings_in(session, scope=asking.scope, on=on))
    statuses = statuses_in(session, scope=asking.scope, on=on)
    states: dict[str, str] = {}
    for path in asking.scope.paths:
        states |= coverage_in(session, scope=asking.scope, root_path=path, now=asking.now, loads=NO_LOADS).states
    counts = placed_counts(session, scope=asking.scope).villages if asking.counts else {}
    found: dict[str, dict[str, Value]] = {}
    for code, status in statuses.items():
        found[code] = {
            "naming": NAMING_WORDS[named.get(code, NOT_NAMED)],
            "service_status": status.state,
            "room_coverage": states.get(code, "unknown"),
        }
        if asking.counts:
            found[code]["open_disputes"] = shown(counts[code].open_total if code in counts else 0)
    return found


def _shapes(session: Session, generation: UUID | None, places: Sequence[Place]) -> dict[str, BaseGeometry]:
    shapes: dict[str, BaseGeometry] = {one.id: Point(one.point) for one in places if one.point is not None}
    codes = sorted({one.code for one in places if one.point is None})
    if generation is not None and codes:
        drawn = {feature.code: feature.polygon for feature in features_of(session, generation, codes)}
        shapes |= {one.id: drawn[one.code] for one in places if one.point is None and one.code in drawn}
    return shapes


def _touching(session: Session, generation: UUID | None, places: Sequence[Place], boxes: Sequence[Box]) -> set[str]:
    shapes = _shapes(session, generation, places)
    asked = shapely.union_all([shapely.box(*one) for one in boxes])
    shapely.prepare(asked)
    return {one for one, shape in shapes.items() if shapely.intersects(asked, shape)}
