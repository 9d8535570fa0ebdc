"""A phone with follow-up visits in Chromium: a matter closed yesterday, names behind a PIN, answering and saving."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Account, Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from tests.browser import test_field_offline as offline
from tests.browser.conftest import Site, enter
from tests.browser.field_phone import PIN, registered, until
from tests.follow_ups_world import add_contact, closed_dispute
from tests.world import NOW, World

NAME, NUMBER, WORDS = "王某甲", "13800000000", "水渠改道以后下游没有水"
KEPT = """async () => {
  const store = await (await import('/static/field/store.js')).openStore();
  const kept = (await store.getReference('follow_ups'))?.value ?? null;
  return kept && kept.items.map((one) => one.contacts !== null);
}"""
VILLAGES_KEPT = """import('/static/field/store.js').then(({ openStore }) => openStore())
  .then((store) => store.getReference('villages')).then((kept) => Boolean(kept?.value?.features?.length))"""


def close_one(app: Flask, world: World) -> UUID:
    """Close a dispute of the worker's grid yesterday: visits of it fall due today, in two days and in six."""
    at = NOW - timedelta(days=1)
    with app.app_context(), transaction() as session:
        dispute_id = closed_dispute(session, world, at=at, number=900)  # a number that no report gets
        session.get_one(Dispute, dispute_id).summary = WORDS
        add_contact(session, dispute_id, app.extensions["grid"].keys.fields, at=at)
    return dispute_id


def state_of(app: Flask, dispute_id: UUID) -> tuple[str, list[str]]:
    with app.app_context(), reading() as session:
        rows = session.scalars(select(FollowUp).where(FollowUp.dispute_id == dispute_id).order_by(FollowUp.day))
        return session.get_one(Dispute, dispute_id).state, [one.state for one in rows]


@pytest.fixture
def closed(site: Site) -> UUID:
    return close_one(site.app, site.world)


@pytest.fixture
def phone(open_page: Callable[..., Page], closed: UUID) -> Page:
    """Give a registered phone without a PIN, on the day on which the clock of the server stands still."""

    def opened(**options: object) -> Page:
        page = open_page(**options)
        page.context.clock.set_fixed_time(NOW)
        return page

    return registered(opened, bypass_csp=True)


@pytest.fixture
def locked(phone: Page) -> Page:
    """Give the same phone with a PIN, whose names have come."""
    return with_pin(phone)


def with_pin(page: Page) -> Page:
    page.evaluate("location.hash = '#/settings'")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_role("button", name="保存口令").tap()
    expect(page.get_by_text("口令已设好")).to_be_visible()
    page.evaluate("location.hash = '#/'")
    until(page, KEPT, [True, True, True])
    return page


def part(page: Page, heading: str) -> Locator:
    return page.locator(".cells", has=page.get_by_role("heading", name=heading))


def open_today(page: Page) -> None:
    page.evaluate("location.hash = '#/visits'")
    part(page, "今天要回访(1 件)").get_by_role("link").tap()
    expect(page.get_by_role("heading", name="第 1 天回访")).to_be_visible()


def answer(page: Page, outcome: str, *, way: str = "上门", note: str = "") -> None:
    page.get_by_role("group", name="怎么回访的?").get_by_label(way).check()
    page.get_by_role("group", name="结果怎么样?").get_by_label(outcome).check()
    if note:
        page.locator("#note").fill(note)


def save(page: Page) -> None:
    page.get_by_role("button", name="保存回访").tap()
    expect(page.locator(".saved-line")).to_contain_text("已保存 ")
    expect(page.get_by_role("link", name="看回访名单")).to_be_visible()


def known_world(app: Flask) -> World:
    """Return what closing a dispute needs to know of the county that is already there."""
    with app.app_context(), reading() as session:
        officer = session.scalars(select(Assignment).join(Account).where(Account.login == "township_officer")).one()
        return World(officer.id, units={"township": officer.unit_id}, assignments={"township_officer": officer.id})


def restarted(server: offline.Server, open_phone: Callable[[], BrowserContext], *, lock: bool = False) -> Page:
    """Register, fetch everything, stop the server, and start the browser anew on the same folder."""
    first = open_phone()
    first.clock.set_fixed_time(NOW)
    page = enter(offline.opened_once(first), "grid_worker")
    page.goto("/field/")
    page.get_by_label("设一个口令").fill(PIN)
    page.get_by_label("每次打开都要输口令").set_checked(lock)
    page.get_by_role("button", name="登记本机").tap()
    until(page, KEPT, [lock, lock, lock])
    until(page, VILLAGES_KEPT, True)
    first.close()
    server.stop()
    again = open_phone()
    again.clock.set_fixed_time(NOW)
    return again.new_page()
