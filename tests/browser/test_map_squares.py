"""Squares of 500 metres in a real browser: switched on, tapped, heard by keyboard; own matters at their place."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from grid_app.database.transaction import transaction
from grid_app.http.tiles import cut
from grid_app.models.places import Boundary
from grid_app.queries.points import cell_of
from tests.browser.conftest import complaints, signed_in
from tests.browser.map_view import drawn, opened
from tests.dispute_rows import add_dispute

pytestmark = pytest.mark.browser
WEST = "990101001201"
SPOT, OWN = (111.0512, 29.0433), (111.0712, 29.0433)
CLOSE = "at=29.0433,111.0512,14"
READY = "() => frameElement.areaMap.squares.isOn"
STILL = "() => !frameElement.areaMap.map._panAnim?._inProgress"  # a key pressed while the map moves is not heard


@pytest.fixture
def disputes(site):
    with site.app.app_context():
        cut(site.world.generation_id)
    with site.app.app_context(), transaction() as session:
        for number in range(7):
            add_dispute(session, number, village=WEST, point=SPOT, category="0901", grade="blue")
        add_dispute(session, 9, village=WEST, point=OWN, category="0901", owner_unit_id=site.world.units["township"])
        session.execute(update(Boundary).where(Boundary.code == WEST).values(area_km2=4.0))


def tap(page: Page, lon: float, lat: float) -> None:
    page.locator(".map-window").scroll_into_view_if_needed()
    at = drawn(page).evaluate(f"Object.values(frameElement.areaMap.map.latLngToContainerPoint([{lat}, {lon}]))")
    page.frame_locator("iframe").locator(".folium-map").click(position={"x": at[0], "y": at[1]})


def test_a_leader_switches_to_squares_and_a_tap_says_how_many(desk, site, disputes):
    signed_in(desk, "county_lead")
    said = complaints(desk)
    opened(desk, f"/map?{CLOSE}")

    desk.get_by_role("link", name="按 500 米格子看").click()
    desk.wait_for_url("**squares=1**")
    drawn(desk).wait_for_function(READY)
    west, south, east, north = cell_of(*SPOT)
    tap(desk, (west + east) / 2, (south + north) / 2)
    popup = desk.frame_locator("iframe").locator(".map-told")
    expect(popup).to_contain_text("这个 500 米格子里未办结 7 件,不标准确位置")
    for choice in popup.locator("button").all():
        assert choice.bounding_box()["height"] >= 44
    popup.get_by_role("button", name="看这个村(社区)").click()
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")
    assert drawn(desk).evaluate("frameElement.areaMap.squares.points().length") == 0
    expect(desk.locator("#map-table tfoot")).to_contain_text("8")
    desk.get_by_role("link", name="按村(社区)看").click()
    desk.wait_for_url(lambda url: "squares" not in url)
    assert drawn(desk).evaluate("frameElement.areaMap.squares.isOn") is False
    assert said == []


def test_who_handles_a_matter_sees_its_place_and_reads_that_others_do_not(desk, site, disputes):
    signed_in(desk, "township_officer")
    opened(desk, f"/map?squares=1&{CLOSE}")
    drawn(desk).wait_for_function(READY)

    expect(desk.locator(".map-headline").first).to_contain_text("别的单位看不到它们的准确位置")
    tap(desk, *OWN)
    popup = desk.frame_locator("iframe").locator(".map-told")
    expect(popup).to_contain_text("准确位置只有承办单位看得到")
    popup.get_by_role("link", name="打开这一件").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("990101-2026-000009")


def test_the_keyboard_hears_the_square_in_the_middle_and_far_away_the_map_asks_to_come_closer(desk, site, disputes):
    signed_in(desk, "county_lead")
    opened(desk, f"/map?squares=1&{CLOSE}")
    drawn(desk).wait_for_function(READY)
    area = desk.frame_locator("iframe")

    area.locator(".folium-map").focus()
    area.locator(".folium-map").press("ArrowRight")
    drawn(desk).wait_for_function(STILL)
    area.locator(".folium-map").press("ArrowLeft")
    expect(area.locator(".map-said")).to_contain_text("这个 500 米格子里未办结 7 件")
    for _ in range(3):
        area.locator(".folium-map").press("-")
        desk.wait_for_timeout(400)
    expect(area.locator(".map-square-note")).to_contain_text("再放大一些")
