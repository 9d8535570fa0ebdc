"""The map in a real browser: it draws, it tells, it leads on, and it asks nobody else for anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from grid_app.database.transaction import transaction
from grid_app.models.places import Division
from tests.browser.conftest import complaints, enter
from tests.dispute_rows import add_dispute
from tests.frontend.stage import AXE

pytestmark = pytest.mark.browser
SLOW_MS = 20_000
WEST, EAST = "990101001201", "990101001202"


@pytest.fixture
def disputes(site):
    with site.app.app_context(), transaction() as session:
        for number, (village, grade) in enumerate([(WEST, "red"), (WEST, "blue"), (EAST, "orange")]):
            add_dispute(session, number, village=village, kind="chosen", grade=grade)


def drawn(page: Page, address: str) -> FrameLocator:
    """Open a map page and return its frame once the map is drawn."""
    page.goto(address)
    frame = page.frame_locator("iframe")
    expect(frame.locator("canvas")).to_be_visible(timeout=SLOW_MS)
    expect(frame.locator("#map-status")).to_be_hidden(timeout=SLOW_MS)
    return frame


def test_a_tap_on_a_mark_leads_to_the_township_and_on_to_the_village(desk, site, disputes):
    enter(desk, "county_lead")
    said, asked = complaints(desk), []
    desk.on("request", lambda request: asked.append(request.url))
    frame = drawn(desk, "/map?root=990101001")

    frame.get_by_role("button", name="云岭村:共 2 件:红 1、蓝 1").click()
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("共 2 件:红 1、蓝 1")
    frame.get_by_role("link", name="看这个村(社区)").click()

    desk.wait_for_url(f"**/map/village/{WEST}")
    expect(desk.get_by_role("heading", level=1)).to_have_text("东河镇 云岭村")
    assert [url for url in asked if not url.startswith((site.address, "data:"))] == []
    assert said == []


def test_marks_can_be_reached_and_opened_with_the_keyboard(desk, site, disputes):
    enter(desk, "township_lead")
    frame = drawn(desk, "/map")

    frame.get_by_role("button", name="柳湾村:共 1 件:橙 1").press("Enter")

    expect(frame.locator(".leaflet-popup-content")).to_contain_text("橙 1")


def test_a_tap_on_a_village_without_disputes_tells_its_name(desk, site):
    enter(desk, "village_lead")
    frame = drawn(desk, "/map?layer=rooms")

    frame.locator(".folium-map").click(position={"x": 300, "y": 200})

    expect(frame.locator(".leaflet-popup-content")).to_contain_text("东河镇 云岭村")
    expect(frame.locator(".leaflet-popup-content")).to_contain_text("有开放的调解室")


def test_a_name_from_a_file_is_never_read_as_markup(desk, site):
    evil = "<img src=/evil alt=x>村"
    with site.app.app_context(), transaction() as session:
        session.get_one(Division, WEST).name = evil
    enter(desk, "village_lead")
    frame = drawn(desk, "/map?layer=rooms")

    frame.locator(".folium-map").hover(position={"x": 300, "y": 200})
    expect(frame.locator(".leaflet-tooltip")).to_contain_text(evil)
    frame.locator(".folium-map").click(position={"x": 300, "y": 200})
    expect(frame.locator(".leaflet-popup-content")).to_contain_text(evil)

    assert frame.locator("img").count() == 0


@pytest.mark.parametrize("layer", ["disputes", "findings", "returns", "rooms", "namings"])
def test_a_phone_scrolls_nothing_sideways_and_axe_finds_nothing(phone, site, disputes, layer):
    enter(phone, "county_officer")
    frame = drawn(phone, f"/map?layer={layer}")

    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    for place in (phone.main_frame, frame.locator("body").element_handle().owner_frame()):
        place.evaluate(AXE.read_text("utf-8"))
        found = place.evaluate(
            "axe.run(document, {iframes: false}).then((told) => told.violations.map((one) => one.id))"
        )
        assert found == [], layer


def test_the_geometry_travels_once(desk, site, disputes):
    enter(desk, "county_lead")
    drawn(desk, "/map")

    frame = drawn(desk, "/map?layer=rooms")

    entries = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/map/geometry/'))"
    [sent] = frame.locator("body").evaluate(f"() => {entries}.map((one) => one.transferSize)")
    assert sent == 0


def test_without_script_the_table_says_it_all(open_page, site, disputes):
    page = open_page(java_script_enabled=False)
    enter(page, "county_lead")
    page.goto("/map")

    expect(page.locator("#map-table tbody tr").first).to_contain_text("东河镇")
    expect(page.locator("#map-table tfoot")).to_contain_text("3")
    expect(page.locator(".legend")).to_contain_text("1 件")
