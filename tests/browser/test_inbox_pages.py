"""The inbox in a real browser: confirming on a phone, switching push on, and a push service that never answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import send_due_messages
from grid_app.models.escalations import Escalation
from tests.browser.conftest import Site, complaints, signed_in
from tests.escalation_world import add_dispute, raise_for
from tests.push_receiver import PushReceiver

pytestmark = pytest.mark.browser

GRANTED = """
Object.defineProperty(Notification, 'permission', {get: () => 'granted'});
Notification.requestPermission = async () => 'granted';
"""
SUBSCRIBES = "PushManager.prototype.subscribe = async () => ({toJSON: () => (%s)});"
NEVER_ANSWERS = "PushManager.prototype.subscribe = () => new Promise(() => {});"


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    with PushReceiver() as started:
        yield started


@pytest.fixture
def escalation_id(site: Site) -> UUID:
    with site.app.app_context(), transaction() as session:
        return raise_for(session, add_dispute(session, site.world))


def _push_page(page: Page, script: str) -> Page:
    page.add_init_script(GRANTED + script)
    signed_in(page, "county_officer").goto("/push")
    return page


def test_a_push_service_that_never_answers_is_said_after_ten_seconds(site: Site, desk: Page):
    page = _push_page(desk, NEVER_ANSWERS)
    page.clock.install()

    page.get_by_role("button", name="在这台设备上接收提醒").click()
    expect(page.locator("[data-push-status]")).to_contain_text("最多等 10 秒")
    page.clock.run_for(10_500)

    expect(page.locator("[data-push-status]")).to_contain_text("本机收不到推送")
    expect(page.locator("[data-push-status]")).to_contain_text("收件箱里一直有")


def test_an_endpoint_that_is_refused_shows_the_sentence_of_the_server(site: Site, desk: Page, receiver: PushReceiver):
    document = receiver.subscription() | {"endpoint": "https://10.0.0.8/push"}
    page = _push_page(desk, SUBSCRIBES % json.dumps(document))

    page.get_by_role("button", name="在这台设备上接收提醒").click()

    expect(page.locator("[data-push-status]")).to_contain_text("推送服务不在允许的名单内")


def test_push_is_switched_on_tried_and_arrives(site: Site, phone: Page, receiver: PushReceiver):
    page = _push_page(phone, SUBSCRIBES % json.dumps(receiver.subscription()))

    page.get_by_role("button", name="在这台设备上接收提醒").click()
    expect(page.locator("[data-push-status]")).to_contain_text("已开通")
    page.reload()
    page.get_by_role("button", name="发一条测试推送").click()
    expect(page.get_by_text("测试推送已排队(1 台设备)")).to_be_visible()
    with site.app.app_context():
        report = send_due_messages()

    assert report.sent == 1
    assert receiver.received[0]["title"] == "推送测试"


def test_an_office_takes_an_escalation_up_on_a_phone(site: Site, phone: Page, escalation_id: UUID):
    said = complaints(phone)
    signed_in(phone, "county_officer").goto("/inbox")

    phone.get_by_role("link", name="990101-2026-00001").click()
    phone.get_by_role("button", name="确认收到").click()

    expect(phone.get_by_text("这条提醒不再转给下一级")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert not said
    with site.app.app_context(), reading() as session:
        assert session.scalars(select(Escalation.state)).one() == "acknowledged"
