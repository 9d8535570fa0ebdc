"""A grid worker logs a dispute on a phone: by a tap on the map, by choice, without script, within a minute."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from tests.browser.conftest import PHONE, Site, complaints, signed_in
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS

pytestmark = pytest.mark.browser

OWN = "990101001201"
SUMMARY = "土地租金从春天起没有付"


def stored(site: Site) -> list[Dispute]:
    with site.app.app_context(), reading() as session:
        found = list(session.scalars(select(Dispute).order_by(Dispute.received_at, Dispute.id)))
        session.expunge_all()
        return found


def answer(page: Page, *, tile: str = "承包地山林", danger: str = "没有") -> None:
    """Answer the three questions that every report needs."""
    page.get_by_role("group", name="是什么事?").get_by_label(tile).check()
    page.get_by_role("group", name="现在有没有人有危险?").get_by_label(danger).check()
    page.get_by_label("一句话说清楚").fill(SUMMARY)


def test_a_report_takes_four_answers_and_a_tap_on_the_map(phone: Page, site: Site) -> None:
    said = complaints(signed_in(phone, "grid_worker"))

    phone.goto("/report")
    answer(phone)
    small_map = phone.locator(".mini-map")
    small_map.scroll_into_view_if_needed()
    expect(phone.locator(".map-label")).to_have_text("云岭村")
    small_map.tap()
    expect(phone.locator("[data-position-status]")).to_have_text("已在地图上选好位置。")
    phone.get_by_role("button", name="提交").tap()
    expect(phone.locator("h1")).to_have_text("回执")

    (dispute,) = stored(site)
    assert dispute.division_code.startswith(OWN)
    assert dispute.place_kind == "inside"
    assert dispute.tracking_code in phone.locator(".receipt-code").inner_text().replace(" ", "")
    assert said == []


def test_a_report_by_choice_keeps_the_own_village(phone: Page, site: Site) -> None:
    signed_in(phone, "grid_worker").goto("/report")
    answer(phone)
    expect(phone.get_by_label("在哪个村(社区)?")).to_have_value(OWN)

    phone.get_by_role("button", name="提交").tap()

    expect(phone.locator("h1")).to_have_text("回执")
    assert [(one.division_code, one.place_kind) for one in stored(site)] == [(OWN, "chosen")]


def test_a_report_works_without_script(open_page, site: Site) -> None:
    page = signed_in(open_page(viewport=PHONE, java_script_enabled=False), "grid_worker")
    page.goto("/report")
    answer(page)
    page.get_by_text("还知道别的?").click()
    page.get_by_label("哪个单位或企业有责任?").fill("青溪农业开发有限公司")

    page.get_by_role("button", name="提交").click()

    expect(page.locator("h1")).to_have_text("回执")
    (dispute,) = stored(site)
    assert dispute.organisation_id is not None


def test_a_family_matter_shows_its_questions_at_once(phone: Page, site: Site) -> None:
    signed_in(phone, "grid_worker").goto("/report")
    questions = phone.get_by_role("group", name="家里有没有孩子")
    expect(questions).to_be_hidden()

    answer(phone, tile="家里的事")
    expect(questions).to_be_visible()
    questions.get_by_label("有", exact=True).check()
    phone.get_by_role("group", name="现在还有没有人可能动手").get_by_label("没有").check()
    phone.get_by_role("button", name="提交").tap()

    expect(phone.locator("h1")).to_have_text("请先打 110")
    assert [one.safety_child for one in stored(site)] == [True]


def test_without_script_a_family_matter_asks_its_questions_on_the_second_page(open_page, site: Site) -> None:
    page = signed_in(open_page(viewport=PHONE, java_script_enabled=False), "grid_worker")
    page.goto("/report")
    answer(page, tile="家里的事")
    page.get_by_role("button", name="提交").click()
    assert stored(site) == []

    for group in ("家里有没有孩子", "现在还有没有人可能动手"):
        page.get_by_role("group", name=group).get_by_label("没有").check()
    assert page.get_by_label("一句话说清楚").input_value() == SUMMARY
    page.get_by_role("button", name="提交").click()

    expect(page.locator("h1")).to_have_text("回执")
    assert len(stored(site)) == 1


def test_a_second_like_report_is_asked_about_with_one_tap(phone: Page, site: Site) -> None:
    signed_in(phone, "grid_worker")
    for _ in range(2):
        phone.goto("/report")
        answer(phone)
        phone.get_by_role("button", name="提交").tap()
        expect(phone.locator("h1")).to_have_text("回执")
        phone.wait_for_load_state("networkidle")  # the receipt's module throws the draft away

    phone.get_by_role("button", name="另一户同样的事").tap()

    expect(phone.get_by_text("已记下,谢谢。")).to_be_visible()
    expect(phone.get_by_role("button", name="另一户同样的事")).to_have_count(0)


def test_what_was_typed_survives_a_closed_page_until_the_receipt(phone: Page, site: Site) -> None:
    signed_in(phone, "grid_worker").goto("/report", wait_until="networkidle")
    answer(phone)

    phone.goto("/report/mine")
    phone.goto("/report")
    expect(phone.get_by_text("上次没有提交的内容已经恢复")).to_be_visible()
    assert phone.get_by_label("一句话说清楚").input_value() == SUMMARY
    phone.get_by_role("button", name="提交").tap()
    expect(phone.locator("h1")).to_have_text("回执")
    phone.wait_for_load_state("networkidle")  # the receipt's module throws the draft away

    phone.goto("/report", wait_until="networkidle")
    assert phone.get_by_label("一句话说清楚").input_value() == ""


def test_a_call_is_logged_and_the_policy_of_the_page_lets_it_through(phone: Page, site: Site) -> None:
    signed_in(phone, "township_lead").goto("/report")
    answer(phone)
    phone.get_by_label("在哪个村(社区)?").select_option(OWN)
    phone.get_by_role("button", name="提交").tap()
    expect(phone.locator("h1")).to_have_text("回执")
    (dispute,) = stored(site)
    phone.goto(f"/disputes/{dispute.id}")
    phone.get_by_role("button", name="受理", exact=True).tap()
    expect(phone.get_by_text("已受理。")).to_be_visible()
    phone.get_by_text("登记一位当事人").tap()
    phone.get_by_label("姓名").fill("钱有田")
    phone.get_by_label("电话").fill("13812345678")
    phone.get_by_role("button", name="登记", exact=True).tap()
    expect(phone.get_by_text("已登记当事人。")).to_be_visible()
    said = complaints(phone)

    with phone.expect_response(lambda response: response.url.endswith("/call")) as answered:
        phone.get_by_role("button", name="打电话给当事人A").tap()

    assert answered.value.headers["location"] == "tel:13812345678"
    phone.wait_for_timeout(300)
    assert [line for line in said if "Content Security Policy" in line] == []
    with site.app.app_context(), reading() as session:
        called = session.scalars(select(AuditEvent.target_id).where(AuditEvent.action == "party.called")).all()
    assert called == [str(dispute.id)]


@pytest.mark.parametrize("path", ["/report", "/report/mine"])
def test_field_pages_fit_a_phone_and_a_finger(phone: Page, site: Site, path: str) -> None:
    signed_in(phone, "grid_worker").goto(path, wait_until="networkidle")

    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert phone.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("path", ["/report", "/report/mine", "/disputes"])
def test_pages_break_no_accessibility_rule(open_page, site: Site, path: str) -> None:
    page = signed_in(open_page(viewport=PHONE, bypass_csp=True), "township_lead")
    page.goto(path, wait_until="networkidle")
    page.add_script_tag(path=AXE)

    assert page.evaluate(AXE_RUN) == []
