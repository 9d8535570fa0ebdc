"""The map of the own village on a phone: without signal and without the server, by touch, by keyboard, read aloud."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from grid_app.clock import local_date
from tests.browser import test_field_offline as offline
from tests.browser.conftest import DESK, PHONE, Site, complaints
from tests.browser.field_phone import PIN, begin, registered, submit
from tests.browser.visits_page import NAME, close_one, known_world, open_today, part, restarted
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS
from tests.web.api_phone import Phone, item
from tests.world import NOW

pytestmark = pytest.mark.browser

server, open_phone = offline.server, offline.open_phone

HERE = {"longitude": 111.03, "latitude": 29.03, "accuracy": 40}
AT_THE_BORDER = {"longitude": 111.0999, "latitude": 29.03, "accuracy": 60}
SHOTS = os.environ.get("FIELD_SHOTS", "")
GRANTED = {"permissions": ["geolocation"]}
SMALLEST = 60


def reported(site: Site, *points: tuple[float, float]) -> None:
    """Let the village's lead have reported something at each of the points."""
    with site.app.app_context():
        lead = Phone(site.app, site.world, "village_lead")
        today = f"{local_date(NOW).isoformat()}T08:00:00+08:00"
        results = lead.sync(
            *(
                item(lon=lon, lat=lat, captured_at=today, summary=f"水渠第{number}段被堵了")
                for number, (lon, lat) in enumerate(points, 1)
            )
        )
        assert {one["outcome"] for one in results} == {"accepted"}


