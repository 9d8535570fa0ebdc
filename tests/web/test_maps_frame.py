"""The frame, what it is told, and the page around it: own addresses only, what links keep, the table and its file."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import delete

from grid_app.adapters.tile_files import FORMAT
from grid_app.database.transaction import reading, transaction
from grid_app.models.places import Boundary, Division
from grid_app.queries.boundaries import generation_in
from tests.dispute_rows import add_dispute
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
TOWN, OTHER_TOWN = "990101001", "990101002"


def config_of(client, address="/map/frame") -> dict:
    script = BeautifulSoup(client.get(address).get_data(as_text=True), "lxml").find_all("script")[-1].string
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
    page = BeautifulSoup(sign_in("county_lead").get(f"/map?layer=rooms&root={TOWN}").get_data(as_text=True), "lxml")

    frame = page.find("iframe")
    assert frame["src"] == f"/map/frame?layer=rooms&root={TOWN}"
    assert frame["title"] == "地图:调解室"


def test_the_frame_draws_tiles_of_the_whole_own_area_and_facts_of_the_asked_root(sign_in, app_world):
    county, village = sign_in("county_lead"), sign_in("village_lead")
    with reading() as session:
        generation = generation_in(session, "active").id

    told = config_of(county, f"/map/frame?root={TOWN}&at=29.05,111.1,12.5&place=990101001202")
    own = config_of(village)

    assert told["tiles"]["grids"] == f"/map/tiles/{generation}/990101/grids/{{z}}/{{x}}/{{y}}.mvt?f={FORMAT}"
    assert told["codes"] == f"/map/codes/{generation}/ROOT/LEVEL.json?f={FORMAT}"
    assert (told["root"], told["area"], told["view"]) == ("990101", TOWN, "29.05,111.1,12.5")
    assert told["facts"] == f"/map/facts.json?layer=disputes&root={TOWN}"
    assert told["place"] == "990101001202"
    assert (own["root"], own["facts"]) == ("990101001201", "/map/facts.json?layer=disputes&root=990101001201")
    assert config_of(county, "/map/frame?at=<b>&place=%22")["view"] == ""


def fetched_of(client, address: str) -> list[str]:
    page = BeautifulSoup(client.get(address).get_data(as_text=True), "lxml")
    return [link["href"] for link in page.find_all("link", rel="preload")]


def test_the_frame_says_where_the_area_lies_and_lets_the_browser_begin_with_its_facts(sign_in, app_world):
    county, town = sign_in("county_lead"), sign_in("township_lead")
    assert config_of(county)["boxes"] is None  # before the tiles are cut
    county.get(fetched_of(county, "/map/frame")[0])  # which cuts them

    boxes, facts = config_of(county, f"/map/frame?root={TOWN}")["boxes"], "/map/facts.json?layer=disputes&root=990101"
    own = config_of(town)["boxes"]

    assert boxes["area"] == own["whole"] == own["area"]
    west, south, east, north = boxes["whole"]
    assert west <= boxes["area"][0] < boxes["area"][2] <= east
    assert south <= boxes["area"][1] < boxes["area"][3] <= north
    assert boxes["whole"] != boxes["area"]
    assert fetched_of(county, "/map/frame")[2:] == [f"{facts}&level=villages"]
    assert fetched_of(county, "/map/frame?at=29.05,111.1,12.5")[2:] == [f"{facts}&level=grids"]
    assert fetched_of(town, "/map/frame")[2:] == []  # how near that is looked at depends on the screen


def test_a_base_map_is_allowed_from_exactly_its_host_and_shown_with_its_approval_number(app, sign_in, app_world):
    wiring = app.extensions["grid"]
    settings = replace(
        wiring.settings,
        base_map_urls=("https://t0.tianditu.gov.cn/vec_{matrix}/wmts?TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}",),
        base_map_key="abc",
        base_map_attribution="天地图 审图号 GS(2026)0001号",
    )
    client = sign_in("county_lead")
    plain = client.get("/map/frame").headers["Content-Security-Policy"]
    app.extensions["grid"] = replace(wiring, settings=settings)

    answer, page = client.get("/map/frame"), client.get("/map")

    assert "tianditu" not in plain + page.headers["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https://t0.tianditu.gov.cn;" in answer.headers["Content-Security-Policy"]
    text = answer.get_data(as_text=True)
    assert "vec_w/wmts?TILEMATRIX={z}\\u0026TILEROW={y}\\u0026TILECOL={x}\\u0026tk=abc" in text
    assert json.dumps("天地图 审图号 GS(2026)0001号")[1:-1] in text or "天地图 审图号 GS(2026)0001号" in text
    assert config_of(client)["clear"] is True


def test_a_kept_link_to_an_ended_village_says_so_and_leads_to_what_continues_it(sign_in, app_world):
    with transaction() as session:
        old = session.get_one(Division, "990101001202")
        old.valid_to, old.successor_code = NOW.date(), "990101001201"
    client = sign_in("township_lead")

    by_place, by_root = client.get("/map?place=990101001202"), client.get("/map?root=990101001202")
    page = client.get("/map/village/990101001202")

    for answer, status in ((by_place, 200), (by_root, 200), (page, 410)):
        soup = BeautifulSoup(answer.get_data(as_text=True), "lxml")
        assert answer.status_code == status
        assert "柳湾村(990101001202)已在11月20日(周五)撤销,现在由云岭村接续" in soup.find(class_="notice").get_text()
        assert soup.find("a", string="看云岭村")["href"] == "/map/village/990101001201"
    for what in (
        "/map/print?",
        "/map/picture.svg?",
        "/map/table.csv?",
        "/map/facts.json?",
        "/map/facts.json?layer=rooms&",
    ):
        refused = client.get(f"{what}root=990101001202")
        assert refused.status_code == 404, what
        assert "现在由云岭村接续" in refused.get_data(as_text=True), what
    other = sign_in("township_lead").get("/map?place=990101002201").get_data(as_text=True)
    assert "链接里选中的村(社区)不在您的辖区内" in other


def test_the_table_is_sorted_as_asked_and_downloaded_as_shown(sign_in, app_world):
    with transaction() as session:
        add_dispute(session, 1, village="990101002201", kind="chosen", grade="red")
        add_dispute(session, 2, village="990101001201", kind="not_located", grade="blue")
        session.get_one(Division, OTHER_TOWN).name = "=cmd|乡"
    client = sign_in("county_lead")

    usual, down = client.get("/map"), client.get("/map?sort=total&dir=down")
    answer = client.get("/map/table.csv?sort=total&dir=down")

    rows = [
        [
            row.find("th").get_text(strip=True)
            for row in BeautifulSoup(page.get_data(as_text=True), "lxml").select("#map-table tbody tr")
        ]
        for page in (usual, down)
    ]
    assert rows == [["东河镇", "=cmd|乡", "没有定位到村"], ["=cmd|乡", "东河镇", "没有定位到村"]]
    head = BeautifulSoup(down.get_data(as_text=True), "lxml").find("th", attrs={"aria-sort": "descending"})
    assert head.get_text(strip=True) == "共登记"
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[:5]] == ["乡镇(街道)", "'=cmd|乡", "东河镇", "没有定位到村", "合计"]
    assert "内部使用" in lines[5]


def test_without_boundaries_page_and_frame_say_so(app, sign_in, app_world):
    with transaction() as session:
        assert generation_in(session, "active") is not None
        session.execute(delete(Boundary))
    client = sign_in("county_lead")

    page = client.get("/map").get_data(as_text=True)

    assert "还没有启用的边界" in page
    assert "<iframe" not in page
    assert config_of(client) == {}
