"""One dispute through all five stages, as its people take it on a phone: 受理、办理、调解、送达、回访."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute
from grid_app.models.documents import IssuedDocument
from grid_app.models.follow_ups import FollowUp
from tests.browser.conftest import DESK, PHONE, Site, complaints, enter, signed_in
from tests.world import NOW

pytestmark = pytest.mark.browser

SAID = "两家共用的水沟被填了一段,下雨水漫进院子"
TODAY = local_date(NOW)
AGREED = {
    "facts": "当事人A填了共用的水沟,下雨水漫进当事人B的院子。",
    "issues": "水沟怎么恢复,涵管的钱谁出。",
    "responsibility": "当事人A没有商量就填沟。",
    "what_1": "埋一根涵管,恢复排水",
    "due_1": (TODAY + timedelta(days=3)).isoformat(),
    "performance_method": "埋好以后一起到现场看。",
}


def press(page: Page, name: str) -> None:
    """Press a button that must be there, and wait for the page that comes of it."""
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_load_state()


def follow(page: Page, name: str) -> None:
    """Follow a link that must be there."""
    page.get_by_role("link", name=name).first.click()
    page.wait_for_load_state()


def fits(page: Page) -> None:
    """Nothing of the page lies outside the screen."""
    assert page.viewport_size is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


@pytest.fixture
def people(open_page: Callable[..., Page]) -> dict[str, Page]:
    """Give everybody who has a part a page: offices a desk, the others a phone."""
    desks = ("township_officer", "county_officer")
    pages = {
        name: signed_in(open_page(viewport=DESK if name in desks else PHONE), name)
        for name in ("grid_worker", "mediator", "township_lead", *desks)
    }
    for page in pages.values():
        page.on("dialog", lambda dialog: dialog.accept())
    return pages


def test_one_dispute_goes_through_all_five_stages_and_nobody_has_to_look_for_the_next_step(
    people: dict[str, Page], site: Site
) -> None:
    said = [complaints(page) for page in people.values()]
    dispute = report(people["grid_worker"])
    accept(people["township_officer"])
    mediate(people["mediator"])
    perform_and_propose(people["mediator"], people["township_officer"])
    review(people["township_lead"], people["county_officer"])
    close_and_deliver(people["township_officer"])
    visit(people["grid_worker"], site)

    with site.app.app_context(), reading() as session:
        row = session.scalars(select(Dispute).where(Dispute.summary == SAID)).one()
        assert (row.state, row.closure_ground) == ("closed", "agreement_performed")
        kinds = set(session.scalars(select(IssuedDocument.kind).where(IssuedDocument.dispute_id == row.id)))
        assert kinds == {"acceptance_notice", "mediation_agreement", "delivery_receipt"}
        first = session.scalars(select(FollowUp).where(FollowUp.dispute_id == row.id, FollowUp.day == 1)).one()
        assert first.state == "settled"
    assert dispute
    assert not any(said)


def report(worker: Page) -> str:
    """The worker reports what was told at the door, and reads the tracking code."""
    worker.goto("/report")
    worker.get_by_label("邻里的事").check(force=True)
    worker.get_by_role("group", name="现在有没有人有危险?").get_by_label("没有").check(force=True)
    worker.get_by_label("一句话说清楚").fill(SAID)
    fits(worker)
    press(worker, "提交")
    expect(worker.locator(".receipt-code")).to_be_visible()
    return worker.locator(".receipt-code").inner_text()


def accept(officer: Page) -> None:
    """The township sorts, accepts, enters both sides, issues the notice and hands the matter to the committee."""
    officer.goto("/disputes")
    officer.locator("main a", has_text="990101-").first.click()
    for name in ("沈某甲", "韩某乙"):
        officer.get_by_text("登记一位当事人").click()
        officer.get_by_label("姓名").fill(name)
        press(officer, "登记")
    follow(officer, "依法办理这件事")
    follow(officer, "去分流")
    officer.get_by_label("按哪一类办理?").select_option("mediation")
    officer.get_by_label("简单还是复杂?").select_option("simple")
    press(officer, "保存分流")
    press(officer, "受理")
    follow(officer, "出具、上传文书")
    follow(officer, "受理告知书")
    press(officer, "签发")
    expect(officer.get_by_role("status")).to_contain_text("已出具《受理告知书》")
    follow(officer, "返回 ")
    follow(officer, "安排调解")
    press(officer, "安排调解,去问各方")
    fits(officer)


def mediate(mediator: Page) -> None:
    """The mediator hears of it on the start page, asks both sides, meets, and writes down what was agreed."""
    mediator.goto("/")
    follow(mediator, "有一件事请您调解")
    for _ in range(2):
        press(mediator, "同意调解")
    mediator.locator("[name=begin_pledged]").check()
    press(mediator, "开始调解")
    mediator.locator("[name=plan_day]").fill(TODAY.isoformat())
    mediator.locator("[name=plan_time]").fill("00:01")
    mediator.locator("[name=plan_place]").fill("当事人A家门口")
    press(mediator, "约好这一次")
    mediator.locator("[name=hold_note]").fill("两家都到了,愿意各让一步,由当事人A埋涵管。")
    press(mediator, "记下这次调解")
    mediator.locator("[name=draft_who_1]").select_option("当事人A")
    for name, text in AGREED.items():
        mediator.locator(f"[name=draft_{name}]").fill(text)
    fits(mediator)
    press(mediator, "保存协议内容")
    follow(mediator, "先打印协议书")
    press(mediator, "签发")
    expect(mediator.get_by_role("status")).to_contain_text("已出具《人民调解协议书》")
    expect(mediator.get_by_role("link", name="上传签字的照片").first).to_be_visible()


def perform_and_propose(mediator: Page, officer: Page) -> None:
    """Both sides signed; the pipe lies in the ground; the township proposes to close."""
    follow(mediator, "返回 ")
    follow(mediator, "去调解页")
    for box in mediator.locator(
        "[name=conclude_signed], [name=conclude_mediator_signed], [name=conclude_sealed]"
    ).all():
        box.check()
    press(mediator, "达成协议")
    mediator.locator("[name=perform_note]").fill("到现场看了,涵管已经埋好。")
    press(mediator, "记下已履行")
    expect(mediator.get_by_text("约定都履行了")).to_be_visible()

    officer.reload()
    follow(officer, "去办结")
    expect(officer.get_by_label("凭什么办结?")).to_have_value("agreement_performed")
    officer.get_by_label("法律或政策依据").fill("人民调解法第三十一条")
    officer.get_by_label("处理结果").fill("涵管埋好,双方认可。")
    press(officer, "提出办结")
    fits(officer)


def review(lead: Page, county: Page) -> None:
    """Two others read the closing; the start page tells them of it, and the line goes away when it is done."""
    for page in (lead, county):
        page.goto("/")
        follow(page, "等您审核办结")
        page.get_by_label("同意", exact=True).check(force=True)
        page.get_by_label("审核意见").fill("看过协议,问过双方。")
        fits(page)
        press(page, "保存审核意见")
        page.goto("/")
        expect(page.get_by_text("等您审核办结")).to_have_count(0)


def close_and_deliver(officer: Page) -> None:
    """The township hears that all agreed, closes, and has the delivery signed for."""
    officer.goto("/")
    follow(officer, "审核都同意了")
    press(officer, "办结")
    expect(officer.get_by_role("status")).to_contain_text("请按期回访")
    follow(officer, "返回 ")
    follow(officer, "出具、上传文书")
    follow(officer, "送达回证")
    for label, text in (
        ("送达文书", "人民调解协议书"),
        ("受送达人", "当事人A"),
        ("送达方式", "当面"),
        ("送达地点", "家中"),
    ):
        officer.get_by_label(label, exact=True).fill(text)
    press(officer, "签发")
    expect(officer.get_by_role("status")).to_contain_text("已出具《送达回证》")


def visit(worker: Page, site: Site) -> None:
    """The next day the worker asks whether it is solved."""
    site.clock.advance(timedelta(days=1))
    enter(worker, "grid_worker")
    worker.goto("/follow-ups")
    follow(worker, SAID[:10])
    worker.get_by_label("问题解决了").check(force=True)
    worker.get_by_label("上门").check(force=True)
    fits(worker)
    press(worker, "保存回访")
    expect(worker.get_by_role("status").first).to_be_visible()
