"""The screens of the offline app on a phone: writing, sending, following, danger, refusals, a phone that is shared."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute
from tests.browser.conftest import PHONE, Site, enter
from tests.browser.field_phone import CONTENTS, PIN, begin, refusing, registered, rows_of, submit, written

pytestmark = pytest.mark.browser

OWN, NEXT = "990101001201", "990101001202"
AT_THE_BORDER = {"longitude": 111.0999, "latitude": 29.03, "accuracy": 60}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CABzGMSjNgCRYAt8pjnQuW8k0AAAAASUVORK5CYII="
)


def stored(site: Site) -> list[Dispute]:
    with site.app.app_context(), reading() as session:
        found = list(session.scalars(select(Dispute).order_by(Dispute.received_at, Dispute.id)))
        session.expunge_all()
        return found


def test_nobody_signed_in_is_asked_to_sign_in_and_keeps_everything(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, service_workers="block")
    page.goto("/field/")
    page.get_by_label("设一个口令").fill("1234")
    page.get_by_role("button", name="登记本机").click()
    expect(page.get_by_role("alert").filter(has_text="口令太简单")).to_be_visible()

    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").click()

    expect(page.get_by_text("手机上的内容都还在")).to_be_visible()
    expect(page.get_by_role("link", name="去登录")).to_have_attribute("href", "/sign-in?next=/field/")


def test_a_report_without_signal_waits_and_goes_by_itself(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page)
    submit(page)
    expect(page.get_by_text("等待发送", exact=True)).to_be_visible()
    page.evaluate("location.hash = '#/'")
    expect(page.locator(".queue")).to_contain_text("1 件等待发送")
    assert stored(site) == []

    page.context.set_offline(False)

    expect(page.locator(".queue")).to_contain_text("0 件等待发送")
    (dispute,) = stored(site)
    page.evaluate("location.hash = '#/reports'")
    expect(page.locator("[data-screen=reports] .cell")).to_contain_text("已收到")
    page.locator("[data-screen=reports] .cell a").tap()
    code = page.locator(".receipt-code").inner_text().replace(" ", "")
    assert (dispute.tracking_code, dispute.division_code) == (code, OWN)


def test_every_change_is_on_the_phone_within_a_breath_and_survives_a_dead_tab(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    begin(page, summary="水渠被堵")
    written(page, 1, summary="水渠被堵")
    (row,) = rows_of(page)
    assert row["state"] == "draft"
    expect(page.locator(".saved-line")).to_contain_text("已保存 ")
    context = page.context
    page.close()

    again = context.new_page()
    again.goto(f"/field/#/report/{row['id']}")

    expect(again.get_by_label("一句话说清楚")).to_have_value("水渠被堵")
    expect(again.get_by_role("group", name="是什么事?").get_by_label("承包地山林")).to_be_checked()


def test_opening_the_form_alone_makes_no_draft(open_page: Callable[..., Page]) -> None:
    place = {"longitude": 111.05, "latitude": 29.03, "accuracy": 12}
    page = registered(open_page, geolocation=place, permissions=["geolocation"])
    page.get_by_role("link", name="上报", exact=True).tap()
    expect(page.get_by_text("已定位,误差约 12 米。").first).to_be_visible()

    page.locator(".back a").tap()

    expect(page.get_by_role("heading", name="首页")).to_be_visible()
    assert rows_of(page) == []


def test_what_is_missing_is_named_and_the_complaint_goes_with_the_answer(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    page.evaluate("location.hash = '#/report/new'")
    page.get_by_role("button", name="提交", exact=True).tap()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".has-error")).to_have_count(3)

    page.get_by_role("group", name="是什么事?").get_by_label("家里的事").check()
    page.get_by_role("group", name="现在有没有人有危险?").get_by_label("没有").check()
    page.get_by_label("一句话说清楚").fill("兄弟分家")
    expect(page.locator(".error-summary")).to_have_count(0)
    page.get_by_role("button", name="提交", exact=True).tap()

    expect(page.locator(".error-summary")).to_contain_text("这是家里的事,请先回答这个问题")


def test_danger_shows_the_telephone_before_anything_is_sent(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page, danger="有危险", summary="钱有田 13812345678 要动手")

    card = page.locator(".danger-card")
    expect(card.locator("a[href='tel:110']")).to_be_visible()
    assert "13812345678" not in (card.locator("a[href^='sms:']").get_attribute("href") or "")
    submit(page)
    expect(card).to_contain_text("尚未送达")

    page.context.set_offline(False)
    expect(card).to_contain_text("平台已收到")
    assert [one.danger for one in stored(site)] == [True]


def test_urgent_works_on_a_phone_nobody_registered(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, service_workers="block")
    page.goto("/field/#/urgent")

    for number in ("110", "119", "120"):
        expect(page.locator(f"a[href='tel:{number}']")).to_be_visible()


def test_urgent_becomes_a_report_of_danger(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    page.get_by_role("link", name="紧急").tap()
    page.get_by_role("button", name="保存并上报").tap()
    expect(page.get_by_role("alert")).to_contain_text("请选发生了什么")

    page.get_by_role("group", name="发生了什么?").get_by_label("着火").check()
    page.get_by_label("在哪里?").fill("村东晒谷场")
    page.get_by_role("group", name="大约多少人?").get_by_label("5-9 人").check()
    page.get_by_role("button", name="保存并上报").tap()

    expect(page.locator(".danger-card")).to_contain_text("平台已收到")
    (dispute,) = stored(site)
    assert dispute.danger
    assert dispute.summary == "紧急:地点:村东晒谷场;着火;大约 5-9 人"


def test_a_point_at_the_border_asks_which_village(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page, geolocation=AT_THE_BORDER, permissions=["geolocation"])
    begin(page)
    question = page.get_by_role("group", name="云岭村还是柳湾村?")

    question.get_by_label("柳湾村").check()
    expect(page.get_by_label("在哪个村(社区)?")).to_have_value(NEXT)
    (content,) = written(page, 1, village_code=NEXT)

    assert (content["village_code"], content["phone_village"], content["accuracy_m"]) == (NEXT, OWN, 60)


def test_a_like_matter_near_by_is_asked_about_without_signal(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page, "village_lead")
    begin(page)
    submit(page)
    expect(page.locator(".receipt")).to_be_visible()
    page.evaluate("location.hash = '#/settings'")
    page.get_by_role("button", name="现在同步").tap()
    expect(page.get_by_text("已同步。")).to_be_visible()
    page.context.set_offline(True)
    begin(page, summary="另一户也没有收到租金")

    page.locator(".hint-question").get_by_label("另一户同样的事").check()
    submit(page)
    page.context.set_offline(False)

    expect(page.locator(".receipt")).to_be_visible()
    content = page.evaluate(CONTENTS)[0]
    assert (content["link_to"], content["link_relation"]) == (str(stored(site)[0].id), "other_household")


def test_a_refused_report_is_mended_under_its_own_id(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    refusing(page, code="invalid", sentence="有内容要改。", fields={"summary": "请写得清楚一些。"})
    begin(page, summary="不清楚")
    submit(page)
    expect(page.get_by_text("请写得清楚一些。")).to_be_visible()

    page.get_by_role("button", name="打开修改").tap()
    page.get_by_label("一句话说清楚").fill("水渠被堵,没有水灌田")
    submit(page)

    expect(page.locator(".receipt")).to_be_visible()
    (row,) = rows_of(page)
    assert [(str(one.id), one.summary) for one in stored(site)] == [(row["id"], "水渠被堵,没有水灌田")]


def test_a_photo_is_kept_with_the_draft_and_announced(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page)
    page.locator("#photos").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXEL})
    expect(page.locator(".attached-photo")).to_be_visible()
    submit(page)

    (content,) = page.evaluate(CONTENTS)
    (photo,) = content["attachments"]
    assert photo["kind"] == "photo"
    assert photo["type"] == "image/jpeg"
    expect(page.get_by_text("1 个,已送到 0 个")).to_be_visible()


def test_a_discarded_draft_needs_a_second_tap(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    begin(page)
    page.get_by_role("button", name="不要这份草稿了").tap()
    page.wait_for_timeout(300)
    assert len(rows_of(page)) == 1

    page.get_by_role("button", name="删掉草稿").tap()

    expect(page.get_by_role("heading", name="首页")).to_be_visible()
    assert rows_of(page) == []


def test_signing_out_with_unsent_reports_warns_and_keeps_them(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page)
    submit(page)
    page.evaluate("location.hash = '#/settings'")
    expect(page.get_by_role("note").filter(has_text="还有 1 件没有发出去")).to_be_visible()
    page.get_by_role("button", name="在这部手机上退出").tap()
    page.get_by_role("button", name="知道了,仍要退出").tap()
    expect(page.get_by_text("手机上还有 1 件没有发出去")).to_be_visible()

    page.context.set_offline(False)
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").tap()

    expect(page.locator(".queue")).to_contain_text("0 件等待发送")
    assert len(stored(site)) == 1


def test_another_worker_on_the_same_phone_sees_nothing_of_the_first(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    begin(page)
    written(page, 1)
    (row,) = rows_of(page)
    page.context.clear_cookies()
    enter(page, "other_grid_worker").goto("/field/#/register")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="登记本机").tap()

    expect(page.get_by_text("还有别人没发出去的 1 件")).to_be_visible()
    page.goto(f"/field/#/report/{row['id']}")
    expect(page.get_by_text("这一件不是您写的")).to_be_visible()
    assert len(rows_of(page)) == 1


def test_a_locked_phone_shows_nothing_until_its_pin(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    begin(page)
    page.evaluate("location.hash = '#/settings'")
    page.get_by_label("设一个口令").fill("8642")
    page.get_by_role("button", name="保存口令").tap()
    expect(page.get_by_text("口令已设好")).to_be_visible()

    page.goto("/field/#/reports")
    page.reload()
    expect(page.get_by_role("heading", name="输入口令")).to_be_visible()
    page.get_by_label("口令", exact=True).fill("1111")
    page.get_by_role("button", name="打开").tap()
    expect(page.get_by_text("口令不对")).to_be_visible()
    page.get_by_label("口令", exact=True).fill("8642")
    page.get_by_role("button", name="打开").tap()

    expect(page.locator(".cell")).to_contain_text("草稿")
