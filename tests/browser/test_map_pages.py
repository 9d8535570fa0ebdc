"""The map in a real browser, as a leader uses it: tap, key, slider, search, kept link; and when things go wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from grid_app.adapters.listeners import LISTENERS
from grid_app.database.transaction import transaction
from grid_app.http.tiles import cut
from grid_app.models.disputes import DisputeEvent
from grid_app.models.places import Division
from grid_app.services.places.boundaries import activate, import_boundaries
from tests.boundary_files import VILLAGES, squares_set
from tests.browser.conftest import complaints, signed_in
from tests.browser.map_view import MARKS, drawn, opened, tap
from tests.dispute_rows import add_dispute
from tests.frontend.stage import AXE
from tests.world import NOW

pytestmark = pytest.mark.browser
WEST, EAST = "990101001201", "990101001202"
LAYERS = ("disputes", "clocks", "findings", "returns", "rooms", "status", "namings")


@pytest.fixture
def disputes(site):
    site.app.config[LISTENERS] = 20  # a line that was left is noticed a second later
    with site.app.app_context():
        cut(site.world.generation_id)
    with site.app.app_context(), transaction() as session:
        for number in range(6):
            add_dispute(session, number, village=WEST, kind="chosen", grade="blue")
        add_dispute(session, 7, village=EAST, kind="chosen", grade="orange")


def tiles(asked: list[str]) -> list[str]:
    return [url for url in asked if ".mvt?" in url]


def test_a_leader_goes_from_county_to_village_and_the_link_reopens_the_view(desk, site, disputes):
    signed_in(desk, "county_lead")
    said, asked = complaints(desk), []
    desk.on("request", lambda request: asked.append(request.url))
    opened(desk, "/map")

    desk.locator("#map-table").get_by_role("link", name="东河镇").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("东河镇地图:未办结纠纷")
    assert "蓝 6" in tap(desk, "云岭村")
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")
    expect(desk.locator("#map-panel")).to_contain_text("未办结 6 件")
    desk.wait_for_timeout(500)  # the map moves a little, so that the panel does not cover the village
    desk.wait_for_function("() => location.search.includes(`at=${document.querySelector('iframe').areaMap.view()}&`)")
    before = drawn(desk).evaluate("frameElement.areaMap.view()")
    address = desk.url
    opened(desk, address)

    assert f"root=990101001&at={before}&place={WEST}" in address
    assert drawn(desk).evaluate("frameElement.areaMap.view()") == before
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")
    assert [url for url in asked if not url.startswith((site.address, "data:", "blob:"))] == []
    assert said == []


def test_layers_weeks_and_facts_change_while_tiles_and_page_stay(desk, site, disputes):
    signed_in(desk, "county_lead")
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    opened(desk, "/map")
    fetched = tiles(asked)
    desk.evaluate("window.stayed = true")

    desk.get_by_role("navigation", name="图层").get_by_role("link", name="调解室").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("青溪县地图:调解室")
    expect(desk.locator("#map-slider")).to_have_count(1)
    desk.get_by_role("navigation", name="图层").get_by_role("link", name="未办结纠纷").click()
    desk.get_by_role("slider", name="看哪一周").press("ArrowLeft")
    desk.wait_for_url("**week=2026-11-09**")
    expect(desk.locator(".map-weeks output")).to_have_text("11月9日—11月15日")
    desk.get_by_role("slider", name="看哪一周").press("End")
    desk.wait_for_url(lambda url: "week=" not in url)
    with site.app.app_context(), transaction() as session:
        new = add_dispute(session, 8, village=WEST, kind="chosen", grade="red")
        session.add(DisputeEvent(dispute_id=new, number=1, at=NOW, kind="reported", details={}))
    expect(desk.locator("#map-table tbody tr").first.locator("td").first).to_have_text("1")
    drawn(desk).wait_for_function(f"() => {MARKS}.some((mark) => mark.told.includes('红'))")

    assert desk.evaluate("window.stayed") is True
    assert fetched
    assert tiles(asked) == fetched


def test_everything_is_reached_with_the_keyboard_and_a_name_is_never_markup(desk, site, disputes):
    evil = "<img src=/evil alt=x>村"
    with site.app.app_context(), transaction() as session:
        session.get_one(Division, WEST).name = evil
    signed_in(desk, "village_lead")
    opened(desk, "/map?layer=rooms")
    area = desk.frame_locator("iframe")

    area.locator(".folium-map").focus()
    area.locator(".folium-map").press("+")
    desk.wait_for_timeout(400)
    area.locator(".folium-map").press("Enter")
    expect(desk.locator("#map-panel h2").first).to_have_text(f"东河镇 {evil}")
    desk.keyboard.press("Escape")
    expect(desk.locator("#map-panel")).to_be_hidden()
    area.locator(".folium-map").hover(position={"x": 300, "y": 200})

    expect(area.locator(".leaflet-tooltip")).to_contain_text("村")
    assert desk.locator("img").count() == 0
    assert "place=" not in desk.url


def test_a_place_is_found_by_its_sound(phone, site, disputes):
    signed_in(phone, "township_lead")
    opened(phone, "/map")

    phone.get_by_role("searchbox", name="找地方").press_sequentially("lw")
    phone.locator(".map-found").get_by_role("link", name="柳湾村(东河镇)").click()

    expect(phone.locator("#map-panel h2").first).to_have_text("东河镇 柳湾村")
    assert f"place={EAST}" in phone.url


def test_the_back_button_closes_the_panel_and_takes_back_layers_and_areas(phone, site, disputes):
    signed_in(phone, "county_officer")
    opened(phone, "/map")
    phone.evaluate("document.querySelector('#map-choice a[href*=\"layer=clocks\"]').click()")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("超期事项")
    phone.evaluate("document.querySelector('#map-table a[href*=\"root=990101001\"]').click()")
    expect(phone.get_by_role("heading", level=1)).to_have_text("东河镇地图:超期事项")
    panel, village = phone.locator("#map-panel"), phone.locator(f"#map-table a[href*='{WEST}']")

    village.dispatch_event("click")
    expect(panel).to_contain_text("云岭村")
    panel.get_by_role("button", name="关闭").click()
    phone.wait_for_function("!location.search.includes('place=')")
    village.dispatch_event("click")
    expect(panel).to_contain_text("云岭村")
    phone.go_back()
    expect(panel).to_be_hidden()
    expect(phone.get_by_role("heading", level=1)).to_have_text("东河镇地图:超期事项")
    phone.go_forward()
    expect(panel).to_contain_text("云岭村")
    phone.go_back()
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("县地图:超期事项")
    phone.go_back()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("县地图:未办结纠纷")
    expect(panel).to_be_hidden()
    assert "place=" not in phone.url


def test_a_phone_scrolls_nothing_sideways_and_axe_finds_nothing_in_any_layer(phone, site, disputes):
    signed_in(phone, "county_officer")
    opened(phone, "/map")
    for place in (phone.main_frame, drawn(phone)):
        place.evaluate(AXE.read_text("utf-8"))

    for layer in LAYERS:
        phone.evaluate(f"document.querySelector('#map-choice a[href*=\"layer={layer}\"]').click()")
        phone.wait_for_url(f"**layer={layer}**")
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, layer
        for place in (phone.main_frame, drawn(phone)):
            found = place.evaluate(
                "axe.run(document, {iframes: false}).then((told) => told.violations.map((one) => one.id))"
            )
            assert found == [], layer
    phone.goto("/coverage")  # the entry that holds this page lies right of the screen, in the strip
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_map_goes_on_when_tiles_fail_and_when_boundaries_change_under_it(desk, site, disputes, tmp_path):
    signed_in(desk, "county_lead")

    def broken(route: Route) -> None:
        route.abort()

    desk.route("**/*.mvt?*", broken)
    opened(desk, "/map")
    expect(desk.frame_locator("iframe").locator("#map-status")).to_contain_text("有几块底图没有取到")
    expect(desk.locator("#map-table tbody tr").first).to_contain_text("东河镇")
    desk.unroute("**/*.mvt?*")
    desk.frame_locator("iframe").get_by_role("button", name="缩小").click()
    drawn(desk).wait_for_function("() => frameElement.areaMap.tiles.squares.size > 0")
    expect(desk.frame_locator("iframe").locator("#map-status")).to_be_hidden()
    with site.app.app_context(), transaction() as session:
        import_boundaries(session, boundary_set=squares_set(tmp_path, VILLAGES[1:]), source="f", actor=None, now=NOW)
        activate(session, actor=None, now=NOW)

    expect(desk.locator("#map-news")).to_contain_text("边界刚刚更新")
    assert drawn(desk).evaluate("frameElement.areaMap.tiles.squares.size") > 0
    desk.get_by_role("button", name="换成新边界").click()
    expect(desk.locator("#map-legend")).to_contain_text("第 2 代")


def test_without_script_picture_and_table_say_it_all(open_page, site, disputes):
    page = open_page(java_script_enabled=False)
    signed_in(page, "county_lead")
    page.goto("/map")

    expect(page.locator("#map-table tbody tr").first).to_contain_text("东河镇")
    expect(page.locator("#map-table tfoot")).to_contain_text("7")
    expect(page.locator(".legend")).to_contain_text("1 件")
    page.get_by_label("看哪一周").select_option(label="11月9日—11月15日")
    page.get_by_role("button", name="看这一周").click()
    page.wait_for_url("**week=2026-11-09**")
