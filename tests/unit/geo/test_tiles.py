"""Tiles of made coverages: no gap and no overlap at any zoom, every division drawn, odd shapes taken."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import gcd

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import MultiPoint, MultiPolygon, box
from shapely.geometry import shape

from geo.tiles.clipping import MARGIN, parts_of
from geo.tiles.features import TileFeature, zooms_of
from geo.tiles.mercator import EXTENT, WORLD, side_of, to_units
from geo.tiles.pyramid import pyramid
from geo.tiles.thinning import placed, thinned
from tests.shapes import DONUT, DONUT_FILLING, MULTIPART, SHARED_EDGE, SOUTH, STEP, WEST, square

GROUND = box(WEST, SOUTH, WEST + 0.25, SOUTH + 0.2)


def wavy_coverage(count: int, seed: int) -> list[shapely.Polygon]:
    """Return villages that fill the test ground, their borders bent: one function moves every vertex."""
    rng = np.random.default_rng(seed)
    seats = MultiPoint(rng.uniform((WEST, SOUTH), (WEST + 0.25, SOUTH + 0.2), (count, 2)))
    cells = shapely.intersection(shapely.get_parts(shapely.voronoi_polygons(seats, extend_to=GROUND)), GROUND)

    def bend(points):
        inside = (points > (WEST + 1e-9, SOUTH + 1e-9)).all(axis=1) & (points < (WEST + 0.25, SOUTH + 0.2)).all(axis=1)
        waves = 0.002 * np.sin(points[:, ::-1] * 700) + 0.001 * np.sin(points[:, ::-1] * 2_900)
        return np.round(points + waves * inside[:, None], 7)

    bent = shapely.transform(shapely.segmentize(cells, 0.004), bend)
    return list(shapely.coverage_clean(bent, snapping_distance=2e-7))


def features_of(polygons) -> list[TileFeature]:
    return [
        TileFeature(f"{index:012}", f"村{index}", "000000000", index, polygon) for index, polygon in enumerate(polygons)
    ]


def areas_of(tile) -> dict[int, shapely.Geometry]:
    layers = mapbox_vector_tile.decode(tile.data, default_options={"y_coord_down": True})
    found = layers.get(tile.layer, {"features": ()})["features"]
    return {feature["properties"]["i"]: shape(feature["geometry"]) for feature in found}


def loose_edges(shapes) -> list:
    """Return the steps that belong to one border only, beside the tile's own cut; a step has no direction."""
    return odd_ones(step for step in steps_of(shapes) if not is_on_margin(step))


def steps_of(shapes):
    for ring in shapely.get_rings(shapely.get_parts(shapes)):
        yield from pairwise((int(x), int(y)) for x, y in ring.coords)


def odd_ones(steps) -> list:
    passed = Counter(tuple(sorted(step)) for step in steps)
    return [step for step, count in passed.items() if count % 2 and step[0] != step[1]]


