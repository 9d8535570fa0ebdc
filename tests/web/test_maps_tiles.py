"""Tiles and codes: one pyramid per generation, scoped, cached for good, cut again when it is lost."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from uuid import UUID

import mapbox_vector_tile
import pytest
from shapely.geometry import shape

from geo.tiles.mercator import EXTENT, side_of, to_units
from grid_app.adapters.tile_cutting import BeingCutError, cut_tiles
from grid_app.adapters.tile_files import TileFiles
from grid_app.database.transaction import reading, transaction
from grid_app.http import tiles as http_tiles
from grid_app.queries.map_codes import indexed_codes
from grid_app.queries.tiles import served_generations, tile_shapes
from grid_app.services.places.boundaries import activate, import_boundaries
from tests.boundary_files import VILLAGES, squares_set
from tests.world import COUNTY, NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
TOWN, OTHER_TOWN, VILLAGE = "990101001", "990101002", "990101001201"


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    x, y = to_units(lon, lat)
    return int(float(x) // side_of(zoom)), int(float(y) // side_of(zoom))


def address(generation: UUID, root: str, layer: str, zoom: int, lon: float = 111.15, lat: float = 29.05) -> str:
    column, row = tile_at(lon, lat, zoom)
    return f"/map/tiles/{generation}/{root}/{layer}/{zoom}/{column}/{row}.mvt"


def decoded(answer) -> dict[str, list[dict]]:
    found = mapbox_vector_tile.decode(answer.get_data(), default_options={"y_coord_down": True})
    return {name: [feature["properties"] for feature in layer["features"]] for name, layer in found.items()}


def test_a_tile_holds_codes_and_indexes_of_the_area_and_nothing_of_its_neighbours(sign_in, app_world):
    generation = app_world.generation_id
    county, town, village = sign_in("county_lead"), sign_in("township_lead"), sign_in("village_lead")

    whole = decoded(county.get(address(generation, COUNTY, "villages", 8)))
    part = town.get(address(generation, TOWN, "villages", 8))
    one = decoded(village.get(address(generation, VILLAGE, "grids", 11, lon=111.05)))

    assert whole == {"villages": [{"c": code, "i": index} for index, (code, _, _) in enumerate(VILLAGES)]}
    assert [f["c"] for f in decoded(part)["villages"]] == [code for code, _, _ in VILLAGES[:2]]
    assert b"\xe7\x9f\xb3\xe6\xa1\xa5" not in part.get_data()  # 石桥, of the other township
    assert {f["p"] for f in one["grids"]} == {VILLAGE}


def test_one_tile_of_villages_and_townships_holds_the_same_as_both(sign_in, app_world):
    generation = app_world.generation_id
    county, town = sign_in("county_lead"), sign_in("township_lead")

    both = decoded(county.get(address(generation, COUNTY, "both", 8)))
    part = decoded(town.get(address(generation, TOWN, "both", 8)))
    elsewhere = county.get(address(generation, COUNTY, "both", 10, lon=10.0))

    one_by_one = [decoded(county.get(address(generation, COUNTY, name, 8))) for name in ("villages", "townships")]
    assert both == {name: found for one in one_by_one for name, found in one.items()}
    assert both.keys() == {"villages", "townships"}
    assert [f["c"] for f in part["townships"]] == [TOWN]
    assert elsewhere.status_code == 204
    assert county.get(address(generation, COUNTY, "both", 7)).status_code == 404  # villages begin at 8


def test_tiles_and_codes_of_another_area_or_generation_are_not_given(sign_in, app_world):
    generation, unknown = app_world.generation_id, "018f0000-0000-7000-8000-000000000000"
    county, town, worker = sign_in("county_lead"), sign_in("township_lead"), sign_in("grid_worker")

    for root in (COUNTY, OTHER_TOWN, "999999", f"{VILLAGE}J001"):
        assert town.get(address(generation, root, "villages", 9)).status_code == 404
        assert town.get(f"/map/codes/{generation}/{root}/villages.json").status_code == 404
    assert county.get(address(unknown, COUNTY, "villages", 9)).status_code == 404
    assert county.get(address(generation, COUNTY, "villages", 7)).status_code == 404
    assert county.get(address(generation, COUNTY, "disputes", 9)).status_code == 404
    assert worker.get(address(generation, VILLAGE, "villages", 9)).status_code == 403


def test_tiles_are_compressed_cached_for_good_and_not_sent_twice(sign_in, app_world):
    client = sign_in("county_lead")
    asked = address(app_world.generation_id, COUNTY, "townships", 10)

    first = client.get(asked, headers={"Accept-Encoding": "gzip"})
    again = client.get(asked, headers={"If-None-Match": first.headers["ETag"]})
    plain = client.get(asked, headers={"Accept-Encoding": "identity"})
    nothing = client.get(address(app_world.generation_id, COUNTY, "townships", 10, lon=10.0))

    assert first.headers["Cache-Control"] == nothing.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert first.headers["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert gzip.decompress(first.get_data()) == plain.get_data()
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert (again.status_code, again.get_data()) == (304, b"")
    assert nothing.status_code == 204


def test_codes_stand_in_the_order_that_facts_use(sign_in, app_world):
    generation = app_world.generation_id
    county = sign_in("county_lead")

    found = county.get(f"/map/codes/{generation}/{COUNTY}/grids.json").get_json()
    part = county.get(f"/map/codes/{generation}/{OTHER_TOWN}/grids.json").get_json()

    with reading() as session:
        order = indexed_codes(session, generation_id=generation, county_code=COUNTY, level="grid")
    assert list(enumerate(found["codes"])) == [(one.index, one.code) for one in order]
    assert "i" not in found  # it would only count up
    assert [found["codes"][index] for index in part["i"]] == part["codes"]
    assert len(part["codes"]) == 4
    lon, lat, steps = *found["labels"][:2], found["steps"]
    west, south, east, north = found["boxes"][:4]
    assert [(lon - west) / steps, (lat - south) / steps] == [111.0, 29.0]
    assert min(east, north) > 0
    assert len(found["labels"]) == 2 * len(found["codes"]) == len(found["boxes"]) / 2


def test_the_tiles_of_the_generation_before_stay_until_the_one_after(sign_in, app_world, tmp_path):
    client, first = sign_in("county_lead"), app_world.generation_id
    assert client.get(address(first, COUNTY, "villages", 9)).status_code == 200
    generations = [first]
    for number in (1, 2):
        with transaction() as session:
            boundary_set = squares_set(tmp_path, VILLAGES[number:])
            import_boundaries(session, boundary_set=boundary_set, source="f", actor=None, now=NOW)
            activate(session, actor=None, now=NOW)
        with reading() as session:
            generations.insert(0, served_generations(session)[0])
        expected = [200, 200, 404][: number + 1]
        answers = [client.get(address(one, COUNTY, "villages", 9)).status_code for one in generations]
        assert answers == expected
    with client.application.app_context():
        assert not http_tiles.tile_files().is_ready(first)


def test_a_cut_that_was_killed_is_not_served_and_is_cut_again(app, app_world, tmp_path):
    files, generation = TileFiles(tmp_path / "tiles"), app_world.generation_id
    with reading() as session:
        shapes = tile_shapes(session, generation_id=generation)

    def dies(share: float) -> None:
        if share > 0.5:
            with pytest.raises(BeingCutError):
                cut_tiles(files, generation, lambda: shapes)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_tiles(files, generation, lambda: shapes, tell=dies)
    assert not files.is_ready(generation)
    assert (files.folder / f"{generation}.part").exists()

    cut_tiles(files, generation, lambda: shapes)

    assert files.is_ready(generation)
    assert not list(files.folder.glob("*.part"))
    with closing(sqlite3.connect(files.path_of(generation))) as file:
        zoom, column, row, data = file.execute("SELECT * FROM tiles ORDER BY zoom_level LIMIT 1").fetchone()
    assert (column, 2**zoom - 1 - row) == tile_at(111.05, 29.05, zoom)
    village = mapbox_vector_tile.decode(gzip.decompress(data), default_options={"y_coord_down": True})["villages"]
    assert shape(village["features"][0]["geometry"]).area / EXTENT**2 > 0.001
    files.path_of(generation).write_bytes(b"damaged")
    assert not files.is_ready(generation)


def test_who_asks_while_tiles_are_cut_is_told_to_come_again(sign_in, app_world, monkeypatch):
    monkeypatch.setattr(http_tiles, "begin_cutting", lambda *_args, **_more: None)

    answer = sign_in("county_lead").get(f"/map/codes/{app_world.generation_id}/{COUNTY}/villages.json")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.get_json()["code"] == "tiles_being_cut"
    assert "正在准备底图" in answer.get_json()["detail"]
    assert answer.headers["Cache-Control"] == "no-store"
