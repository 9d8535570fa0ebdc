"""Push in Chromium: the page of the own devices in each of its ends, and the service worker through the debugger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.delivery import send_due_messages
from grid_app.models.escalations import OutboxMessage
from tests.browser.conftest import Site, complaints, signed_in
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.push_receiver import Answer, PushReceiver

pytestmark = pytest.mark.browser

GRANTED = """
Object.defineProperty(Notification, 'permission', {get: () => 'granted'});
Notification.requestPermission = async () => 'granted';
"""
DENIED = GRANTED.replace("granted", "denied")
SUBSCRIBES = """
PushManager.prototype.subscribe = async () => ({endpoint: %s.endpoint, toJSON: () => (%s)});
"""
NEVER_ANSWERS = "PushManager.prototype.subscribe = () => new Promise(() => {});"
REFUSES = "PushManager.prototype.subscribe = async () => { throw new DOMException('no service', 'AbortError'); };"
SHOWN = """navigator.serviceWorker.ready.then((found) => found.getNotifications())
    .then((list) => list.map(({title, body, tag, data}) => ({title, body, tag, url: data.url})))"""
CLICKED = """async () => {
  self.opened = [];
  Object.defineProperty(self.clients, "openWindow", {value: async (url) => void self.opened.push(url)});
  const [notification] = await self.registration.getNotifications();
  self.dispatchEvent(new NotificationEvent("notificationclick", {notification}));
  while (self.opened.length === 0) await new Promise((done) => setTimeout(done, 20));
}"""
"""Only a person may open a window: what would be opened is looked at, and the test opens it."""
BUTTON = "在这台设备上接收提醒"


@pytest.fixture
def receiver() -> Iterator[PushReceiver]:
    with PushReceiver() as started:
        yield started


@pytest.fixture
def escalation_id(site: Site) -> UUID:
    """Raise an escalation with one message for a device of the county's officer."""
    with site.app.app_context(), transaction() as session:
        add_subscription(session, site.world, "county_officer")
        found = raise_for(session, add_dispute(session, site.world))
    assert found is not None
    return found


def _push_page(page: Page, script: str) -> Page:
    page.add_init_script(GRANTED + script)
    signed_in(page, "county_officer").goto("/push")
    return page


def _subscribing(receiver: PushReceiver) -> str:
    document = json.dumps(receiver.subscription())
    return SUBSCRIBES % (document, document)


def _send(site: Site) -> None:
    with site.app.app_context():
        send_due_messages(most_batches=1)


def _receipts(site: Site) -> list[str]:
    with site.app.app_context(), reading() as session:
        return list(session.scalars(select(OutboxMessage.receipt).order_by(OutboxMessage.id)))


def _delivered(site: Site) -> bool:
    with site.app.app_context(), reading() as session:
        return session.scalars(select(OutboxMessage.delivered_at)).one() is not None


def _worker(page: Page) -> tuple[CDPSession, str]:
    """Return a line to the debugger and the number under which it knows the page's service worker."""
    line, found = page.context.new_cdp_session(page), []
    line.on("ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(event["registrations"]))
    line.send("ServiceWorker.enable")
    page.evaluate("navigator.serviceWorker.register('/sw.js').then(() => navigator.serviceWorker.ready).then(() => 1)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return line, str(found[0]["registrationId"])


def test_a_push_service_that_never_answers_is_said_after_fifteen_seconds(site: Site, desk: Page):
    page = _push_page(desk, NEVER_ANSWERS)
    page.clock.install()

    page.get_by_role("button", name=BUTTON).click()
    expect(page.locator("[data-push-status]")).to_contain_text("最多等 15 秒")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.clock.run_for(15_500)

    expect(page.locator("[data-push-status]")).to_contain_text("浏览器 15 秒没有答复")
    expect(page.locator("[data-push-status]")).to_contain_text("提醒一直在收件箱里")


def test_a_browser_without_its_push_service_says_what_that_means_here(site: Site, desk: Page):
    page = _push_page(desk, REFUSES)

    page.get_by_role("button", name=BUTTON).click()

    expect(page.locator("[data-push-status]")).to_contain_text("国内多数网络连不上谷歌的服务")


def test_a_browser_that_may_not_show_notifications_says_how_to_allow_it(site: Site, desk: Page):
    page = _push_page(desk, DENIED)

    expect(page.locator("[data-push-status]")).to_contain_text("把“通知”改成允许")


def test_an_endpoint_that_is_refused_shows_the_sentence_of_the_server(site: Site, desk: Page, receiver: PushReceiver):
    document = json.dumps(receiver.subscription() | {"endpoint": "https://10.0.0.8/push"})
    page = _push_page(desk, SUBSCRIBES % (document, document))

    page.get_by_role("button", name=BUTTON).click()

    expect(page.locator("[data-push-status]")).to_contain_text("推送服务不在允许的名单内")


def test_push_is_switched_on_and_a_push_service_out_of_reach_is_said(site: Site, phone: Page, receiver: PushReceiver):
    said = complaints(phone)
    page = _push_page(phone, _subscribing(receiver))
    receiver.answer_next(Answer(201, cut=True))

    page.get_by_role("button", name=BUTTON).click()
    expect(page.locator("[data-push-status]")).to_contain_text("等服务器发出")
    _send(site)

    expect(page.locator("[data-push-status]")).to_contain_text("服务器连不上这个浏览器的推送服务(127.0.0.1)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not said
    page.reload()
    expect(page.locator(".cells")).to_contain_text("服务器连不上这个浏览器的推送服务")


def test_a_push_is_shown_answered_and_its_click_opens_the_inbox(site: Site, desk: Page, escalation_id: UUID):
    desk.context.grant_permissions(["notifications"], origin=site.address)
    signed_in(desk, "county_officer").goto("/push")
    line, number = _worker(desk)
    receipt = _receipts(site)[0]
    content = {
        "title": "红级 1 号",
        "body": "请确认",
        "url": f"/inbox/{escalation_id}",
        "tag": "e1",
        "receipt": receipt,
    }

    sent = {"origin": site.address, "registrationId": number, "data": json.dumps(content)}
    line.send("ServiceWorker.deliverPushMessage", sent)
    while not (shown := desk.evaluate(SHOWN)):  # waiting for a function takes the promise itself for an answer
        desk.wait_for_timeout(50)

    address = f"{site.address}/inbox/{escalation_id}"
    assert shown == [{"title": "红级 1 号", "body": "请确认", "tag": "e1", "url": address}]
    while not _delivered(site):
        desk.wait_for_timeout(50)
    desk.context.service_workers[0].evaluate(CLICKED)
    desk.goto(desk.context.service_workers[0].evaluate("self.opened[0]"))
    assert desk.url == address
    expect(desk.get_by_role("button", name="确认收到")).to_be_visible()
