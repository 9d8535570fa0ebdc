"""The field app inside WeChat, 政务微信 and DingTalk, and 紧急 without signal: what works, and what is said."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import ScreeningReturn
from grid_app.services.rounds.steps import open_due_rounds
from tests.browser.conftest import Site
from tests.browser.field_phone import begin, registered, rows_of, submit
from tests.browser.test_field_app import PIXEL
from tests.world import NOW

pytestmark = pytest.mark.browser

ANDROID = "Mozilla/5.0 (Linux; Android 13; V2244A) AppleWebKit/537.36 Chrome/116.0.0.0 Mobile Safari/537.36"
APPS = {
    "微信": f"{ANDROID} MicroMessenger/8.0.42",
    "政务微信": f"{ANDROID} wxwork/4.1.20 MicroMessenger/7.0.1",
    "钉钉": f"{ANDROID} AliApp(DingTalk/7.0.40)",
}
HERE = {"longitude": 111.05, "latitude": 29.03, "accuracy": 12}


@pytest.mark.parametrize("app", APPS)
def test_inside_another_app_everything_works_online_and_one_line_says_what_does_not(
    open_page: Callable[..., Page], site: Site, app: str
) -> None:
    with site.app.app_context(), transaction() as session:
        open_due_rounds(session, now=NOW)
    page = registered(open_page, user_agent=APPS[app])
    expect(page.locator("#field-hint")).to_contain_text(
        f"在{app}里可以照常上报、拍照,草稿也会保存;只是没有信号时打不开"
    )
    expect(page.locator("#field-hint")).to_contain_text("在浏览器打开")
    expect(page.locator("#field-warning")).to_be_hidden()

    page.get_by_role("link", name="云岭村第1网格").tap()
    page.get_by_label("入户走访").check()
    page.get_by_role("button", name="零报告").tap()
    expect(page.locator(".receipt")).to_contain_text("已收到")
    begin(page, summary="水渠被堵")
    page.locator("#photos").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(page.locator(".attached-name")).to_contain_text("已保存")
    page.reload()
    expect(page.get_by_label("一句话说清楚")).to_have_value("水渠被堵")
    submit(page)
    expect(page.locator(".receipt")).to_contain_text("已收到")
    page.evaluate("location.hash = '#/reports'")
    expect(page.locator("[data-screen=reports] .cell").first).to_contain_text("已收到")
    expect(page.locator("#field-status")).not_to_contain_text("没有信号也能打开")

    with site.app.app_context(), reading() as session:
        assert session.scalars(select(ScreeningReturn.zero)).all() == [True]
        assert session.scalars(select(Dispute.summary)).all() == ["水渠被堵"]
        assert session.scalars(select(Attachment.kind)).all() == ["photo"]


def message_of(page: Page) -> str:
    href = page.locator(".danger-card a[href^='sms:']").get_attribute("href") or ""
    return unquote(href.split("body=")[1])


def test_urgent_without_signal_calls_writes_a_message_without_names_and_waits_for_the_receipt(
    open_page: Callable[..., Page], site: Site
) -> None:
    page = registered(open_page, geolocation=HERE, permissions=["geolocation"])
    page.context.set_offline(True)
    page.get_by_role("link", name="紧急").tap()
    card = page.locator(".danger-card")
    for number in ("110", "119", "120", "07360000000"):
        expect(card.locator(f"a[href='tel:{number}']")).to_be_visible()
    page.get_by_role("group", name="发生了什么?").get_by_label("着火").check()
    page.get_by_label("在哪里?").fill("钱有田家,13812345678")
    page.get_by_role("group", name="大约多少人?").get_by_label("5-9 人").check()
    page.get_by_label("请消防救援").check()
    expect(page.get_by_text("已写进短信")).to_be_visible()

    said = message_of(page)
    assert "云岭村,北纬29.03000、东经111.05000(误差约12米)" in said
    for words in ("情况:着火", "大约:5-9 人", "请求:请消防救援"):
        assert words in said
    assert "钱有田" not in said
    assert "138" not in said
    expect(card).to_contain_text("尚未送达")

    page.get_by_role("button", name="保存并上报").tap()
    expect(page.locator(".state-card")).to_contain_text("等待发送")
    expect(card).to_contain_text("尚未送达")
    assert message_of(page) == said
    assert [one["danger"] for one in rows_of(page)] == [True]
    page.context.set_offline(False)

    expect(card).to_contain_text("平台已收到")
    with site.app.app_context(), reading() as session:
        (dispute,) = session.scalars(select(Dispute)).all()
        assert (dispute.danger, dispute.lon, dispute.lat) == (True, 111.05, 29.03)


def test_a_phone_nobody_registered_still_writes_where_it_is(open_page: Callable[..., Page]) -> None:
    page = open_page(has_touch=True, service_workers="block", geolocation=HERE, permissions=["geolocation"])
    page.goto("/field/#/urgent")

    expect(page.get_by_text("已写进短信")).to_be_visible()
    assert "北纬29.03000、东经111.05000" in message_of(page)


def test_danger_inside_a_report_shows_the_same_without_signal(open_page: Callable[..., Page]) -> None:
    page = registered(open_page, geolocation=HERE, permissions=["geolocation"])
    page.context.set_offline(True)
    begin(page, tile="家里的事", danger="没有")
    expect(page.locator(".danger-card")).to_have_count(0)
    page.get_by_role("group", name="现在还有没有人可能动手").get_by_label("有", exact=True).check()

    card = page.locator(".danger-card")
    expect(card.locator("a[href='tel:110']")).to_be_visible()
    expect(card.locator("a[href='tel:07360000000']")).to_be_visible()
    expect(card).to_contain_text("尚未送达")
    assert "云岭村" in message_of(page)
