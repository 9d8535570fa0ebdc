"""A resident inside WeChat, without script: scan, report, ask, say; readable, reachable, nothing from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from grid_app.security.marks import Marks, PlaceMark
from tests.browser.conftest import PHONE, Site
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS

pytestmark = pytest.mark.browser

WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; V2036A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0 "
    "Mobile Safari/537.36 MMWEBID/1 MicroMessenger/8.0.30 WeChat/arm64 NetType/4G Language/zh_CN"
)


def code_of(site: Site, division: str) -> str:
    keys = site.app.extensions["grid"].keys
    return Marks(receipt=keys.receipt, session=keys.session).place_code(PlaceMark(division=division))


@pytest.fixture
def wechat(open_page: Callable[..., Page]) -> Page:
    """Give a page as the browser inside WeChat shows it, with script switched off."""
    return open_page(viewport=PHONE, has_touch=True, is_mobile=True, user_agent=WECHAT, java_script_enabled=False)


def test_a_resident_reports_asks_and_complains_without_script(site: Site, wechat: Page) -> None:
    asked: list[str] = []
    wechat.on("request", lambda one: asked.append(one.url))
    wechat.goto(f"/r/{code_of(site, '990101001201J001')}")
    wechat.get_by_role("link", name="我要反映、要问").tap()
    wechat.get_by_text("没有", exact=True).first.tap()
    wechat.locator("input[value=neighbour]").tap()
    wechat.get_by_label("是什么事?").fill("门口的排水沟堵了一个月")
    wechat.get_by_label("电话").fill("13800001234")
    wechat.get_by_role("button", name="提交").tap()
    code = wechat.locator(".receipt-code").inner_text()

    wechat.get_by_role("link", name="查办到哪一步").first.tap()
    wechat.get_by_label("查询码").fill(code)
    wechat.get_by_label("电话后四位").fill("1234")
    wechat.get_by_role("button", name="查", exact=True).tap()
    expect(wechat.get_by_text("已收到,等受理")).to_be_visible()

    wechat.get_by_text("投诉办事的态度").tap()
    wechat.locator("#complaint-words").fill("窗口的人说话很难听")
    wechat.get_by_role("button", name="提交投诉").tap()
    expect(wechat.get_by_text("被投诉的单位看不到。凭查询码")).to_be_visible()
    assert all(address.startswith(site.address) for address in asked)
    assert not [address for address in asked if re.search(r"\.js(\?|$)", address)]
    assert not wechat.context.cookies()


@pytest.mark.parametrize("large", [False, True])
def test_every_page_is_readable_and_its_targets_are_large(
    site: Site, open_page: Callable[..., Page], *, large: bool
) -> None:
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True, user_agent=WECHAT, bypass_csp=True)
    if large:
        page.context.add_cookies([{"name": "large_text", "value": "1", "url": site.address}])
    grid, county = code_of(site, "990101001201J001"), code_of(site, "990101")
    for address in ("/r", f"/r/{grid}", f"/r/{grid}/report", f"/r/{county}/report", f"/r/{county}/info",
                    "/r/progress", "/r/rights"):  # fmt: skip
        page.goto(address)
        page.add_script_tag(path=AXE)
        wide = page.evaluate("document.documentElement.scrollWidth") - PHONE["width"]
        assert wide <= 0, address
        small = [one for one in page.evaluate(SMALL_TARGETS) if not one.startswith("website")]
        assert small == [], address
        assert page.evaluate(AXE_RUN) == [], address
