from pathlib import Path

import pytest
from shapely import MultiPolygon, Polygon, box, get_num_coordinates

from geo.boundaries import read_boundaries
from geo.coverage_check import check_coverage
from geo.features import BoundaryFeature
from tests import shapes

KM2_IN_M2 = 0.9744 * 1.1085 * 1e6  # a square of the test ground


def features(*polygons: Polygon | MultiPolygon, parents: str = "", names: str = "") -> list[BoundaryFeature]:
    return [
        BoundaryFeature(
            code=f"43070200120{i}", name=names[i] if names else f"村{i}",
            parent_code=f"43070200{parents[i] if parents else 1}",
            polygon=polygon if isinstance(polygon, MultiPolygon) else MultiPolygon([polygon]),
            area_km2=1.0, label_lon=0.0, label_lat=0.0, kind="village",
        )
        for i, polygon in enumerate(polygons)
    ]  # fmt: skip


def test_an_overlap_is_named_with_its_area():
    report = check_coverage(features(shapes.square(0, 0, 2), shapes.square(1, 0, 2), shapes.square(5, 5)))

    (overlap,) = report.overlaps
    assert (overlap.first, overlap.second) == ("村0（430702001200）", "村1（430702001201）")
    assert overlap.area_m2 == pytest.approx(2 * KM2_IN_M2, rel=1e-3)
    assert report.sentences()[0].startswith("重叠：村0")


def test_a_polygon_inside_another_overlaps_it():
    report = check_coverage(features(shapes.square(0, 0, 3), shapes.square(1, 1)))

    assert report.overlaps[0].area_m2 == pytest.approx(KM2_IN_M2, rel=1e-3)


def test_a_gap_is_named_by_its_neighbours_with_its_area():
    report = check_coverage(features(shapes.DONUT))

    (gap,) = report.gaps
    assert gap.near == ("村0（430702001200）",)
    assert gap.area_m2 == pytest.approx(KM2_IN_M2, rel=1e-3)
    assert Polygon(shapes.DONUT_FILLING).contains(box(gap.lon, gap.lat, gap.lon, gap.lat).centroid)


def test_a_sliver_and_a_speck_are_named():
    speck = MultiPolygon([shapes.ISLAND, box(111.9, 29.3, 111.90001, 29.30001)])

    report = check_coverage(features(shapes.SLIVER, speck))

    assert [sliver.title[:2] for sliver in report.slivers] == ["村0", "村1"]
    assert report.slivers[0].width_m == pytest.approx(0.11, abs=0.01)
    assert report.slivers[1].area_m2 == pytest.approx(1.08, abs=0.01)


def test_the_same_polygon_and_the_same_name_are_duplicates():
    turned = Polygon(list(shapes.ISLAND.exterior.coords)[1:])

    report = check_coverage(features(shapes.ISLAND, turned, shapes.square(0, 0), names="甲乙甲"))

    assert [(x.first[0], x.second[0], x.same_polygon) for x in report.duplicates] == [
        ("甲", "乙", True),
        ("甲", "甲", False),
    ]
    assert report.overlaps[0].area_m2 == pytest.approx(KM2_IN_M2, rel=2e-3)
    assert not report.is_clean


def test_the_same_name_under_two_parents_is_no_duplicate():
    report = check_coverage(features(shapes.ISLAND, shapes.square(0, 0), names="甲甲", parents="12"))

    assert report.duplicates == ()


def test_divisions_of_other_parents_can_be_left_out():
    crossing = features(shapes.square(0, 0, 2), shapes.square(1, 0, 2), parents="12")

    assert check_coverage(crossing).overlaps
    assert check_coverage(crossing, neighbours_of_same_parent=True).is_clean


def test_rounding_slits_are_not_reported():
    slit = Polygon([(111.70, 29.01), (111.71, 29.01), (111.705, 29.01 + 4e-7)])

    report = check_coverage(features(shapes.square(0, 0).union(slit), shapes.square(0, 1)))

    assert report.is_clean


def test_divisions_that_fit_are_clean():
    assert check_coverage(features(shapes.DONUT, shapes.DONUT_FILLING, *shapes.SHARED_CORNER)).is_clean
    assert check_coverage([]).is_clean


@pytest.mark.parametrize(
    ("file", "level", "count"),
    [("changde/villages", "village", 2273), ("changde/towns", "township", 178), ("pingjiang/villages", "village", 550)],
)
def test_the_real_counties_are_clean(test_data: Path, file: str, level, count: int):
    found = read_boundaries(test_data / f"{file}.geojson", level=level, source_crs="wgs84")

    report = check_coverage(found.features)

    assert len(found.features) == count
    assert report.sentences() == ()
    assert get_num_coordinates([feature.polygon for feature in found.features]).min() > 4


def test_real_county_borders_that_do_not_match_are_found(test_data: Path):
    path = test_data / "geo_hunan" / "hunan_counties_wgs84.geojson"

    report = check_coverage(read_boundaries(path, level="county", source_crs="wgs84").features)

    assert report.overlaps[0].area_m2 > 1e6
    assert len(report.gaps) > 100
