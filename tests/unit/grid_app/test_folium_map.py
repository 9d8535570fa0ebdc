"""folium's page, made ours: nothing from outside, one inline script under the nonce, nothing left to chance."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup

from grid_app.adapters.folium_map import MapAssets, MapFrame, render_map

ASSETS = MapAssets(
    "/static/vendor/leaflet/leaflet.js",
    "/static/vendor/leaflet/leaflet.css",
    ("/static/css/tokens.css", "/static/office/map_frame.css"),
    "/static/office/map_frame.js",
    ("/static/office/map_area.js",),
)
FRAME = MapFrame("青溪县地图", "第 1 代边界", {"facts": "/map/facts.json?layer=rooms&root=990101"}, "n0nce")


def test_nothing_comes_from_another_address():
    page = render_map(FRAME, assets=ASSETS)
    soup = BeautifulSoup(page, "lxml")

    addresses = [tag.get("src") or tag.get("href") for tag in soup.find_all(["script", "link", "img", "iframe"])]
    assert "://" not in page
    assert [a for a in addresses if a] == [
        "/static/vendor/leaflet/leaflet.js",
        "/static/vendor/leaflet/leaflet.css",
        "/static/css/tokens.css",
        "/static/office/map_frame.css",
        "/static/office/map_frame.js",
        "/static/office/map_area.js",
    ]


def test_every_inline_script_has_the_nonce_and_no_style_stands_in_the_page():
    soup = BeautifulSoup(render_map(FRAME, assets=ASSETS), "lxml")

    inline = [tag for tag in soup.find_all("script") if not tag.get("src")]
    assert [tag.get("nonce") for tag in inline] == ["n0nce"]
    assert soup.find_all("style") == []
    assert soup.find_all(style=True) == []


def test_the_map_is_foliums_with_canvas_and_without_tiles():
    script = BeautifulSoup(render_map(FRAME, assets=ASSETS), "lxml").find_all("script")[-1].string

    assert '"preferCanvas": true' in script
    assert "tileLayer" not in script
    assert "setPrefix(false)" in script
    assert "import(" in script


def test_people_may_zoom_the_page_and_read_what_it_is():
    soup = BeautifulSoup(render_map(FRAME, assets=ASSETS), "lxml")

    viewports = [tag["content"] for tag in soup.find_all("meta", attrs={"name": "viewport"})]
    assert viewports == ["width=device-width, initial-scale=1"]
    assert soup.html["lang"] == "zh-CN"
    assert soup.title.text == "青溪县地图"
    assert "表格" in soup.find("noscript").text


def test_words_cannot_break_out_of_the_page():
    evil = MapFrame("</title><b>", "<i>", {"x": "</script><b>"}, '"><b>')

    page = render_map(evil, assets=ASSETS)

    assert "<b>" not in page
    assert "<i>" not in page


def test_the_same_frame_gives_the_same_page():
    assert render_map(FRAME, assets=ASSETS) == render_map(FRAME, assets=ASSETS)
    assert re.findall(r"map_[0-9a-f]{32}", render_map(FRAME, assets=ASSETS)) == []