def shot(page: Page, name: str) -> None:
    """Keep a picture where a person asked for one."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def opened(open_page: Callable[..., Page], name: str = "grid_worker", **options: object) -> Page:
    """Return the map on a phone without signal."""
    page = registered(open_page, name, **options)
    page.context.set_offline(True)
    page.get_by_role("link", name="我的村").tap()
    expect(page.get_by_role("heading", name="我的村")).to_be_visible()
    return page


def names_on(page: Page) -> list[str]:
    return page.locator(".map-name").all_text_contents()


def test_the_own_village_is_drawn_without_signal(open_page: Callable[..., Page], site: Site) -> None:
    reported(site, (111.02, 29.02), (111.07, 29.04))
    page = opened(open_page)
    said = complaints(page)

    expect(page.locator(".map-name-own")).to_have_text("云岭村")
    assert set(names_on(page)) >= {"云岭村", "第1网格", "第2网格"}
    expect(page.locator("path.map-near")).to_have_count(1)
    expect(page.locator(".map-mark .map-sign").filter(has_text="1")).to_have_count(1)
    expect(page.get_by_text("附近未办结 2 件")).to_be_visible()
    shot(page, "map-390")
    assert said == []


def test_a_position_has_a_circle_and_words_and_nothing_waits_for_it(open_page: Callable[..., Page], site: Site) -> None:
    page = opened(open_page, geolocation=HERE, **GRANTED)

    expect(page.get_by_role("status").filter(has_text="您在云岭村,误差约 40 米。")).to_be_visible()
    before = float(page.locator(".map-fix-around").get_attribute("r") or 0)
    page.get_by_role("button", name="定位到我").tap()
    expect(page.locator(".map-fix-around")).not_to_have_attribute("r", f"{before:.1f}")

    assert float(page.locator(".map-fix-around").get_attribute("r") or 0) > before
    shot(page, "map-position-390")


def test_a_circle_over_the_border_is_a_question(open_page: Callable[..., Page], site: Site) -> None:
    page = opened(open_page, geolocation=AT_THE_BORDER, **GRANTED)

    expect(page.get_by_role("status").filter(has_text="云岭村还是柳湾村?")).to_be_visible()


def test_the_report_shows_the_circle_over_the_border_beside_its_question(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page, geolocation=AT_THE_BORDER, **GRANTED)
    page.context.set_offline(True)
    begin(page)
    expect(page.get_by_role("group", name="云岭村还是柳湾村?")).to_be_visible()

    picture = page.locator(".map-small")
    expect(picture.locator(".map-fix-around")).to_be_visible()
    assert set(picture.locator(".map-name").all_text_contents()) >= {"云岭村", "柳湾村"}
    shot(page, "place-390")
    page.get_by_role("button", name="不用定位").tap()

    expect(picture).to_be_hidden()


def test_a_refused_position_leaves_the_map(open_page: Callable[..., Page], site: Site) -> None:
    page = opened(open_page, permissions=[])

    page.get_by_role("button", name="定位到我").tap()

    expect(page.get_by_text("手机没有允许定位,地图照常能看。")).to_be_visible()
    expect(page.locator(".map-name-own")).to_have_text("云岭村")


def test_a_report_that_waits_has_its_own_mark_until_it_is_sent(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page, geolocation=HERE, **GRANTED)
    page.context.set_offline(True)
    begin(page)
    expect(page.get_by_text("已定位,误差约 40 米。").first).to_be_visible()
    submit(page)
    page.evaluate("location.hash = '#/map'")

    expect(page.locator(".map-mark-unsent .map-sign").first).to_have_text("未1")
    expect(page.get_by_text("未发送 1 件")).to_be_visible()
    page.context.set_offline(False)
    page.evaluate("location.hash = '#/reports'")
    expect(page.locator("[data-screen=reports] .cell")).to_contain_text("已收到")
    page.evaluate("location.hash = '#/settings'")
    page.get_by_role("button", name="现在同步").tap()
    expect(page.get_by_text("已同步。")).to_be_visible()
    page.evaluate("location.hash = '#/map'")

    expect(page.locator(".map-picture .map-mark-own .map-sign")).to_have_text("1")
    expect(page.get_by_text("本人上报 1 件")).to_be_visible()


def test_a_mark_is_touched_told_and_becomes_a_report_of_the_same_matter(
    open_page: Callable[..., Page], site: Site
) -> None:
    reported(site, (111.07, 29.04))
    page = opened(open_page)

    page.locator(".map-picture .map-mark").tap()
    card = page.get_by_role("region", name="选中的一件")
    expect(card).to_contain_text("水渠第1段被堵了")
    expect(card).to_contain_text("11月20日(周五)登记")
    expect(card.get_by_role("heading")).to_be_focused()
    shot(page, "map-card-390")
    card.get_by_role("link", name="同样的事,另一户").tap()

    expect(page.get_by_role("group", name="是什么事?").get_by_label("承包地山林")).to_be_checked()
    expect(page.locator(".hint-question").get_by_label("另一户同样的事")).to_be_checked()


def test_the_list_tells_everything_to_the_keyboard(open_page: Callable[..., Page], site: Site) -> None:
    reported(site, (111.02, 29.02), (111.07, 29.04))
    page = opened(open_page)
    line = page.locator(".cells button.cell-body").filter(has_text="水渠第2段")

    line.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="选中的一件").get_by_role("heading")).to_be_focused()
    expect(page.locator(".map-mark.is-chosen")).to_have_count(1)
    page.get_by_role("button", name="收起").focus()
    page.keyboard.press("Enter")

    expect(line).to_be_focused()
    expect(page.locator(".map-mark.is-chosen")).to_have_count(0)


def test_buttons_and_fingers_move_the_map(open_page: Callable[..., Page], site: Site) -> None:
    page = opened(open_page)
    ground = page.locator(".map-picture > g").first
    expect(page.locator(".map-name-own")).to_be_visible()
    seen = [ground.get_attribute("transform")]
    for name in ("+ 放大", "← 西", "↑ 北", "− 缩小", "全村"):
        page.get_by_role("button", name=name).tap()
        expect(ground).not_to_have_attribute("transform", seen[-1] or "")
        seen.append(ground.get_attribute("transform"))
    assert seen[-1] == seen[0]

    box = page.locator(".map-frame").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 130, steps=4)
    page.mouse.up()
    expect(ground).not_to_have_attribute("transform", seen[-1] or "")


def test_without_polygons_there_are_names_and_the_list(open_page: Callable[..., Page], site: Site) -> None:
    reported(site, (111.02, 29.02))
    page = registered(open_page)
    page.evaluate(
        """async () => {
          const store = await (await import('/static/field/store.js')).openStore();
          const { value } = await store.getReference('villages');
          for (const one of [...value.features, ...value.grids]) one.geometry = null;
          await store.setReference('villages', value, '');
        }"""
    )
    page.context.set_offline(True)
    page.get_by_role("link", name="我的村").tap()

    expect(page.get_by_text("只有名称")).to_be_visible()
    expect(page.locator(".map-frame")).to_have_count(0)
    expect(page.get_by_text("水渠第1段被堵了")).to_be_visible()


def test_somebody_with_several_villages_goes_to_one(open_page: Callable[..., Page], site: Site) -> None:
    page = opened(open_page, "county_officer")
    page.get_by_label("看哪个村(社区)?").select_option("石桥村")

    expect(page.locator(".map-name").filter(has_text="石桥村")).to_be_visible()
    expect(page.locator(".map-name").filter(has_text="云岭村")).to_have_count(0)


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("width", [PHONE["width"], DESK["width"]])
def test_the_map_breaks_no_rule_in_any_size(
    open_page: Callable[..., Page], site: Site, width: int, large: bool
) -> None:
    reported(site, (111.02, 29.02), (111.021, 29.02), (111.07, 29.04), (111.08, 29.03))
    page = registered(open_page, geolocation=HERE, bypass_csp=True, **GRANTED)
    if large:
        page.evaluate("import('/static/field/letters.js').then((letters) => letters.setLarge(true))")
    page.set_viewport_size({"width": width, "height": 844})
    page.context.set_offline(True)
    page.evaluate("location.hash = '#/map'")
    expect(page.get_by_role("status").filter(has_text="您在云岭村")).to_be_visible()
    shot(page, f"map-{width}-{'large' if large else 'plain'}")
    page.locator(".cells button.cell-body").first.click()
    shot(page, f"map-{width}-{'large' if large else 'plain'}-card")
    page.context.set_offline(False)
    page.add_script_tag(path=AXE)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALL_TARGETS.replace("44", str(SMALLEST))) == []
    assert page.evaluate(AXE_RUN) == []


# --- the server is gone -----------------------------------------------------------------------------------------


def test_map_and_visits_open_after_a_restart_without_the_server(server, open_phone) -> None:
    close_one(server.app, known_world(server.app))
    page = restarted(server, open_phone)
    said = complaints(page)

    page.goto("/field/#/map")
    expect(page.locator(".map-name-own")).to_have_text("云岭村")
    assert set(names_on(page)) >= {"云岭村", "第1网格", "第2网格"}
    page.reload()
    expect(page.locator(".map-name-own")).to_have_text("云岭村")
    page.goto("/field/#/visits")
    expect(part(page, "今天要回访(1 件)").locator(".cell")).to_have_count(1)
    page.reload()
    expect(part(page, "以后几天(2 件)").locator(".cell")).to_have_count(2)

    assert not [line for line in said if "Content Security Policy" in line or "Error" in line]


def test_behind_the_pin_as_well(server, open_phone) -> None:
    close_one(server.app, known_world(server.app))
    page = restarted(server, open_phone, lock=True)

    page.goto("/field/#/map")
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_role("button", name="打开").tap()
    expect(page.locator(".map-name-own")).to_have_text("云岭村")
    assert NAME not in page.content()
    open_today(page)

    expect(page.get_by_text(NAME)).to_be_visible()
