"""What a leader clicks on the map, on a phone and on a desk: layers, filter, table, file, paper; and keys alone."""

from __future__ import annotations

import csv
import io

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from grid_app.adapters.listeners import LISTENERS
from grid_app.database.transaction import transaction
from grid_app.http.tiles import cut
from grid_app.models.places import VillageNaming
from tests.browser.conftest import DESK, PHONE, complaints, signed_in
from tests.browser.map_view import drawn, opened
from tests.dispute_rows import add_dispute
from tests.status_world import settled_long_ago
from tests.web.test_maps import add_finding, open_round
from tests.world import NOW

pytestmark = pytest.mark.browser
WEST, EAST, FAR, TOWN = "990101001201", "990101001202", "990101002201", "990101001"
LAYERS = {
    "超期事项": "clocks", "已确认的苗头提示": "findings", "排查回执": "returns", "调解室": "rooms",
    "源头治理服务达标": "status", "无上访村(社区)命名": "namings", "未办结纠纷": "disputes",
}  # fmt: skip
SIZES = {"phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True}, "desk": {"viewport": DESK}}
LONGEST_WAY = 120


@pytest.fixture(autouse=True)
def county(site):
    site.app.config[LISTENERS] = 20
    with site.app.app_context():
        cut(site.world.generation_id)
    with site.app.app_context(), transaction() as session:
        settled_long_ago(session)
        for number in range(6):
            add_dispute(session, number, village=WEST, kind="chosen", grade="blue")
        add_dispute(session, 7, village=EAST, kind="chosen", grade="orange")
        add_dispute(session, 8, village=FAR, kind="chosen", grade="red")
        open_round(session, answered=[f"{WEST}J001", f"{WEST}J002"])
        add_finding(session, 1, WEST)
        session.add(VillageNaming(division_code=WEST, document_number="1号", named_on=NOW.date(), recorded_at=NOW))


@pytest.fixture(params=list(SIZES))
def page(request, open_page) -> Page:
    return open_page(**SIZES[request.param])


def press(page: Page, link) -> None:
    """Press a link as a finger or a pointer does."""
    link.scroll_into_view_if_needed()
    link.click()


def lines(page: Page) -> list[list[str]]:
    return [
        [(cell.text_content() or "").strip() for cell in row.locator("th, td").all()]
        for row in page.locator("#map-table tbody tr").all()
    ]


def drawn_facts(page: Page) -> dict[str, object]:
    return dict(drawn(page).evaluate("() => frameElement.areaMap.facts"))


def test_every_layer_draws_the_numbers_of_its_table(page, site):
    signed_in(page, "county_lead")
    said = complaints(page)
    opened(page, "/map")
    for word, layer in LAYERS.items():
        press(page, page.get_by_role("navigation", name="图层").get_by_role("link", name=word, exact=True))
        expect(page.get_by_role("heading", level=1)).to_have_text(f"青溪县地图:{word}")
        drawn(page).wait_for_function(f"() => frameElement.areaMap.facts.layer === '{layer}'")
        expect(page.locator("#map-legend li").first).to_be_visible()
        assert page.locator("#map-table tfoot tr").count() == 1, layer
        assert lines(page), layer
    assert sum(map(sum, drawn_facts(page)["marks"]["townships"].values())) == 8
    assert [row[6] for row in lines(page)][:2] == ["7", "1"]
    assert said == []


def test_one_grade_alone_and_all_again(page, site):
    only_red = page.locator("#map-legend li", has_text="红").locator(".legend-filter")
    signed_in(page, "county_lead")
    opened(page, "/map")

    press(page, only_red)
    page.wait_for_url("**grade=red**")
    drawn(page).wait_for_function("() => frameElement.areaMap.facts.totals.all === 1")
    press(page, only_red.and_(page.locator("[aria-current=true]")))
    page.wait_for_url(lambda url: "grade=" not in url)

    drawn(page).wait_for_function("() => frameElement.areaMap.facts.totals.all === 8")


def test_where_naming_and_status_disagree(page, site):
    signed_in(page, "county_lead")
    opened(page, "/map?layer=namings")

    press(page, page.get_by_role("link", name="只看命名和服务达标不一致的"))
    page.wait_for_url("**filter=disagree**")
    expect(page.locator("#map-legend")).to_contain_text("有命名,服务没有达标")
    expect(page.locator("#map-legend")).to_contain_text("还没有评估,没法比")
    press(page, page.get_by_role("link", name="看全部村(社区)"))
    page.wait_for_url(lambda url: "filter=" not in url)

    expect(page.locator("#map-legend")).not_to_contain_text("没法比")


def test_the_table_is_sorted_taken_as_a_file_and_put_on_paper(page, site):
    signed_in(page, "county_lead")
    opened(page, f"/map?layer=disputes&root={TOWN}&sort=total&dir=down")
    expect(page.locator("#map-table th[aria-sort=descending]")).to_contain_text("共登记")
    shown = lines(page)
    assert [row[0] for row in shown[:2]] == ["云岭村", "柳湾村"]

    with page.expect_download() as saved:
        press(page, page.get_by_role("link", name="下载表格(CSV)"))
    table = list(csv.reader(io.StringIO(saved.value.path().read_text("utf-8-sig"))))
    for paper, longest in (("A4", 842), ("A3", 1191)):
        address = page.get_by_role("link", name=f"打印 {paper}(PDF)").get_attribute("href")
        answer = page.request.get(address)
        pages = PdfReader(io.BytesIO(answer.body())).pages
        assert max(float(side) for side in pages[0].mediabox[2:]) == pytest.approx(longest, abs=1)
        first = pages[0].extract_text()
        assert "数据时间" in first
        assert "内部使用" in first
        assert "红" in first  # the legend

    told = [row for row in table if row and row[0] in ("云岭村", "柳湾村")]
    assert [row[0] for row in told] == ["云岭村", "柳湾村"]
    assert [cell for row in told for cell in row] == [cell for row in shown[:2] for cell in row]
    press(page, page.locator("#map-table th").get_by_role("link", name="共登记"))
    expect(page.locator("#map-table th[aria-sort=ascending]")).to_contain_text("共登记")
    assert lines(page)[0][0] == "柳湾村"


def tab_to(page: Page, is_there: str) -> None:
    """Press Tab until what has the focus fits."""
    for _ in range(LONGEST_WAY):
        page.keyboard.press("Tab")
        if page.evaluate(f"(({is_there}))(document.activeElement)"):
            return
    raise AssertionError(is_there)


def with_words(words: str) -> str:
    return f"(one) => one.textContent.trim() === '{words}'"


def test_with_keys_alone_from_signing_in_to_a_village_and_back(open_page, site):
    page = open_page(viewport=DESK)
    page.goto("/sign-in?next=/map")
    tab_to(page, "(one) => one.name === 'login'")
    page.keyboard.type("county_lead")
    tab_to(page, "(one) => one.name === 'password'")
    page.keyboard.type("Correct-Horse-9")
    page.keyboard.press("Enter")
    page.wait_for_url("**/map")
    expect(page.locator("#map-stage[data-ready]")).to_be_attached()

    tab_to(page, with_words("调解室"))
    while page.evaluate("!document.activeElement.closest('#map-choice')"):
        tab_to(page, with_words("调解室"))
    page.keyboard.press("Enter")
    page.wait_for_url("**layer=rooms**")
    tab_to(page, "(one) => one.id === 'map-q'")
    page.keyboard.type("baisha")
    expect(page.locator(".map-found").get_by_role("link", name="白沙村(西山乡)")).to_be_visible()
    tab_to(page, with_words("白沙村(西山乡)"))
    page.keyboard.press("Enter")
    expect(page.locator("#map-panel h2").first).to_have_text("西山乡 白沙村")
    expect(page.locator("#map-panel h2").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#map-panel")).to_be_hidden()
    assert page.evaluate("document.activeElement.tagName") == "IFRAME"  # back on the map
    page.goto("/map")
    expect(page.locator("#map-stage[data-ready]")).to_be_attached()
    tab_to(page, "(one) => one.id === 'map-slider'")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**week=**")
    tab_to(page, "(one) => one.closest('#map-table th') && one.textContent.includes('红')")
    page.keyboard.press("Enter")

    page.wait_for_url("**sort=red**")
