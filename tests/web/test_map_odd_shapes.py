"""Odd boundaries on the map: a village of several parts, one inside another, a county of two generations, no .prj."""

from __future__ import annotations

import io
import json
import time
import zipfile
from datetime import timedelta

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from bs4 import BeautifulSoup
from pyogrio import raw
from shapely.geometry import MultiPolygon, Point, Polygon, box, mapping, shape
from shapely.ops import unary_union

from geo.boundaries import read_boundaries
from geo.coverage_check import check_coverage
from geo.tiles.mercator import side_of, to_units
from grid_app.database.transaction import reading, transaction
from grid_app.queries.boundaries import generation_in
from grid_app.services.places.boundaries import activate, import_boundaries
from tests.boundary_files import VILLAGES, squares_set
from tests.dispute_rows import add_dispute
from tests.world import COUNTY, NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
TOWN, OTHER_TOWN = "990101001", "990101002"
WEST, EAST, FAR, LAST = (code for code, _, _ in VILLAGES)
INNER = "990101001203"
PARTS = MultiPolygon([box(111.1, 29.0, 111.14, 29.1), box(111.16, 29.0, 111.2, 29.1)])
BETWEEN = box(111.14, 29.0, 111.16, 29.1)
HOLE = box(111.04, 29.04, 111.06, 29.06)
ODD = {
    WEST: ("云岭村", Polygon(box(111.0, 29.0, 111.1, 29.1).exterior, [HOLE.exterior])),
    INNER: ("岭中村", HOLE),
    EAST: ("柳湾村", PARTS),
    "990101001204": ("湾间村", BETWEEN),
    FAR: ("石桥村", box(111.2, 29.0, 111.3, 29.1)),
    LAST: ("白沙村", box(111.3, 29.0, 111.4, 29.1)),
}
ZOOM = 11


def odd_file(folder) -> object:
    features = [
        {"type": "Feature", "properties": {"code": code, "name": name}, "geometry": mapping(polygon)}
        for code, (name, polygon) in ODD.items()
    ]
    path = folder / "odd.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


def text_of(answer) -> str:
    return BeautifulSoup(answer.get_data(as_text=True), "lxml").get_text(" ", strip=True)


def asked(client, address: str):
    """Ask until the tiles are cut."""
    while (answer := client.get(address)).status_code == 503:
        time.sleep(0.05)
    return answer


def village_at(client, generation, lon: float, lat: float) -> list[str]:
    """Return the codes whose drawn shape holds a point."""
    x, y = (float(one) / side_of(ZOOM) for one in to_units(lon, lat))
    answer = asked(client, f"/map/tiles/{generation}/{COUNTY}/villages/{ZOOM}/{int(x)}/{int(y)}.mvt")
    layer = mapbox_vector_tile.decode(answer.get_data(), default_options={"y_coord_down": True})["villages"]
    spot = Point((x % 1) * layer["extent"], (y % 1) * layer["extent"])
    return [one["properties"]["c"] for one in layer["features"] if shape(one["geometry"]).buffer(0).contains(spot)]


@on_sqlite
def test_a_village_of_two_parts_and_one_inside_another_are_imported_drawn_and_counted_once(
    sign_in, app_world, tmp_path
):
    admin, county = sign_in("sysadmin"), sign_in("county_lead")
    content = odd_file(tmp_path).read_bytes()

    sent = admin.post(
        "/places/boundaries", data={"level": "village", "crs": "wgs84", "file": (io.BytesIO(content), "odd.geojson")}
    )
    assert sent.status_code == 200, text_of(sent)
    with transaction() as session:
        activate(session, actor=None, now=NOW)
        for number, code in enumerate((WEST, INNER, INNER, EAST)):
            add_dispute(session, number, village=code, kind="chosen")
    generation = county.get("/map/facts.json").get_json()["generation"]
    codes = asked(county, f"/map/codes/{generation}/{COUNTY}/villages.json").get_json()

    assert sorted(codes["codes"]) == sorted(ODD)
    assert village_at(county, generation, 111.05, 29.05) == [INNER]  # and not the one around it
    assert village_at(county, generation, 111.02, 29.05) == [WEST]
    assert village_at(county, generation, 111.12, 29.05) == village_at(county, generation, 111.18, 29.05) == [EAST]
    assert village_at(county, generation, 111.15, 29.05) == ["990101001204"]
    facts = county.get("/map/facts.json").get_json()
    assert facts["totals"]["all"] == 4
    assert "岭中村" in text_of(county.get(f"/map/village/{INNER}"))
    assert facts["marks"]["townships"][TOWN] == [0, 0, 0, 4, 0]
    with reading() as session:
        assert generation_in(session, "active").number == 2


