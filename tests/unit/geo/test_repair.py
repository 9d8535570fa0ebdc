import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from shapely import GeometryCollection, LineString, MultiPolygon, Polygon
from shapely.ops import polygonize

from geo.errors import GeometryError
from geo.repair import repair_polygons
from tests import shapes


def array_of(*items) -> np.ndarray:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def test_a_shape_without_area_cannot_be_repaired():
    with pytest.raises(GeometryError, match=r"甲村.*没有面积") as refusal:
        repair_polygons(array_of(LineString([(111, 29), (112, 29)])), ["甲村"])

    assert refusal.value.feature == "甲村"


def test_valid_polygons_keep_every_vertex_and_are_not_reported():
    given_shapes = array_of(*shapes.ALL.values())

    found = repair_polygons(given_shapes, list(shapes.ALL))

    assert found.repairs == ()
    for before, after in zip(given_shapes, found.polygons, strict=True):
        assert np.array_equal(shapely.get_coordinates(before), shapely.get_coordinates(after))


def test_a_spike_goes_and_the_area_stays():
    found = repair_polygons(array_of(shapes.SPIKE), ["甲村"])

    assert found.polygons[0].symmetric_difference(shapes.square(0, 0)).area < 1e-12
    assert found.repairs[0].startswith("甲村：")
    assert "面积不变" in found.repairs[0]


def test_lines_beside_the_polygons_are_dropped():
    mixed = GeometryCollection([shapes.ISLAND, LineString([(111, 29), (112, 29)])])

    found = repair_polygons(array_of(mixed), ["甲村"])

    assert found.polygons[0].equals(shapes.ISLAND)
    assert "夹有面以外" in found.repairs[0]


def test_area_lost_is_told():
    overlapping = MultiPolygon([shapes.square(0, 0, 2), shapes.square(1, 1, 2)])

    found = repair_polygons(array_of(overlapping), ["甲村"])

    assert "面积减少 1,079," in found.repairs[0]  # the square kilometre that was counted twice


@given(star=shapes.stars())
def test_repair_stays_inside_what_the_ring_encloses(star: Polygon):
    enclosed = shapely.union_all(list(polygonize(shapely.node(star.exterior))))
    assume(enclosed.area > 1e-9)

    try:
        found = repair_polygons(array_of(star), ["甲村"]).polygons[0]
    except GeometryError:
        return

    assert found.is_valid
    assert found.area <= enclosed.area * (1 + 1e-9)
    assert found.difference(enclosed.buffer(1e-9)).is_empty
