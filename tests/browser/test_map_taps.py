"""What a finger hits on the map, and how much of a phone's screen the map gets."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from grid_app.adapters.listeners import LISTENERS
from grid_app.database.transaction import transaction
from grid_app.http.tiles import cut
from tests.browser.conftest import signed_in
from tests.browser.map_view import drawn, opened
from tests.dispute_rows import add_dispute

pytestmark = pytest.mark.browser
WEST, EAST, TOWN = "990101001201", "990101001202", "990101001"
LAYERS = ("disputes", "clocks", "findings", "returns", "rooms", "status", "namings")
HIGHEST_PART = 0.45
OVERVIEW = """() => {
  const { map } = frameElement.areaMap;
  map.setMinZoom(4); // the small county has few villages: it must be looked at from farther away than people may
  map.setZoom(9, { animate: false });
}"""
OF_TOWNSHIPS = "() => frameElement.areaMap.overlay.targets.some(({ mark }) => mark?.isTownship)"
TAP = """({ code, pan, aside }) => {
  const area = frameElement.areaMap;
  if (pan) area.map.panBy([pan, 0], { animate: false });
  const { mark } = area.overlay.targets.find((one) => one.mark?.code === code);
  const containerPoint = area.map.latLngToContainerPoint(mark.at).add([aside, 0]);
  area.map.fire("click", { containerPoint, latlng: area.map.containerPointToLatLng(containerPoint) });
}"""


@pytest.fixture
def disputes(site):
    site.app.config[LISTENERS] = 20
    with site.app.app_context():
        cut(site.world.generation_id)
    with site.app.app_context(), transaction() as session:
        add_dispute(session, 1, village=WEST, kind="chosen", grade="blue")
        add_dispute(session, 2, village=EAST, kind="chosen", grade="orange")


def overview(page: Page) -> float:
    """Look at the county from so far away that townships share a mark; return the zoom."""
    drawn(page).evaluate(OVERVIEW)
    drawn(page).wait_for_function(OF_TOWNSHIPS)
    return float(drawn(page).evaluate("frameElement.areaMap.map.getZoom()"))


def is_nearer_than(page: Page, zoom: float) -> None:
    """Wait until the map has gone closer, and see that no village was opened on the way."""
    drawn(page).wait_for_function(f"() => frameElement.areaMap.map.getZoom() > {zoom}")
    expect(page.locator("#map-panel")).to_be_hidden()
    assert "place=" not in page.url


@pytest.mark.parametrize("screen", ["phone", "desk"])
@pytest.mark.parametrize(("pan", "aside"), [(0, 0), (90, 0), (0, 20)], ids=["still", "just-moved", "beside"])
def test_a_tap_on_a_townships_mark_goes_there_and_opens_no_village(request, screen, site, disputes, pan, aside):
    page = request.getfixturevalue(screen)
    signed_in(page, "county_lead")
    opened(page, "/map")
    zoom = overview(page)

    drawn(page).evaluate(TAP, {"code": TOWN, "pan": pan, "aside": aside})

    is_nearer_than(page, zoom)


def test_a_finger_goes_to_the_township_where_villages_are_too_small_and_a_pointer_opens_the_village(
    phone, desk, site, disputes
):
    for page in (phone, desk):
        signed_in(page, "county_lead")
        opened(page, "/map?layer=rooms")
        drawn(page).evaluate(OVERVIEW)
        drawn(page).wait_for_function("() => frameElement.areaMap.isByTownship()")
        drawn(page).wait_for_function("() => frameElement.areaMap.placeAt({ lat: 29.08, lng: 111.02 })")
    zoom = float(drawn(phone).evaluate("frameElement.areaMap.map.getZoom()"))
    at = "frameElement.areaMap.map.latLngToContainerPoint([29.08, 111.02])"
    for page in (phone, desk):
        page.locator(".map-window").scroll_into_view_if_needed()
        spot = drawn(page).evaluate(f"(({{ x, y }}) => ({{ x, y }}))({at})")
        page.frame_locator("iframe").locator(".folium-map").click(position=spot)

    is_nearer_than(phone, zoom)
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")


def test_a_tap_on_the_mark_of_a_township_that_fills_the_map_still_comes_closer(desk, site, disputes):
    signed_in(desk, "county_lead")
    opened(desk, "/map")
    overview(desk)
    drawn(desk).evaluate("() => { frameElement.areaMap.map.getBoundsZoom = () => 0; }")  # it fills the map already
    zoom = float(drawn(desk).evaluate("frameElement.areaMap.map.getZoom()"))

    drawn(desk).evaluate(TAP, {"code": TOWN, "pan": 0, "aside": 0})

    is_nearer_than(desk, zoom)


@pytest.mark.parametrize("scripted", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("root", ["", f"&root={TOWN}"], ids=["county", "township"])
def test_on_a_phone_the_map_begins_high_and_every_layer_is_in_a_fingers_reach(
    open_page, site, disputes, scripted, root
):
    phone = open_page(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, java_script_enabled=scripted
    )
    signed_in(phone, "county_lead")
    for layer in LAYERS:
        phone.goto(f"/map?layer={layer}{root}")
        window = phone.locator(".map-window").bounding_box()
        assert window["y"] <= HIGHEST_PART * 844, (layer, window)
        strip = phone.get_by_role("navigation", name="图层")
        assert all(link.bounding_box()["height"] >= 44 for link in strip.get_by_role("link").all())
    strip.get_by_role("link", name="调解室").tap()
    phone.wait_for_url("**layer=rooms**")


def test_the_strip_of_layers_shows_the_chosen_one(phone, site, disputes):
    signed_in(phone, "county_lead")
    opened(phone, "/map?layer=namings")
    strip = phone.get_by_role("navigation", name="图层")

    def seen() -> None:
        box = strip.locator("[aria-current]").bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390

    seen()
    strip.get_by_role("link", name="源头治理服务达标").tap()
    phone.wait_for_url("**layer=status**")
    expect(strip.locator("[aria-current]")).to_have_text("源头治理服务达标")
    seen()
