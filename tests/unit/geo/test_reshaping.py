"""Merging and dividing polygons: no ground is lost, sides are those of the line, odd villages included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon, box, unary_union

from geo.boundaries import read_boundaries
from geo.coverage_check import check_coverage
from geo.errors import GeometryError
from geo.reshaping import clipped, divided, grouped, merged
from grid_app.services.places.boundaries_base import Base, feature_of, with_corners

SQUARE = box(0, 0, 1, 1)
TWO_PARTS = MultiPolygon([box(0, 0, 1, 1), box(2, 0.4, 3, 1.2)])
RING = Polygon(box(0, 0, 3, 3).exterior, [box(1, 1, 2, 2).exterior])


@pytest.mark.parametrize(
    ("village", "line"),
    [
        (SQUARE, ((-1, 0.5), (2, 0.5))),
        (SQUARE, ((-1, 0.2), (0.5, 0.7), (2, 0.3))),
        (TWO_PARTS, ((-1, 0.6), (4, 0.6))),
        (RING, ((-1, 1.5), (4, 1.5))),
        (Polygon([(0, 0), (3, 0), (3, 2), (2, 2), (2, 1), (1, 1), (1, 2), (0, 2)]), ((-1, 1.5), (4, 1.5))),
    ],
)
def test_a_line_leaves_all_ground_on_one_of_its_sides(village, line):
    left, right = divided(village, line)

    assert left.area + right.area == pytest.approx(village.area)
    assert left.intersection(right).area == pytest.approx(0)
    assert unary_union([left, right]).symmetric_difference(village).area == pytest.approx(0)
    assert left.representative_point().y > right.representative_point().y  # going east, left is north
    assert divided(village, line[::-1])[0].area == pytest.approx(right.area)


def test_a_line_that_leaves_out_a_part_of_the_village_gives_it_to_the_side_it_lies_on():
    left, right = divided(TWO_PARTS, ((-1, 0.3), (4, 0.3)))

    assert right.area == pytest.approx(0.3)
    assert len(left.geoms) == 2


def test_an_enclave_merged_with_what_surrounds_it_leaves_no_hole():
    assert merged([RING, box(1, 1, 2, 2)]).equals(box(0, 0, 3, 3))
    assert len(merged([box(0, 0, 1, 1), box(2, 2, 3, 3)]).geoms) == 2


def test_members_divide_a_village_and_loose_ground_goes_to_the_nearest():
    west, east = grouped(
        box(0, 0, 4, 1), [(box(0, 0, 1, 1), 0), (box(2, 0, 4, 1), 1), (box(0.9, 0, 1.2, 1), 0)], parts=2
    )

    assert west.area + east.area == pytest.approx(4)
    assert west.bounds == (0, 0, 2, 1)
    with pytest.raises(GeometryError, match="至少要有一个网格"):
        grouped(SQUARE, [(SQUARE, 0)], parts=2)


def test_members_are_cut_along_the_parts_and_specks_left_out():
    parts = divided(box(0, 0, 1, 1), ((-1, 0.5), (2, 0.5)))
    north, south = clipped({"a": box(0, 0, 1, 0.504), "b": box(0, 0.504, 1, 1)}, parts)

    assert [(name, round(share, 2)) for name, _, share in north] == [("b", 1.0)]
    assert [(name, round(share, 2)) for name, _, share in south] == [("a", 0.99)]


def test_real_villages_still_fit_together_after_one_is_divided(test_data: Path):
    villages = read_boundaries(test_data / "pingjiang" / "villages.geojson", level="village", source_crs="wgs84")
    features = {one.code: one for one in villages.features}
    rng = np.random.default_rng(3)
    for code in rng.choice(sorted(features), 5, replace=False).tolist():
        old = features.pop(code)
        west, south, east, north = old.polygon.bounds
        line = ((west - 1, south + (north - south) * 0.4), (east + 1, south + (north - south) * 0.6))
        parts = [
            feature_of(f"{code[:9]}{at}", "", shape)
            for at, shape in enumerate(divided(old.polygon, line), 900 + len(features) % 90)
        ]
        neighbours = with_corners(Base({**features, code: old}, {}), old, parts)
        assert neighbours
        features |= {one.code: one for one in (*parts, *neighbours)}

    report = check_coverage(list(features.values()))
    assert not report.gaps
    assert not report.overlaps
