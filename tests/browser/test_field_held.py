"""The office goes back to an older backup: the phone sends again what it still has, and names what it has not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, Site, enter
from tests.browser.field_phone import PIN, begin, registered, rows_of, submit, written
from tests.browser.test_field_app import PIXEL
from tests.browser.test_field_report import stored
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS

pytestmark = pytest.mark.browser

SUMMARY = "土地租金从春天起没有付"
SET_BACK = """async (days) => {
  const store = await (await import('/static/field/store.js')).openStore();
  const before = (moment) => new Date(Date.parse(moment) - days * 86400000).toISOString();
  for (const { id } of await store.listReports())
    await store.changeReport(id, (row) => ({ ...row, confirmed_at: before(row.confirmed_at) }));
}"""
"""What was confirmed now was confirmed so many days ago."""


@contextmanager
def older_backup(site: Site) -> Iterator[Callable[[], None]]:
    """Keep a copy of the database as it is; the given function puts the office back to it."""
    address = str(site.app.extensions["grid"].engine.url.database)
    with closing(sqlite3.connect(":memory:")) as kept:
        with closing(sqlite3.connect(address)) as live:
            live.backup(kept)

        def restore() -> None:
            with closing(sqlite3.connect(address)) as live:
                kept.backup(live)

        yield restore


def deliver(page: Page) -> None:
    begin(page, summary=SUMMARY)
    submit(page)
    expect(page.locator(".receipt")).to_be_visible()


def compare(page: Page, expected: str) -> None:
    page.evaluate("location.hash = '#/settings'")
    page.get_by_role("button", name="核对", exact=True).tap()
    expect(page.get_by_text(expected)).to_be_visible()


def open_only_report(page: Page) -> None:
    page.evaluate(f"location.hash = '#/report/{rows_of(page)[0]['id']}'")


def is_easy_to_use(page: Page) -> None:
    page.add_script_tag(path=AXE)
    assert page.evaluate(AXE_RUN) == []
    assert page.evaluate(SMALL_TARGETS) == []


def test_a_report_that_a_restored_backup_lacks_is_sent_again_by_itself_once(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page, bypass_csp=True)
    with older_backup(site) as restore:
        deliver(page)
        (before,) = rows_of(page)
        restore()
    assert stored(site) == []

    compare(page, "1 件平台里没有,已自动重新上报")
    open_only_report(page)
    expect(page.locator(".receipt")).to_be_visible()
    expect(page.get_by_text("这一件自动重新上报过")).to_be_visible()
    compare(page, "都在平台")

    (row,) = rows_of(page)
    assert [(str(one.id), one.summary) for one in stored(site)] == [(before["id"], SUMMARY)]
    assert (row["state"], row["digest"]) == ("received", before["digest"])
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_text("平台里缺了 1 件,手机已自动重新上报")).to_be_visible()
    is_easy_to_use(page)


def test_confirmed_for_a_week_the_phone_keeps_title_and_receipt_alone(open_page: Callable[..., Page]) -> None:
    page = registered(open_page, bypass_csp=True)
    deliver(page)
    compare(page, "都在平台")
    page.evaluate(SET_BACK, 7)
    compare(page, "都在平台")

    (row,) = rows_of(page)
    assert row["sealed"] is None
    open_only_report(page)
    expect(page.get_by_text("内容在平台,手机上只留标题和回执")).to_be_visible()
    expect(page.locator(".receipt")).to_contain_text(str(row["receipt"]["case_code"]))
    page.get_by_text("出示回执凭证").tap()
    expect(page.get_by_text(str(row["receipt"]["signature"]))).to_be_visible()
    is_easy_to_use(page)
    page.evaluate(SET_BACK, 90)
    compare(page, "都在平台")

    assert rows_of(page) == []
    page.reload()
    page.get_by_text("只留回执的(1 件)").tap()
    page.get_by_role("link", name=str(row["receipt"]["case_code"])).tap()
    expect(page.locator(".receipt")).to_contain_text(str(row["receipt"]["case_code"]))


def test_a_gap_is_named_on_the_phone_with_its_proof_and_to_the_township(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page, bypass_csp=True)
    with older_backup(site) as restore:
        deliver(page)
        compare(page, "都在平台")
        page.evaluate(SET_BACK, 7)
        compare(page, "都在平台")
        restore()
    (row,) = rows_of(page)

    compare(page, "1 件对不上")
    is_easy_to_use(page)
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_text("有 1 件和平台对不上")).to_be_visible()
    page.locator(".gaps a").tap()
    expect(page.get_by_text("平台里没有找到这一件")).to_be_visible()
    expect(page.get_by_text(str(row["receipt"]["signature"]))).to_be_visible()
    expect(page.get_by_text(str(row["digest"]))).to_be_visible()
    is_easy_to_use(page)
    desk = enter(open_page(viewport=DESK), "township_officer")
    desk.get_by_role("link", name="手机和平台对不上的上报").click()
    expect(desk.get_by_text(str(row["id"]))).to_be_visible()

    page.get_by_role("button", name="乡镇已经补登记").tap()
    page.get_by_role("button", name="处理好了").tap()
    expect(page.locator(".receipt")).to_be_visible()
    page.evaluate("location.hash = '#/'")
    expect(page.get_by_text("和平台对不上", exact=False)).to_have_count(0)


def test_two_pages_on_one_draft_keep_what_each_has_written(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    begin(page, summary="第一页写的")
    expect(page.locator(".saved-line")).to_contain_text("已保存")
    (row,) = rows_of(page)
    other = page.context.new_page()
    other.goto(f"/field/#/report/{row['id']}")
    expect(other.get_by_label("一句话说清楚")).to_have_value("第一页写的")

    other.get_by_label("一句话说清楚").fill("第二页写的")
    expect(other.locator(".saved-line")).to_have_attribute("data-kind", "done")
    written(other, 1, summary="第二页写的")
    page.get_by_label("一句话说清楚").fill("第一页又写的")

    expect(page.get_by_text("另存成了这一份")).to_be_visible()
    expect(page.get_by_label("一句话说清楚")).to_have_value("第一页又写的")
    assert len(rows_of(page)) == 2
    other.reload()
    expect(other.get_by_label("一句话说清楚")).to_have_value("第二页写的")


def test_another_worker_on_the_phone_is_shown_nothing_of_the_first_who_finds_all_again(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page)
    with older_backup(site) as restore:
        deliver(page)
        restore()
    (row,) = rows_of(page)

    register_again(page, "other_grid_worker")
    for address in ("#/", "#/reports", "#/settings", f"#/report/{row['id']}"):
        page.evaluate(f"location.hash = '{address}'")
        page.wait_for_timeout(500)
        shown = page.locator("#screen").inner_text()
        assert SUMMARY not in shown
        assert str(row["receipt"]["case_code"]) not in shown
    compare(page, "手机上还没有平台收到过的上报")
    register_again(page, "grid_worker")

    compare(page, "1 件平台里没有,已自动重新上报")
    open_only_report(page)
    expect(page.locator(".receipt")).to_be_visible()
    assert [str(one.id) for one in stored(site)] == [row["id"]]


def register_again(page: Page, name: str) -> None:
    page.context.clear_cookies()
    enter(page, name).goto("/field/#/register")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").tap()
    expect(page.get_by_role("link", name="上报", exact=True)).to_be_visible()


def test_two_phones_of_one_worker_each_send_again_what_they_wrote(open_page: Callable[..., Page], site: Site) -> None:
    phones = [registered(open_page), registered(open_page)]
    with older_backup(site) as restore:
        for page in phones:
            deliver(page)
        restore()

    for page in phones:
        compare(page, "1 件平台里没有,已自动重新上报")
        open_only_report(page)
        expect(page.locator(".receipt")).to_be_visible()

    assert sorted(str(one.id) for one in stored(site)) == sorted(str(rows_of(page)[0]["id"]) for page in phones)


def test_a_page_looked_at_again_shows_what_another_wrote_and_a_photo_taken_on_an_older_one_is_kept(
    open_page: Callable[..., Page],
) -> None:
    page = registered(open_page)
    begin(page, summary="第一页写的")
    expect(page.locator(".saved-line")).to_contain_text("已保存")
    (row,) = rows_of(page)
    other = page.context.new_page()
    other.goto(f"/field/#/report/{row['id']}")
    other.get_by_label("一句话说清楚").fill("第二页写的")
    written(other, 1, summary="第二页写的")

    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.get_by_label("一句话说清楚")).to_have_value("第二页写的")
    page.get_by_label("一句话说清楚").fill("第一页接着写的")
    written(page, 1, summary="第一页接着写的")
    other.locator("#photos").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})

    expect(other.get_by_text("另存成了这一份")).to_be_visible()
    expect(other.locator(".attached-photo")).to_be_visible()
    assert len(rows_of(page)) == 2
