"""Own position, whole screen and the link to this view, as a leader uses them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from grid_app.adapters.listeners import LISTENERS
from grid_app.database.transaction import transaction
from grid_app.http.tiles import cut
from grid_app.models.rounds import Round
from tests.browser.conftest import DESK, PHONE, enter
from tests.browser.map_view import drawn, looks_at, opened
from tests.dispute_rows import add_dispute
from tests.web.test_maps import open_round
from tests.world import NOW

pytestmark = pytest.mark.browser
WEST, TOWN = "990101001201", "990101001"
SIZES = {
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "desk": {"viewport": DESK},
}
WALL = {"width": 1920, "height": 1080}
HERE = {"latitude": 29.04321, "longitude": 111.03456, "accuracy": 30}
PLACED = "() => frameElement.areaMap.placeAt({ lat: 29.04, lng: 111.03 }) !== undefined"


@pytest.fixture(autouse=True)
def disputes(site):
    site.app.config[LISTENERS] = 20
    with site.app.app_context():
        cut(site.world.generation_id)
    with site.app.app_context(), transaction() as session:
        add_dispute(session, 1, village=WEST, kind="chosen", grade="orange")


@pytest.fixture(params=list(SIZES))
def size(request) -> dict[str, object]:
    return dict(SIZES[request.param])


def news(page: Page):
    return page.locator("#map-news")


def test_the_own_position_is_drawn_named_and_sent_nowhere(open_page, size):
    page = open_page(**size, geolocation=HERE, permissions=["geolocation"])
    enter(page, "county_lead")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    opened(page, "/map?layer=rooms")
    drawn(page).wait_for_function(PLACED)

    page.get_by_role("button", name="我的位置").click()

    expect(news(page)).to_contain_text("您在东河镇 云岭村")
    expect(news(page)).to_contain_text("误差约 30 米)。位置只显示在这里,不上传。")
    drawn(page).wait_for_function(f"() => frameElement.areaMap.position.getLatLng().lat === {HERE['latitude']}")
    assert [one for one in sent if str(HERE["latitude"])[:7] in one or str(HERE["longitude"])[:8] in one] == []
    page.context.set_geolocation({"latitude": 40.0, "longitude": 116.0, "accuracy": 10})
    page.get_by_role("button", name="我的位置").click()
    expect(news(page)).to_have_text("您现在不在这张地图的范围内。")


def test_a_refused_position_is_said_and_the_map_stays(open_page, size):
    page = open_page(**size)
    enter(page, "county_lead")
    opened(page, "/map")
    before = drawn(page).evaluate("frameElement.areaMap.view()")

    page.get_by_role("button", name="我的位置").click()

    expect(news(page)).to_contain_text("没有定位:浏览器没有得到允许")
    expect(news(page)).to_contain_text("可以按名字找地方")
    assert drawn(page).evaluate("frameElement.areaMap.view()") == before


@pytest.mark.parametrize("viewport", [PHONE, WALL], ids=["phone", "wall"])
def test_the_map_fills_the_whole_screen_and_gives_it_back(open_page, viewport):
    page = open_page(viewport=viewport)
    enter(page, "county_lead")
    opened(page, "/map")
    before = page.locator(".map-window").bounding_box()

    page.get_by_role("button", name="全屏").click()
    # fullscreenElement is set before the page hears of it and lays itself out anew.
    page.wait_for_selector("#map-stage.map-whole:fullscreen")
    page.wait_for_function(f"() => document.querySelector('.map-window').clientHeight >= {viewport['height'] * 0.7}")
    whole = page.locator(".map-window").bounding_box()
    assert whole["width"] >= viewport["width"] - 40
    assert whole["height"] > before["height"]
    drawn(page).wait_for_function(f"() => frameElement.areaMap.map.getSize().y >= {viewport['height'] * 0.7}")
    drawn(page).evaluate("(code) => frameElement.dispatchEvent(new CustomEvent('map-place', { detail: code }))", WEST)
    expect(page.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")
    panel = page.locator("#map-panel").bounding_box()
    assert panel["y"] + panel["height"] <= viewport["height"] + 1  # the panel stands on the screen, too
    page.locator("#map-panel").get_by_role("button", name="关闭").click()
    page.get_by_role("button", name="全屏").click()
    page.wait_for_function("() => !document.fullscreenElement")

    expect(page.locator("#map-stage.map-whole")).to_have_count(0)
    page.wait_for_function(
        f"() => document.querySelector('.map-window').getBoundingClientRect().height === {before['height']}"
    )


def test_a_copied_link_reopens_exactly_this_view(open_page, size):
    page = open_page(**size, permissions=["clipboard-read", "clipboard-write"])
    enter(page, "county_lead")
    opened(page, f"/map?layer=disputes&root={TOWN}&grade=orange&week=2026-11-09")
    page.locator("#map-table th").get_by_role("link", name="橙").evaluate("(link) => link.click()")
    page.wait_for_url("**sort=**")
    drawn(page).evaluate("(code) => frameElement.dispatchEvent(new CustomEvent('map-place', { detail: code }))", WEST)
    page.wait_for_url(f"**place={WEST}**")
    drawn(page).evaluate("() => frameElement.areaMap.map.setView([29.061, 111.042], 12, { animate: false })")

    page.get_by_role("button", name="复制链接").evaluate("(button) => button.click()")
    expect(news(page)).to_contain_text("链接已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    told = parse_qs(urlsplit(link).query)
    other = page.context.new_page()
    opened(other, link)

    assert told["at"] == ["29.06100,111.04200,12"]
    assert (told["layer"], told["root"], told["grade"]) == (["disputes"], [TOWN], ["orange"])
    assert (told["week"], told["place"], told["sort"]) == (["2026-11-09"], [WEST], ["orange"])
    assert looks_at(other, told["at"][0])
    expect(other.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")
    expect(other.get_by_role("heading", level=1)).to_have_text("东河镇地图:未办结纠纷")
    expect(other.locator(".map-weeks output")).to_have_text("11月9日—11月15日")
    expect(other.locator("#map-legend [aria-current=true]")).to_contain_text("看全部")
    expect(other.locator("#map-table th[aria-sort]")).to_contain_text("橙")
    assert [row.text_content() for row in other.locator("#map-table tbody tr").all()] == [
        row.text_content() for row in page.locator("#map-table tbody tr").all()
    ]


VIEWS = {
    "squares": (f"layer=disputes&root={TOWN}&grade=orange&squares=1", "未办结纠纷", "图上只画橙"),
    "disagree": ("layer=status&filter=disagree", "源头治理服务达标", "有命名,服务没有达标"),
    "offers": ("layer=rooms&filter=woman,accessible", "调解室", "只看有女调解员、轮椅能进"),
    "round": ("layer=returns&round={round}", "排查回执", "第二轮"),
}


@pytest.mark.parametrize("view", VIEWS)
def test_a_copied_link_keeps_the_filter_the_squares_and_the_round(open_page, site, view):
    with site.app.app_context(), transaction() as session:
        session.get_one(Round, open_round(session)).period = "2026-W46"
        session.flush()  # one round of a period
        second = open_round(session)
        later = session.get_one(Round, second)
        later.name, later.due_at = "第二轮", NOW + timedelta(days=9)
    page = open_page(**SIZES["desk"], permissions=["clipboard-read", "clipboard-write"])
    enter(page, "county_lead")
    asked, word, said = VIEWS[view]
    opened(page, f"/map?{asked.format(round=second)}")
    drawn(page).evaluate("() => frameElement.areaMap.map.setView([29.061, 111.042], 12, { animate: false })")
    page.wait_for_url("**at=29.06100**")

    page.get_by_role("button", name="复制链接").evaluate("(button) => button.click()")
    expect(news(page)).to_contain_text("链接已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    other = page.context.new_page()
    opened(other, link)

    assert parse_qs(asked.format(round=second)).items() <= parse_qs(urlsplit(link).query).items()
    assert looks_at(other, "29.06100,111.04200,12")
    expect(other.get_by_role("heading", level=1)).to_contain_text(word)
    expect(other.locator("main")).to_contain_text(said)
    for part in ("#map-headline", "#map-legend", "#map-table"):
        assert other.locator(part).inner_text() == page.locator(part).inner_text(), part
    told = [drawn(one).evaluate("() => frameElement.areaMap.facts.totals") for one in (page, other)]
    assert told[0] == told[1]
