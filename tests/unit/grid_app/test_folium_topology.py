"""Polygons as arcs: shared borders once, everything found again, neighbours never apart."""

from __future__ import annotations

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from grid_app.adapters.folium_topology import Topology, borders_between, topology_of

SCALE = 1000


def rebuilt(topology: Topology) -> list[MultiPolygon]:
    """Put the polygons together again, as the drawing module does."""
    return [
        MultiPolygon(
            [Polygon(ring_of(topology, rings[0]), [ring_of(topology, ring) for ring in rings[1:]]) for rings in s]
        )
        for s in topology.polygons
    ]


def ring_of(topology: Topology, numbers: list[int]) -> list[tuple[float, float]]:
    points: list[tuple[int, int]] = []
    for number in numbers:
        arc = topology.arcs[number] if number >= 0 else topology.arcs[~number][::-1]
        points += arc if not points else arc[1:]
    return [(x / SCALE, y / SCALE) for x, y in points]


def test_two_neighbours_share_one_arc():
    topology = topology_of([box(0, 0, 1, 1), box(1, 0, 2, 1)], scale=SCALE)

    assert len(topology.arcs) == 3
    first, second = (shape[0][0] for shape in topology.polygons)
    assert {n if n >= 0 else ~n for n in first} & {n if n >= 0 else ~n for n in second}


def test_a_hole_and_what_fills_it_share_their_ring():
    hole = box(1, 1, 2, 2)

    topology = topology_of([box(0, 0, 3, 3).difference(hole), hole], scale=SCALE)

    assert len(topology.arcs) == 2
    assert [
        shape.equals(back) for shape, back in zip([box(0, 0, 3, 3) - hole, hole], rebuilt(topology), strict=True)
    ] == [
        True,
        True,
    ]


def test_what_rounding_leaves_without_an_area_is_left_out():
    crumb = box(5, 5, 5.0001, 5.0001)

    topology = topology_of([MultiPolygon([box(0, 0, 1, 1), crumb]), crumb], scale=SCALE)

    assert [len(parts) for parts in topology.polygons] == [1, 0]


def test_borders_between_groups_are_the_outside_and_the_edges_between_them():
    squares = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)]
    topology = topology_of(squares, scale=SCALE)

    lines = [topology.arcs[n] for n in borders_between(topology, ["a", "a", "b"])]

    drawn = shapely.unary_union([shapely.LineString(arc) for arc in lines])
    wanted = shapely.unary_union([box(0, 0, 2000, 1000).boundary, box(2000, 0, 3000, 1000).boundary])
    assert drawn.equals(wanted)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=20), st.integers(1, 4))
def test_any_coverage_of_squares_comes_back_as_it_was(cells, groups):
    merged: dict[int, list[Polygon]] = {}
    for column, row in sorted(cells):
        merged.setdefault((column + 2 * row) % groups, []).append(box(column, row, column + 1, row + 1))
    polygons = [shapely.coverage_union_all(squares) for squares in merged.values()]
    noded = shapely.get_parts(shapely.node(shapely.union_all([p.boundary for p in polygons])))
    polygons = [shapely.snap(p, shapely.multilinestrings(list(noded)), 1e-9) for p in polygons]

    topology = topology_of(polygons, scale=SCALE)

    for shape, back in zip(polygons, rebuilt(topology), strict=True):
        assert back.is_valid
        assert shapely.symmetric_difference(shape, back).area < 1e-9
