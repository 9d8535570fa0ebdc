"""One state of the status or of the naming alone on the map: the villages that have it, with legend and table whole."""

from __future__ import annotations

import base64
import io

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from tests.unit.grid_app.test_map_palette import HATCHED
from tests.web.test_map_totals_filters import LEVELS, places
from tests.world import VILLAGES

pytestmark = [
    pytest.mark.parametrize("db_url", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("places"),
]
WEST, EAST, STONE, WHITE = VILLAGES
HAVE = {
    "status": {"met": [WEST], "on_track": [EAST], "under_review": [STONE], "lapsed": [], "not_assessed": [WHITE]},
    "namings": {"named": [WEST, STONE], "none": [EAST, WHITE], "expired": [], "withdrawn": []},
}
__all__ = ["places"]


def painted(client, layer: str, state: str, level: str = "villages") -> list[str]:
    facts = client.get(f"/map/facts.json?layer={layer}&filter={state}&level={level}").get_json()
    return [facts["classes"]["keys"][value] for value in base64.b64decode(facts["values"])]


@pytest.mark.parametrize("layer", HAVE)
def test_a_state_is_painted_alone_and_its_legend_table_and_sums_stay(sign_in, app_world, layer):
    client = sign_in("county_lead")
    whole = BeautifulSoup(client.get(f"/map?layer={layer}").get_data(as_text=True), "lxml")
    for state, villages in HAVE[layer].items():
        page = BeautifulSoup(client.get(f"/map?layer={layer}&filter={state}").get_data(as_text=True), "lxml")
        chosen = page.select("#map-legend .legend-filter[aria-current=true]")

        assert painted(client, layer, state) == [state if code in villages else "others" for code in VILLAGES]
        assert painted(client, layer, state, "grids") == [
            state if code in villages else "others" for code in VILLAGES for _ in (1, 2)
        ]
        for level in LEVELS:
            told = client.get(f"/map/facts.json?layer={layer}&filter={state}&level={level}").get_json()
            assert told["totals"][state] == len(villages)
            assert sum(told["totals"].values()) == 2 * told["totals"]["villages"] == 8
        assert page.select_one("#map-table").get_text() == whole.select_one("#map-table").get_text()
        assert len(chosen) == 1
        assert "filter" not in chosen[0]["href"]
        assert f"filter={state}" in page.select_one("#map-stage")["data-facts"]
        assert "图上只画“" in page.select_one("#map-headline").get_text()
    assert painted(client, layer, "met" if layer == "namings" else "named") == painted(client, layer, "")


def test_townships_whose_villages_differ_say_so_and_other_layers_take_no_state(sign_in, app_world):
    client = sign_in("county_lead")

    assert painted(client, "status", "met", "townships") == ["mixed", "others"]
    assert painted(client, "namings", "named", "townships") == ["mixed", "mixed"]
    assert "met" not in client.get("/map/facts.json?layer=disputes&filter=met").get_json()["filter"]
    layers = BeautifulSoup(client.get("/map?layer=status&filter=met").get_data(as_text=True), "lxml")
    assert not [one["href"] for one in layers.select("nav[aria-label=图层] a") if "filter" in one["href"]]


def test_paper_and_the_picture_without_script_paint_the_same_state(sign_in, app_world):
    client = sign_in("county_lead")
    first = PdfReader(io.BytesIO(client.get("/map/print?layer=status&filter=met").data)).pages[0].extract_text()

    assert "图上只画“达标”" in "".join(first.split())
    assert "只看命名" not in first
    pictures = {client.get(f"/map/picture.svg?layer=status&filter={state}").data for state in ("", "met", "lapsed")}
    assert len(pictures) == 3


@pytest.mark.parametrize("layer", HAVE)
def test_the_state_and_the_others_are_told_apart_without_colour(sign_in, app_world, layer):
    client = sign_in("county_lead")
    for state in HAVE[layer]:
        _, alone, others, _ = client.get(f"/map/facts.json?layer={layer}&filter={state}").get_json()["classes"]["fills"]
        assert (alone, others) == ("full", "plain") or len({alone, others} & HATCHED) == 1, state
