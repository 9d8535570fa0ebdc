"""The map's payload: small, complete, and kept; a folder that cannot be written costs nothing but time."""

from __future__ import annotations

import gzip
import json

import pytest
from shapely import box

from geo.boundaries import read_boundaries
from grid_app.adapters.folium_geometry import GeometryCache, village_payload
from grid_app.queries.geometry import DivisionShape

LIMIT_BYTES = 300_000


def shape(code, name, parent, west) -> DivisionShape:
    return DivisionShape(code, name, parent, box(west, 29, west + 0.1, 29.1), west + 0.05, 29.05)


VILLAGES = [shape("1", "云岭村", "t1", 111.0), shape("2", "柳湾村", "t1", 111.1), shape("3", "石桥村", "t2", 111.2)]
TOWNSHIPS = [shape("t1", "东河镇", "c", 111.0)]


def test_the_payload_names_villages_townships_and_their_borders():
    found = json.loads(village_payload(VILLAGES, TOWNSHIPS))

    villages = found["objects"]["villages"]["geometries"]
    assert [(v["id"], v["properties"]["name"], v["properties"]["township"]) for v in villages] == [
        ("1", "云岭村", "t1"),
        ("2", "柳湾村", "t1"),
        ("3", "石桥村", "t2"),
    ]
    towns = found["objects"]["townships"]["geometries"]
    assert [(t["id"], t["properties"]["name"], t["coordinates"]) for t in towns] == [
        ("t1", "东河镇", [11105000, 2905000]),
        ("t2", "", [11125000, 2905000]),
    ]
    between_villages_of_one_township = 1
    assert len(found["objects"]["borders"]["arcs"]) == len(found["arcs"]) - between_villages_of_one_township


def test_an_area_without_boundaries_gives_an_empty_payload():
    assert json.loads(village_payload([], []))["objects"]["villages"]["geometries"] == []


@pytest.mark.slow
def test_a_whole_prefecture_stays_small(test_data):
    folder = test_data / "changde"
    levels = {}
    for name, level in (("villages", "village"), ("towns", "township")):
        found = read_boundaries(folder / f"{name}.geojson", level=level, source_crs="wgs84")
        levels[level] = [
            DivisionShape(f.code, f.name, f.parent_code or "", f.polygon, f.label_lon, f.label_lat)
            for f in found.features
        ]

    body = gzip.compress(village_payload(levels["village"], levels["township"]), 9)

    assert len(levels["village"]) == 2273
    assert len(body) < LIMIT_BYTES


def test_a_payload_is_built_once_and_kept_for_the_next_process(tmp_path):
    built = []

    def build() -> bytes:
        built.append(1)
        return b"{}"

    first = GeometryCache(tmp_path / "cache")
    one, two = first.get("g-990101", build), first.get("g-990101", build)
    other_process = GeometryCache(tmp_path / "cache").get("g-990101", build)

    assert len(built) == 1
    assert one == two == other_process
    assert gzip.decompress(one.body) == b"{}"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["map-1-g-990101.json.gz"]


def test_two_payloads_have_two_tags(tmp_path):
    cache = GeometryCache(tmp_path)

    assert cache.get("a", lambda: b"{}").etag != cache.get("b", lambda: b"[]").etag


def test_a_folder_that_cannot_be_made_is_no_failure(tmp_path, caplog):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    payload = GeometryCache(blocked / "cache").get("a", lambda: b"{}")

    assert gzip.decompress(payload.body) == b"{}"
    assert "could not be kept" in caplog.text


def test_memory_holds_a_limited_number_of_payloads(tmp_path):
    cache = GeometryCache(tmp_path)
    for number in range(80):
        cache.get(f"p{number}", lambda: b"{}")

    assert len(cache._held) == 64
