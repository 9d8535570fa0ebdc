"""The frame and what it fetches: own addresses only, geometry cached for good, rights on each address."""

from __future__ import annotations

import gzip
import json
import re

from bs4 import BeautifulSoup
from sqlalchemy import delete

from grid_app.database.transaction import transaction
from grid_app.models.places import Boundary
from grid_app.queries.boundaries import generation_in
from grid_app.services.places.boundaries import activate, import_boundaries
from tests.boundary_files import VILLAGES, squares_set
from tests.world import NOW

TOWN, OTHER_TOWN = "990101001", "990101002"


def config_of(client, address="/map/frame") -> dict:
    script = BeautifulSoup(client.get(address).get_data(as_text=True), "html5lib").find_all("script")[-1].string
    return json.loads(re.search(r"drawMap\(map_area, (\{.*\})\)", script).group(1))


def test_page_and_frame_load_nothing_from_another_address(sign_in, app_world):
    client = sign_in("county_lead")

    for address in ("/map", "/map/frame", "/map?layer=rooms", "/map/village/990101001201"):
        page = client.get(address).get_data(as_text=True)
        assert "http://" not in page.replace("http://www.w3.org", "")
        assert "https://" not in page


def test_the_frame_keeps_the_strict_content_policy(sign_in, app_world):
    answer = sign_in("county_lead").get("/map/frame")

    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy).group(1)
    assert "unsafe" not in policy
    assert f'<script nonce="{nonce}">' in answer.get_data(as_text=True)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_the_page_frames_the_asked_layer_and_area(sign_in, app_world):
    page = BeautifulSoup(sign_in("county_lead").get(f"/map?layer=rooms&root={TOWN}").get_data(as_text=True), "html5lib")

    frame = page.find("iframe")
    assert frame["src"] == f"/map/frame?layer=rooms&root={TOWN}"
    assert frame["title"] == "地图:调解室"


def test_geometry_is_compressed_cached_for_good_and_not_sent_twice(sign_in, app_world):
    client = sign_in("county_lead")
    address = config_of(client)["geometry"]

    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})

    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert (again.status_code, again.get_data()) == (304, b"")
    assert "Content-Encoding" not in plain.headers
    assert json.loads(gzip.decompress(first.get_data())) == plain.get_json()
    assert [v["id"] for v in plain.get_json()["objects"]["villages"]["geometries"]] == [code for code, _, _ in VILLAGES]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_geometry_of_another_area_or_another_generation_is_not_given(sign_in, app_world):
    county, town = sign_in("county_lead"), sign_in("township_lead")
    address = config_of(county)["geometry"]

    assert town.get(address).status_code == 404
    assert town.get(address.replace("990101.json", f"{OTHER_TOWN}.json")).status_code == 404
    other = re.sub(r"/geometry/[^/]+/", "/geometry/018f0000-0000-7000-8000-000000000000/", address)
    assert county.get(other).status_code == 404


def test_a_township_gets_its_own_villages_and_a_village_itself(sign_in, app_world):
    town, village = sign_in("township_lead"), sign_in("village_lead")

    shapes = [client.get(config_of(client)["geometry"]).get_json() for client in (town, village)]

    assert [len(found["objects"]["villages"]["geometries"]) for found in shapes] == [2, 1]
    assert shapes[1]["objects"]["townships"]["geometries"][0]["properties"]["name"] == "东河镇"


def test_another_generation_has_another_address(sign_in, app_world, tmp_path):
    client = sign_in("county_lead")
    before = config_of(client)["geometry"]
    with transaction() as session:
        boundary_set = squares_set(tmp_path, VILLAGES[1:])
        import_boundaries(session, boundary_set=boundary_set, source="f", actor=None, now=NOW)
        activate(session, actor=None, now=NOW)

    after = config_of(client)["geometry"]

    assert before != after
    assert client.get(before).status_code == 404
    assert len(client.get(after).get_json()["objects"]["villages"]["geometries"]) == 3


def test_without_boundaries_page_and_frame_say_so(app, sign_in, app_world):
    with transaction() as session:
        assert generation_in(session, "active") is not None
        session.execute(delete(Boundary))
    client = sign_in("county_lead")

    page = client.get("/map").get_data(as_text=True)

    assert "还没有启用的边界" in page
    assert "<iframe" not in page
    assert config_of(client)["geometry"] == ""