def at_every_place(steps):
    """Give steps cut at every whole place on them, since rounding may lay a neck on itself."""
    for (x, y), (u, v) in steps:
        parts = gcd(u - x, v - y)
        yield from pairwise([(x + (u - x) // parts * at, y + (v - y) // parts * at) for at in range(parts + 1)])


def is_on_margin(step) -> bool:
    (x, y), (u, v) = step
    return (x == u and x in (-MARGIN, EXTENT + MARGIN)) or (y == v and y in (-MARGIN, EXTENT + MARGIN))


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000))
@example(seed=17)  # a neck that rounding lays on itself
def test_neighbours_share_every_vertex_in_every_tile_of_every_zoom(seed):
    shapes = placed(wavy_coverage(25, seed))

    for zoom, drawn in thinned(shapes, "villages"):
        if zoom == 14:
            continue  # as the next, four times as many
        rim = shapely.coverage_union_all(drawn).boundary
        unit = side_of(zoom) / EXTENT
        for part in parts_of(drawn, zoom):
            loose = loose_edges(part.shapes)
            corner = np.array([part.column * EXTENT, part.row * EXTENT])

            def off_rim(steps, corner=corner, rim=rim, unit=unit):
                middles = [(np.mean(step, axis=0) + corner) * unit for step in steps]
                away = shapely.distance(rim, shapely.points(np.reshape(middles, (-1, 2)))) / unit
                return [step for step, far in zip(steps, away, strict=True) if far >= 1.5]

            inside = off_rim(loose)
            assert off_rim(odd_ones(at_every_place(inside))) == [], (zoom, part.column, part.row)


def test_every_village_is_in_the_tiles_with_its_whole_area():
    villages = features_of(wavy_coverage(40, 1))
    shares = []

    tiles = list(pyramid({"villages": villages}, tell=shares.append))

    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {tile.zoom for tile in tiles} == set(zooms_of("villages"))
    sizes = shapely.area(placed([village.polygon for village in villages]))
    drawn = np.zeros(len(villages))
    for tile in tiles:
        if tile.zoom == 12:
            tile_box = box(0, 0, EXTENT, EXTENT)
            for index, area in areas_of(tile).items():
                drawn[index] += shapely.make_valid(area).intersection(tile_box).area
    assert drawn * (side_of(12) / EXTENT) ** 2 == pytest.approx(sizes, rel=0.02)


@pytest.mark.parametrize(
    "polygons",
    [
        pytest.param([DONUT, DONUT_FILLING], id="a village inside another"),
        pytest.param([square(0, 0, 3), DONUT_FILLING], id="a village laid over another"),
        pytest.param([MULTIPART, square(9, 0)], id="a village of several parts"),
        pytest.param([square(0, 0, 2), square(2, 0), square(2, 1)], id="a corner that the neighbour does not have"),
        pytest.param(
            [SHARED_EDGE[0], box(WEST + STEP - 3e-6, SOUTH + 5 * STEP, WEST + 2 * STEP, SOUTH + 6 * STEP)],
            id="a border drawn anew in another generation, overlapping by a third of a metre",
        ),
        pytest.param([square(0, 0), square(0, 0)], id="the same polygon twice"),
        pytest.param([box(WEST, SOUTH, WEST + 1e-7, SOUTH + 1e-7), square(3, 3)], id="a village of a centimetre"),
        pytest.param([MultiPolygon([square(0, 0), box(-180, 28.99, -179.99, 29)])], id="parts half a world apart"),
    ],
)
def test_odd_boundaries_are_drawn_without_gaps(polygons):
    features = features_of(polygons)
    ground = shapely.union_all(placed(polygons)).area / WORLD**2

    deepest = [tile for tile in pyramid({"villages": features}) if tile.zoom == 13]

    covered, seen = 0.0, set()
    for tile in deepest:
        shapes = {index: area.intersection(box(0, 0, EXTENT, EXTENT)) for index, area in areas_of(tile).items()}
        seen |= set(shapes)
        together = shapely.union_all(list(shapes.values())).area
        assert sum(area.area for area in shapes.values()) == pytest.approx(together, abs=2)
        covered += together * (side_of(tile.zoom) / EXTENT) ** 2
    assert covered / WORLD**2 == pytest.approx(ground, rel=0.01)
    expected = {index for index, one in enumerate(placed(polygons)) if one.area > 100}
    assert seen == expected


def test_a_quarter_of_the_world_drawn_by_mistake_is_cut_for_wide_views_only():
    shapes = placed([box(-180, -89, -100, 89), square(0, 0)])

    assert not list(parts_of(shapes, 12))
    assert len(list(parts_of(shapes, 5))) > 200


def test_nothing_to_draw_has_no_tiles():
    assert not list(pyramid({}))
    assert not list(pyramid({"villages": [], "grids": []}))
    assert to_units(0, 90)[1] == pytest.approx(0, abs=1e-3)
    assert isinstance(MULTIPART, MultiPolygon)