def test_the_label_of_an_odd_village_stands_in_it(tmp_path):
    found = read_boundaries(odd_file(tmp_path), level="village", source_crs="wgs84")

    for feature in found.features:
        assert ODD[feature.code][1].contains(Point(feature.label_lon, feature.label_lat)), feature.code
    fits = check_coverage(found.features)
    assert (fits.overlaps, fits.gaps) == ((), ())  # a village inside another is neither
    assert unary_union([feature.polygon for feature in found.features]).area == pytest.approx(0.04, rel=1e-6)


@on_sqlite
def test_a_county_that_two_generations_divide_at_a_day_counts_every_matter_once_on_both_sides_of_it(
    sign_in, app_world, clock, tmp_path
):
    county = sign_in("county_lead")
    north, south = "990101001203", "990101001204"
    with transaction() as session:  # before the day, the western village is one
        add_dispute(session, 1, village=WEST, kind="chosen", received_at=NOW - timedelta(days=20))
        add_dispute(session, 2, village=FAR, kind="chosen", received_at=NOW - timedelta(days=20))
    old = county.get("/map/facts.json").get_json()["generation"]
    assert asked(county, f"/map/codes/{old}/{COUNTY}/villages.json").status_code == 200
    halves = ((north, "北岭村", (111.0, 29.05, 111.1, 29.1)), (south, "南岭村", (111.0, 29.0, 111.1, 29.05)))
    with transaction() as session:
        import_boundaries(
            session, boundary_set=squares_set(tmp_path, (*halves, *VILLAGES[1:])), source="f", actor=None, now=NOW
        )
        activate(session, actor=None, now=NOW, successors={WEST: north})
        add_dispute(session, 3, village=south, kind="chosen")
    now, week = county.get("/map/facts.json").get_json(), "week=2026-11-02"
    past = county.get(f"/map/facts.json?{week}").get_json()

    assert now["generation"] == past["generation"] != old
    assert now["totals"]["all"] == 3
    assert past["totals"]["all"] == 2
    codes = asked(county, f"/map/codes/{now['generation']}/{COUNTY}/villages.json").get_json()["codes"]
    before = asked(county, f"/map/codes/{old}/{COUNTY}/villages.json").get_json()["codes"]
    assert (sorted(codes), sorted(before)) == (sorted({north, south, EAST, FAR, LAST}), sorted({WEST, EAST, FAR, LAST}))
    rows = [row.get_text(" ", strip=True) for row in soup(county, "/map").select("#map-table tfoot tr")]
    assert rows[0].endswith("3")
    gone = county.get(f"/map/village/{WEST}")
    assert gone.status_code == 410
    assert "北岭村" in text_of(gone)
    assert county.get(f"/map?place={WEST}&at=29.05,111.05,12").status_code == 200  # a kept link still opens a map
    assert "北岭村" in soup(county, f"/map?place={WEST}").select_one("#map-choice .notice").get_text()


def soup(client, address: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(address).get_data(as_text=True), "lxml")


def shapefile_zip(folder, *, without: tuple[str, ...]) -> bytes:
    """Return the villages as a zipped shapefile that lacks some of its files."""
    polygons = [box(*sides) for _, _, sides in VILLAGES]
    fields = [[code for code, _, _ in VILLAGES], [name for _, name, _ in VILLAGES]]
    raw.write(
        folder / "v.shp", geometry=shapely.to_wkb(polygons), geometry_type="Polygon", crs="EPSG:4490",
        field_data=[np.array(values, dtype=object) for values in fields], fields=["code", "name"], encoding="UTF-8",
    )  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.glob("v.*"):
            if path.suffix not in without:
                archive.write(path, path.name)
    return packed.getvalue()


@on_sqlite
def test_a_zip_without_its_prj_is_taken_with_a_warning_and_one_without_its_index_is_refused(
    sign_in, app_world, tmp_path
):
    admin = sign_in("sysadmin")

    def send(content: bytes):
        data = {"level": "village", "crs": "cgcs2000", "file": (io.BytesIO(content), "v.zip")}
        return admin.post("/places/boundaries", data=data)

    taken = send(shapefile_zip(tmp_path, without=(".prj",)))
    refused = send(shapefile_zip(tmp_path, without=(".shx",)))

    assert taken.status_code == 200
    assert "没有 .prj" in text_of(taken)
    assert "请在图上核对位置有没有偏" in text_of(taken)
    assert refused.status_code == 422
    assert ".shx" in text_of(refused)
    with reading() as session:
        assert generation_in(session, "pending").number == 2
