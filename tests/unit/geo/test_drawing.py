import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point, Polygon

from geo.boundaries import read_boundaries
from geo.contiguity import neighbour_pairs, neighbours
from geo.errors import GeometryError
from geo.geojson import feature_collection, read_lon_lat
from geo.measure import area_m2, mean_width_m
from geo.simplify import DRAWING_TOLERANCE_M, simplify_coverage
from tests import shapes


@pytest.fixture(scope="module")
def villages(test_data: Path):
    found = read_boundaries(test_data / "changde" / "villages.geojson", level="village", source_crs="wgs84")
    return found.features


@pytest.mark.parametrize(
    "point",
    [
        None, [], "111,29", {}, {"type": "Polygon", "coordinates": []}, {"type": "Point"},
        {"type": "Point", "coordinates": [111]}, {"type": "Point", "coordinates": ["111", "29"]},
        {"type": "Point", "coordinates": [True, False]}, {"type": "Point", "coordinates": [29, 111]},
        {"type": "Point", "coordinates": [float("nan"), 29]}, {"type": "Point", "coordinates": [568040, 3212981]},
    ],
)  # fmt: skip
def test_what_is_no_point_on_earth_is_refused(point: object):
    with pytest.raises(GeometryError):
        read_lon_lat(point)


def test_a_geojson_point_is_read_in_lon_lat_order():
    assert read_lon_lat({"type": "Point", "coordinates": [111.7, 29, 45.0]}) == (111.7, 29.0)


def test_shapes_are_written_with_fixed_precision_and_can_be_read_back():
    rows = [({"name": name, "open": 3}, shape) for name, shape in shapes.ALL.items() if name != "sliver"]

    written = json.loads(json.dumps(feature_collection([*rows, ({"name": "p"}, Point(111.1234567, 29.7654321))])))

    assert written["type"] == "FeatureCollection"
    assert written["features"][-1]["geometry"] == {"type": "Point", "coordinates": [111.12346, 29.76543]}
    for (properties, shape), feature in zip(rows, written["features"], strict=False):
        assert feature["properties"] == properties
        assert shapely.geometry.shape(feature["geometry"]).equals_exact(shape, 1e-5)


def test_a_shape_that_collapses_or_is_empty_has_no_geometry():
    tiny = Polygon([(111.7, 29.0), (111.7000001, 29.0), (111.7, 29.0000001)])

    written = feature_collection([({}, tiny), ({}, Polygon())])

    assert [feature["geometry"] for feature in written["features"]] == [None, None]  # type: ignore[attr-defined]


def test_simplified_villages_still_fit_and_are_small_on_the_wire(villages):
    polygons = [feature.polygon for feature in villages]

    simple = simplify_coverage(polygons, DRAWING_TOLERANCE_M["village"])

    rows = [({"code": f.code, "name": f.name}, shape) for f, shape in zip(villages, simple, strict=True)]
    text = json.dumps(feature_collection(rows), ensure_ascii=False, separators=(",", ":"))
    assert shapely.coverage_is_valid(simple)
    assert shapely.get_num_coordinates(simple).sum() < shapely.get_num_coordinates(polygons).sum() / 2
    assert area_m2(np.array(simple)).sum() == pytest.approx(area_m2(np.array(polygons)).sum(), rel=1e-3)
    assert len(gzip.compress(text.encode())) < 300_000
    assert all(feature["geometry"] for feature in feature_collection(rows)["features"])  # type: ignore[union-attr, attr-defined]


def test_nothing_simplifies_to_nothing():
    assert simplify_coverage([], 10.0) == []


def test_neighbours_share_an_edge_and_not_only_a_corner():
    polygons = [shapes.DONUT, shapes.DONUT_FILLING, *shapes.SHARED_EDGE, *shapes.SHARED_CORNER]

    assert neighbours(polygons) == [(1,), (0,), (3,), (2,), (), ()]
    assert neighbour_pairs(polygons).tolist() == [[0, 1], [2, 3]]
    assert neighbours([]) == []


def test_villages_have_about_six_neighbours_each_way(villages):
    found = neighbours([feature.polygon for feature in villages])

    # A planar map has at most 3n - 6 pairs, so fewer than six neighbours on average.
    assert 5.0 < np.mean([len(around) for around in found]) < 6.0
    assert all(own in found[other] for own, around in enumerate(found) for other in around)


@given(size=st.floats(0.001, 0.5), lat=st.floats(20.0, 50.0))
def test_areas_and_widths_are_those_of_the_ellipsoid(size: float, lat: float):
    strip = shapely.box(111.7, lat, 111.7 + size, lat + size)
    cut = shapely.segmentize(strip, size / 50)

    area = area_m2(np.array([strip]))[0]

    geodesic_area, outline = Geod(ellps="WGS84").geometry_area_perimeter(cut)
    assert area == pytest.approx(abs(geodesic_area), rel=1e-4)
    assert mean_width_m(np.array([cut]))[0] == pytest.approx(2 * area / outline, rel=1e-3)
