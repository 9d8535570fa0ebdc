import csv
import threading
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import MultiPolygon, Polygon

from geo.boundaries import BoundarySet, read_boundaries
from geo.coordinates import metres_per_degree, to_wgs84
from geo.errors import GeometryError
from geo.locate import Locator
from tests import shapes


def locator_of(polygons: list[Polygon | MultiPolygon]) -> Locator:
    """Give the polygons codes that fall as their position rises, so that code order differs from list order."""
    codes = [f"{len(polygons) - i:03d}" for i in range(len(polygons))]
    return Locator(codes, [f"村{code}" for code in codes], polygons)


def brute_force(polygons: list[Polygon | MultiPolygon], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    found = np.full(len(x), -1)
    for position, polygon in enumerate(polygons):  # the last one has the smallest code
        found[shapely.intersects(polygon, shapely.points(x, y))] = position
    return found


@pytest.fixture(scope="module")
def changde(test_data: Path) -> BoundarySet:
    return read_boundaries(test_data / "changde" / "villages.geojson", level="village", source_crs="wgs84")


@pytest.fixture(scope="module")
def county(changde: BoundarySet) -> Locator:
    features = changde.features
    return Locator([f.code for f in features], [f.name for f in features], [f.polygon for f in features])


@pytest.fixture(scope="module")
def checked_points(test_data: Path) -> list[dict[str, str]]:
    with (test_data / "changde" / "point_in_village_test_dev.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_lists_of_different_length_are_refused():
    with pytest.raises(GeometryError):
        Locator(["1"], ["a", "b"], [shapes.ISLAND])
    with pytest.raises(GeometryError):
        locator_of([shapes.ISLAND]).locate([111.7, 111.8], [29.0])


def test_something_else_than_polygons_is_refused():
    with pytest.raises(GeometryError):
        Locator(["1"], ["a"], [shapely.Point(111, 29)])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("lon", "lat"), [(np.nan, 29), (111, np.nan), (np.inf, 29), (111, -np.inf), (180.1, 29), (111, 90.5)]
)
def test_a_point_that_is_no_place_on_earth_is_invalid(lon: float, lat: float):
    locator = locator_of([shapes.ISLAND])

    found = locator.locate(lon, lat, near_metres=1e9)

    assert found.how.tolist() == ["invalid"]
    assert found.codes() == [""]
    assert np.isnan(found.border_distance_m[0])
    assert locator.nearest(lon, lat) is None
    assert locator.candidates(lon, lat, 1e9) == []


@pytest.mark.parametrize("polygons", [[], [Polygon()]])
def test_without_boundaries_every_point_is_outside(polygons: list[Polygon]):
    locator = locator_of(polygons)

    found = locator.locate([111.7], [29.0], near_metres=1e9)

    assert found.how.tolist() == ["outside"]
    assert np.isnan(found.border_distance_m[0])
    assert locator.nearest(111.7, 29.0) is None
    assert locator.candidates(111.7, 29.0, 1e9) == []


def test_no_points_give_no_answers():
    found = locator_of([shapes.ISLAND]).locate([], [])

    assert len(found) == 0
    assert found.names() == []


def test_a_point_on_a_shared_border_belongs_to_the_smallest_code():
    west, east = shapes.SHARED_EDGE
    x, y = shapes.WEST + shapes.STEP, shapes.SOUTH + 5.5 * shapes.STEP

    assert Locator(["2", "1"], ["west", "east"], [west, east]).locate(x, y).names() == ["east"]
    assert Locator(["1", "2"], ["west", "east"], [west, east]).locate(x, y).names() == ["west"]


def test_the_cell_table_of_a_county_is_small(county: Locator):
    assert len(county) == 2273
    assert 1_000_000 < county.index_bytes < 10_000_000


def test_the_hole_of_a_donut_is_outside_and_its_edge_is_inside():
    locator = Locator(["1"], ["ring"], [shapes.DONUT])
    edge = shapes.WEST + shapes.STEP
    middle = shapes.SOUTH + 1.5 * shapes.STEP

    assert locator.locate([edge + shapes.STEP / 2, edge], [middle, middle]).how.tolist() == ["outside", "inside"]


def test_every_part_of_a_multipart_counts():
    centres = shapely.get_coordinates(shapely.centroid(shapely.get_parts(shapes.MULTIPART)))

    assert locator_of([shapes.MULTIPART]).locate(*centres.T).how.tolist() == ["inside"] * 3


def test_a_near_point_gets_the_nearest_division_and_a_tie_the_smallest_code():
    west, east = shapes.SHARED_EDGE
    locator = Locator(["9", "5"], ["west", "east"], [west, east])
    x, y = shapes.WEST + shapes.STEP, shapes.SOUTH + 6 * shapes.STEP
    _, north = metres_per_degree(y)

    found = locator.locate([x, x, x - 1e-3], y + np.array([10.0, 30.0, 10.0]) / north, near_metres=20.0)

    assert found.how.tolist() == ["near", "outside", "near"]
    assert found.names() == ["east", "", "west"]
    assert found.border_distance_m == pytest.approx([10.0, 30.0, 10.0], rel=1e-3)


def test_near_points_are_found_without_distances_too():
    far_east = shapes.WEST + 11 * shapes.STEP + 1e-5

    found = locator_of([shapes.ISLAND]).locate(far_east, 29.105, near_metres=5.0, distances=False)

    assert found.how.tolist() == ["near"]
    assert np.isnan(found.border_distance_m[0])


def test_candidates_are_all_divisions_within_the_radius_nearest_first():
    below, above = shapes.SHARED_CORNER
    locator = Locator(["3", "2", "1"], ["below", "above", "far"], [below, above, shapes.ISLAND])
    inside_below = (shapes.WEST + 5.9 * shapes.STEP, shapes.SOUTH + 5.9 * shapes.STEP)

    assert locator.candidates(*inside_below, 50.0) == ["3"]
    assert locator.candidates(*inside_below, 200.0) == ["3", "2"]
    assert locator.candidates(*inside_below, 10_000.0) == ["3", "2", "1"]
    assert locator.candidates(shapes.WEST + 6 * shapes.STEP, shapes.SOUTH + 6 * shapes.STEP, 0.0) == ["2", "3"]


def test_candidates_of_many_points_are_those_of_each_alone_in_their_order():
    below, above = shapes.SHARED_CORNER
    locator = Locator(["3", "2", "1"], ["below", "above", "far"], [below, above, shapes.ISLAND])
    corner = (shapes.WEST + 6 * shapes.STEP, shapes.SOUTH + 6 * shapes.STEP)
    near = (shapes.WEST + 5.9 * shapes.STEP, shapes.SOUTH + 5.9 * shapes.STEP)
    asked = [(*near, 200.0), (np.nan, 29.0, 50.0), (*corner, 0.0), (*near, 10_000.0), (0.0, 0.0, 5.0), (*near, 50.0)]

    found = locator.candidates_of_all(*zip(*asked, strict=True))

    assert found == [["3", "2"], [], ["2", "3"], ["3", "2", "1"], [], ["3"]]
    assert found == [locator.candidates(*one) for one in asked]
    assert locator.candidates_of_all([], [], []) == []


def test_the_nearest_division_comes_with_its_metres():
    locator = Locator(["1"], ["island"], [shapes.ISLAND])
    x, y = shapes.WEST + 11 * shapes.STEP, shapes.SOUTH + 10.5 * shapes.STEP
    east, _ = metres_per_degree(y)

    outside, inside = locator.nearest(x + 0.001, y), locator.nearest(x - 0.001, y)

    assert outside is not None
    assert inside is not None
    assert (outside.name, outside.metres) == ("island", pytest.approx(east * 0.001, rel=1e-3))
    assert inside.metres == 0.0


@settings(max_examples=150, deadline=None)
@given(polygons=shapes.loose_polygons(), seed=st.integers(0, 2**32 - 1))
def test_the_locator_agrees_with_brute_force_on_any_polygons(polygons, seed: int):
    rng = np.random.default_rng(seed)
    west, south, east, north = shapely.total_bounds(polygons) + np.array([-0.01, -0.01, 0.01, 0.01])
    corners = shapely.get_coordinates(polygons)
    middles = (corners + np.roll(corners, 1, axis=0)) / 2
    free = np.column_stack((rng.uniform(west, east, 2000), rng.uniform(south, north, 2000)))
    x, y = np.vstack((free, corners, middles, np.nextafter(corners, 0), np.nextafter(corners, 999))).T

    found = locator_of(polygons).locate(x, y, distances=False)

    assert np.array_equal(found.index, brute_force(polygons, x, y))


def test_every_checked_point_of_the_county_is_right_in_wgs84_and_gcj02(county: Locator, checked_points):
    wanted = [row["village_code"] for row in checked_points]

    for crs in ("wgs84", "gcj02"):
        x, y = (np.array([float(row[f"{axis}_{crs}"]) for row in checked_points]) for axis in ("lon", "lat"))
        found = county.locate(*to_wgs84(x, y, crs))
        assert found.codes() == wanted
    assert len(wanted) == 1000


def test_border_distances_are_geodesic_metres(county: Locator, changde: BoundarySet, checked_points):
    """Compare with the ellipsoid; the list's own metres are degrees times 111,000 and overstate the east."""
    rows = [row for row in checked_points if row["metres_to_nearest_border"]]
    x, y = (np.array([float(row[f"{axis}_wgs84"]) for row in rows]) for axis in ("lon", "lat"))
    listed = np.array([float(row["metres_to_nearest_border"]) for row in rows])
    points = shapely.points(x, y)
    borders = shapely.boundary([feature.polygon for feature in changde.features])
    (_, border), degrees = shapely.STRtree(borders).query_nearest(points, return_distance=True, all_matches=False)

    found = county.locate(x, y).border_distance_m

    feet = shapely.get_coordinates(shapely.shortest_line(points, borders[border])).reshape(-1, 2, 2)[:, 1]
    upper = np.array(Geod(ellps="WGS84").inv(x, y, feet[:, 0], feet[:, 1])[2])
    east, north = metres_per_degree(y)
    assert degrees * 111_000 == pytest.approx(listed, abs=1.0, rel=0.01)
    assert (found <= upper * 1.001 + 0.01).all()  # the nearest in degrees is never nearer than the nearest in metres
    assert (found >= listed * (east / 111_000) * 0.99 - 1.0).all()
    assert (found <= listed * (north / 111_000) * 1.01 + 1.0).all()


def test_the_distance_is_the_shortest_geodesic_over_a_finely_cut_border(county: Locator, changde: BoundarySet):
    rng = np.random.default_rng(5)
    feature = changde.features[100]
    west, south, east, north = feature.polygon.bounds
    x, y = rng.uniform(west, east, 5), rng.uniform(south, north, 5)
    around = [other.polygon.boundary for other in changde.features if other.polygon.distance(feature.polygon) < 0.02]
    cut = shapely.get_coordinates(shapely.segmentize(around, 1e-5))
    geod = Geod(ellps="WGS84")

    found = county.locate(x, y).border_distance_m

    for lon, lat, metres in zip(x, y, found, strict=True):
        shortest = min(geod.inv(np.full(len(cut), lon), np.full(len(cut), lat), *cut.T)[2])
        assert metres == pytest.approx(shortest, rel=0.001, abs=0.2)


@pytest.mark.slow
def test_two_hundred_thousand_points_of_the_county_agree_with_a_search_tree(county: Locator, changde: BoundarySet):
    rng = np.random.default_rng(11)
    polygons = [feature.polygon for feature in changde.features]
    west, south, east, north = shapely.total_bounds(polygons)
    vertices = shapely.get_coordinates(polygons[:200])
    x = np.append(rng.uniform(west, east, 200_000), vertices[:, 0])
    y = np.append(rng.uniform(south, north, 200_000), vertices[:, 1])
    point, polygon = shapely.STRtree(polygons).query(shapely.points(x, y), predicate="intersects")
    by_code = np.argsort([feature.code for feature in changde.features])
    wanted = np.full(len(x), len(polygons))
    np.minimum.at(wanted, point, np.argsort(by_code)[polygon])

    found = county.locate(x, y, distances=False)

    assert np.array_equal(found.index, np.append(by_code, -1)[wanted])


def test_threads_share_one_locator(changde: BoundarySet):
    features = changde.features[:300]
    locator = Locator([f.code for f in features], [f.name for f in features], [f.polygon for f in features])
    vertices = shapely.get_coordinates([feature.polygon for feature in features])
    answers: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(locator.locate(*vertices.T, distances=False).codes()))
        for _ in range(8)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
    assert "" not in answers[0]
