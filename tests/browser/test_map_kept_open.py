"""A map that stays open: it hears of changes without an open line, and loses nothing when the session ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from grid_app.adapters.listeners import LISTENERS
from grid_app.database.transaction import transaction
from grid_app.http.tiles import cut
from grid_app.models.disputes import DisputeEvent
from tests.browser.conftest import enter, signed_in
from tests.browser.map_view import looks_at, opened
from tests.dispute_rows import add_dispute
from tests.world import NOW, PASSWORD

pytestmark = pytest.mark.browser
WEST = "990101001201"
VIEW = f"/map?layer=disputes&root=990101001&at=29.04000,111.08000,13&place={WEST}"


@pytest.fixture
def disputes(site):
    with site.app.app_context():
        cut(site.world.generation_id)
    report(site, 1)


def report(site, number: int, grade: str = "blue") -> None:
    with site.app.app_context(), transaction() as session:
        new = add_dispute(session, number, village=WEST, kind="chosen", grade=grade)
        session.add(DisputeEvent(dispute_id=new, number=1, at=NOW, kind="reported", details={}))


def test_without_an_open_line_a_change_is_seen_within_ten_seconds(desk, site, disputes):
    site.app.config[LISTENERS] = 0  # too many others listen
    signed_in(desk, "county_lead")
    with desk.expect_response("**/map/version.json") as asked:
        opened(desk, "/map")
    assert asked.value.ok
    desk.evaluate("window.stayed = true")

    report(site, 2, grade="red")

    expect(desk.locator("#map-table tbody tr").first.locator("td").first).to_have_text("1")
    assert desk.evaluate("window.stayed") is True


def asks_to_sign_in(page: Page) -> None:
    expect(page.locator("#map-news")).to_contain_text("登录已到期")
    expect(page.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")  # what was shown is still there
    expect(page.locator("#map-table tbody tr").first).to_contain_text("云岭村")
    assert looks_at(page, "29.04,111.08,13")


@pytest.mark.parametrize("listeners", [20, 0], ids=["line", "asking"])
def test_when_the_session_has_ended_the_view_is_kept_and_signing_in_leads_back(desk, site, disputes, listeners):
    site.app.config[LISTENERS] = listeners
    signed_in(desk, "county_lead")
    opened(desk, VIEW)
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")

    site.clock.advance(timedelta(hours=24))
    report(site, 2)
    asks_to_sign_in(desk)
    desk.get_by_role("button", name="重新登录").click()
    desk.get_by_label("账号").fill("county_lead")
    desk.get_by_label("密码").fill(PASSWORD)
    desk.get_by_role("button", name="登录").click()
    desk.wait_for_url("**/map?**")

    expect(desk.locator("#map-stage[data-ready]")).to_be_attached()
    assert looks_at(desk, "29.04,111.08,13")
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")
    expect(desk.locator("#map-panel")).to_contain_text("990101-2026-000002")


def test_a_click_after_the_session_has_ended_loses_nothing_and_signing_in_elsewhere_is_noticed(desk, site, disputes):
    site.app.config[LISTENERS] = 0
    signed_in(desk, "county_lead")
    opened(desk, VIEW)
    expect(desk.locator("#map-panel h2").first).to_have_text("东河镇 云岭村")

    site.clock.advance(timedelta(hours=24))
    desk.get_by_role("navigation", name="图层").get_by_role("link", name="调解室").click()
    asks_to_sign_in(desk)
    other = desk.context.new_page()
    enter(other, "county_lead")

    expect(desk.locator("#map-news")).to_be_hidden()
    desk.get_by_role("navigation", name="图层").get_by_role("link", name="调解室").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("东河镇地图:调解室")
