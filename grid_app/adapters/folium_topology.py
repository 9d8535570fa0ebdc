"""Shared borders written once: polygons of a coverage cut into arcs, in the manner of TopoJSON 1.0.

A border between two divisions is in both their polygons, point by point. Cut where three or more borders meet, each
piece (arc) is stored once, and a ring becomes a list of arc numbers; ``~n`` (minus n minus one) is arc ``n`` walked
backwards. This halves the payload, and the line between two townships is simply the arcs that two of their villages
share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPolygon, Polygon

Point = tuple[int, int]
Arc = tuple[Point, ...]
Rings = list[list[int]]


@dataclass(frozen=True)
class Topology:
    """Arcs in whole steps, and for every polygon its parts, each a list of rings of arc numbers, outside first."""

    arcs: tuple[Arc, ...]
    polygons: tuple[tuple[Rings, ...], ...]


def topology_of(polygons: Sequence[Polygon | MultiPolygon], *, scale: int) -> Topology:
    """Return the polygons of a coverage as arcs, coordinates rounded to ``1 / scale``.

    Rings that collapse by rounding are left out, and with its outside a whole part.
    """
    parts = [_rounded_parts(polygon, scale) for polygon in polygons]
    junctions = _junctions([ring for shape in parts for rings in shape for ring in rings])
    numbers: dict[Arc, int] = {}
    shapes = tuple(
        tuple([_numbered(_cut(ring, junctions), numbers) for ring in rings] for rings in shape) for shape in parts
    )
    return Topology(tuple(numbers), shapes)


def borders_between(topology: Topology, groups: Sequence[str]) -> list[int]:
    """Return the arcs that lie between polygons of different groups or on the outside, each once.

    ``groups`` names the group of each polygon.
    """
    sides: dict[int, list[str]] = {}
    for shape, group in zip(topology.polygons, groups, strict=True):
        for rings in shape:
            for ring in rings:
                for number in ring:
                    sides.setdefault(number if number >= 0 else ~number, []).append(group)
    return [number for number, found in sorted(sides.items()) if len(found) == 1 or len(set(found)) > 1]


def _rounded_parts(shape: Polygon | MultiPolygon, scale: int) -> list[list[list[Point]]]:
    """Return each part's rings as open lists of whole points."""
    parts = [shape] if isinstance(shape, Polygon) else list(shape.geoms)
    rounded = [[_rounded(ring, scale) for ring in (part.exterior, *part.interiors)] for part in parts]
    return [[rings[0], *(ring for ring in rings[1:] if ring)] for rings in rounded if rings and rings[0]]


def _rounded(ring: shapely.LinearRing, scale: int) -> list[Point]:
    points: NDArray[np.int64] = np.rint(shapely.get_coordinates(ring) * scale).astype(np.int64)
    moved = points[np.append(True, (points[1:] != points[:-1]).any(axis=1))] if len(points) else points
    if len(moved) < 4:
        return []
    return [(int(x), int(y)) for x, y in moved[:-1]]


def _junctions(rings: Sequence[Sequence[Point]]) -> set[Point]:
    """Return the points where three or more borders meet."""
    neighbours: dict[Point, set[Point]] = {}
    for ring in rings:
        for before, point in zip([ring[-1], *ring[:-1]], ring, strict=True):
            neighbours.setdefault(point, set()).add(before)
            neighbours.setdefault(before, set()).add(point)
    return {point for point, found in neighbours.items() if len(found) > 2}


def _cut(ring: Sequence[Point], junctions: set[Point]) -> list[Arc]:
    """Return a ring as arcs from junction to junction; one without any begins at its smallest point."""
    cuts = [place for place, point in enumerate(ring) if point in junctions] or [ring.index(min(ring))]
    turned = [*ring[cuts[0] :], *ring[: cuts[0]], ring[cuts[0]]]
    ends = [*(cut - cuts[0] for cut in cuts), len(ring)]
    return [tuple(turned[start : end + 1]) for start, end in pairwise(ends)]


def _numbered(arcs: Sequence[Arc], numbers: dict[Arc, int]) -> list[int]:
    """Return the numbers of a ring's arcs, giving new ones to arcs nobody had yet in either direction."""
    ring: list[int] = []
    for arc in arcs:
        backwards = arc[::-1]
        if backwards in numbers and backwards != arc:
            ring.append(~numbers[backwards])
        else:
            ring.append(numbers.setdefault(arc, len(numbers)))
    return ring
