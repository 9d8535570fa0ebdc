"""Follow-up visits on a phone without signal and without a server: whom to ask, what came of it, whose names stay."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.models.accounts import DeviceToken
from tests.browser import test_field_offline as offline
from tests.browser import visits_page
from tests.browser.conftest import DESK, PHONE, Site, enter
from tests.browser.field_phone import PIN, rows_of, until, written
from tests.browser.visits_page import (
    KEPT,
    NAME,
    NUMBER,
    WORDS,
    answer,
    close_one,
    known_world,
    open_today,
    part,
    save,
    state_of,
    with_pin,
)
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS
from tests.world import NOW

pytestmark = pytest.mark.browser

server, open_phone = offline.server, offline.open_phone
closed, phone, locked = visits_page.closed, visits_page.phone, visits_page.locked
SMALL_ON_THE_PHONE = SMALL_TARGETS.replace("< 44", "< 60")


def test_a_visit_without_signal_and_without_a_server_is_kept_and_goes_once(server, open_phone) -> None:
    dispute_id = close_one(server.app, known_world(server.app))
    phone: BrowserContext = open_phone()
    phone.clock.set_fixed_time(NOW)
    page = enter(offline.opened_once(phone), "grid_worker")
    page.goto("/field/")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_label("每次打开都要输口令").check()
    page.get_by_role("button", name="登记本机").tap()
    until(page, KEPT, [True, True, True])
    phone.set_offline(True)
    server.stop()

    page.goto("/field/#/visits")
    page.reload()
    expect(page.get_by_text("手机锁着。")).to_be_visible()
    assert NAME not in page.content()
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_role("button", name="打开").tap()
    open_today(page)
    expect(page.get_by_role("link", name=NUMBER)).to_have_attribute("href", f"tel:{NUMBER}")
    expect(page.get_by_text("村口第二家")).to_be_visible()
    answer(page, "问题解决了", way="电话", note="水又通了")
    save(page)
    expect(page.get_by_text("等待发送", exact=True)).to_be_visible()
    expect(page.get_by_text("这件事以后还要回访,姓名、电话仍锁在口令后面。")).to_be_visible()
    assert NAME not in page.content()
    assert page.evaluate(KEPT) == [False, True, True]
    page.close()

    page = phone.new_page()
    page.goto("/field/")
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_role("button", name="打开").tap()
    expect(page.locator(".queue")).to_contain_text("1 件等待发送")
    server.start()
    phone.set_offline(False)

    expect(page.locator(".queue")).to_contain_text("0 件等待发送")
    until(page, KEPT, [True, True])
    assert state_of(server.app, dispute_id) == ("closed", ["settled", "due", "due", "due"])
    page.evaluate("location.hash = '#/reports'")
    line = page.locator("[data-screen=reports] .cell")
    expect(line).to_contain_text("回访(问题解决了) · 水渠改道以后下游没有水")
    expect(line).to_contain_text("已收到")


def test_home_leads_to_today_and_a_killed_tab_loses_nothing(locked: Page) -> None:
    locked.get_by_role("link", name="今天要回访 1 件").tap()
    expect(part(locked, "以后几天(2 件)").locator(".cell")).to_have_count(2)
    open_today(locked)
    answer(locked, "又出现了", note="又把水堵")
    written(locked, 1, note="又把水堵")
    (row,) = rows_of(locked)
    assert (row["kind"], row["state"]) == ("visit", "draft")
    where, context = locked.url, locked.context
    locked.close()

    page = context.new_page()
    page.goto(where)
    page.get_by_label("口令", exact=True).fill(PIN)
    page.get_by_role("button", name="打开").tap()

    expect(page.locator("#note")).to_have_value("又把水堵")
    expect(page.get_by_role("radio", name="又出现了")).to_be_checked()
    page.evaluate("location.hash = '#/reports'")
    page.locator("[data-screen=reports] .cell a").tap()
    expect(page.locator("#note")).to_have_value("又把水堵")


def test_a_relapse_needs_words_and_opens_the_dispute_again(locked: Page, site: Site, closed: UUID) -> None:
    open_today(locked)
    locked.get_by_role("button", name="保存回访").tap()
    expect(locked.locator(".error-summary")).to_be_focused()
    expect(locked.locator(".has-error")).to_have_count(2)
    answer(locked, "又出现了", note="又堵了")
    locked.get_by_role("button", name="保存回访").tap()
    expect(locked.get_by_role("alert")).to_contain_text("至少 5 个字")
    expect(locked.get_by_role("link", name="打电话求助")).to_be_visible()

    locked.locator("#note").fill("上游又把水堵了,两家吵起来")
    save(locked)

    expect(locked.locator(".receipt")).to_contain_text("已收到")
    assert state_of(site.app, closed) == ("reopened", ["relapsed", "cancelled", "cancelled", "cancelled"])
    until(locked, KEPT, [])
    locked.evaluate("location.hash = '#/visits'")
    expect(locked.get_by_text("现在没有要回访的")).to_be_visible()


def test_somebody_not_reached_stays_on_the_list_with_name_and_number(locked: Page, site: Site, closed: UUID) -> None:
    open_today(locked)
    answer(locked, "没联系上", way="电话")
    save(locked)
    expect(locked.get_by_text("还在回访名单里")).to_be_visible()
    expect(locked.locator(".receipt")).to_contain_text("已收到")

    open_today(locked)

    expect(locked.get_by_text("没联系上,已收到。")).to_be_visible()
    expect(locked.get_by_role("link", name=NUMBER)).to_be_visible()
    answer(locked, "问题解决了")
    save(locked)
    expect(locked.locator(".receipt")).to_contain_text("已收到")
    assert state_of(site.app, closed)[1][0] == "settled"


def test_who_declines_is_not_asked_again_even_before_the_office_knows(locked: Page, site: Site, closed: UUID) -> None:
    locked.context.set_offline(True)
    open_today(locked)
    answer(locked, "不愿再被回访")
    save(locked)

    expect(locked.get_by_text("对方的姓名、电话已从这部手机上删掉。")).to_be_visible()
    assert locked.evaluate(KEPT) == [False, False, False]
    locked.get_by_role("link", name="看回访名单").tap()
    expect(locked.get_by_text("现在没有要回访的")).to_be_visible()
    locked.context.set_offline(False)
    expect(part(locked, "已经填好的")).to_contain_text("已收到")
    assert set(state_of(site.app, closed)[1]) == {"declined"}


def test_without_a_pin_no_name_is_kept_and_the_visit_is_done_all_the_same(
    phone: Page, site: Site, closed: UUID
) -> None:
    until(phone, KEPT, [False, False, False])
    phone.context.set_offline(True)
    open_today(phone)
    expect(phone.get_by_text("没有设口令,姓名、电话不存在手机上")).to_be_visible()
    expect(phone.get_by_role("link", name="去设口令")).to_have_attribute("href", "#/settings")
    expect(phone.get_by_role("link", name="在网页上看")).to_be_visible()
    assert NAME not in phone.content()
    answer(phone, "问题解决了")
    save(phone)

    phone.context.set_offline(False)

    expect(phone.locator(".receipt")).to_contain_text("已收到")
    assert state_of(site.app, closed)[1][0] == "settled"


def test_taking_the_pin_away_and_signing_out_wipe_the_names(locked: Page) -> None:
    locked.evaluate("location.hash = '#/settings'")
    locked.get_by_role("button", name="取消口令").tap()
    expect(locked.get_by_text("姓名、电话已从手机上删掉")).to_be_visible()
    assert locked.evaluate(KEPT) == [False, False, False]
    locked.reload()
    with_pin(locked)

    locked.evaluate("location.hash = '#/settings'")
    locked.get_by_role("button", name="在这部手机上退出").tap()
    locked.get_by_role("button", name="退出", exact=True).tap()

    expect(locked.get_by_role("heading", name="登记本机")).to_be_visible()
    assert locked.evaluate(KEPT) is None


def test_a_phone_revoked_by_the_office_keeps_nothing(locked: Page, site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        session.scalars(select(DeviceToken)).one().revoked_at = NOW

    locked.reload()

    until(locked, KEPT, None)
    locked.get_by_label("口令", exact=True).fill(PIN)
    locked.get_by_role("button", name="打开").tap()
    expect(locked.get_by_text("登录已过期")).to_be_visible()


def test_another_worker_on_the_same_phone_gets_nothing_of_the_first(locked: Page) -> None:
    open_today(locked)
    answer(locked, "又出现了", note="又把水堵了")
    written(locked, 1, note="又把水堵了")
    where = locked.url
    locked.context.clear_cookies()
    enter(locked, "second_grid_worker").goto("/field/#/register")
    locked.get_by_label("设一个口令").fill(PIN)
    locked.get_by_role("button", name="登记本机").tap()
    expect(locked.get_by_role("heading", name="首页")).to_be_visible()
    until(locked, KEPT, [])

    locked.goto(where)

    expect(locked.get_by_text("这一件现在不用回访")).to_be_visible()
    assert WORDS not in locked.content()
    assert [one["state"] for one in rows_of(locked)] == ["draft"]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["390", "1280"])
def test_screens_fit_and_break_no_rule(locked: Page, viewport: dict[str, int]) -> None:
    locked.set_viewport_size(viewport)
    locked.add_script_tag(path=AXE)
    wrong: dict[str, list[str]] = {}

    def look(name: str) -> None:
        wide = locked.evaluate("document.documentElement.scrollWidth") > viewport["width"]
        wrong[name] = ["wide"] * wide + locked.evaluate(SMALL_ON_THE_PHONE) + locked.evaluate(AXE_RUN)

    look("home")
    locked.evaluate("location.hash = '#/visits'")
    expect(locked.get_by_role("heading", name="回访", exact=True)).to_be_visible()
    look("visits")
    open_today(locked)
    look("visit")
    answer(locked, "又出现了")
    locked.get_by_role("button", name="保存回访").tap()
    look("missing")
    locked.locator("#note").fill("上游又把水堵了")
    save(locked)
    look("saved")

    assert {name: found for name, found in wrong.items() if found} == {}
