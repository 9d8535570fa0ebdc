"""An inbox that lies open hears of a new red matter within a second, says so, and ends with the session."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from grid_app.adapters.listeners import LISTENERS
from grid_app.database.transaction import transaction
from tests.browser.conftest import Site, complaints, signed_in
from tests.escalation_world import add_dispute, raise_for

pytestmark = pytest.mark.browser

NOTES_RINGS = "document.addEventListener('inbox-rings', (rung) => (window.rang = rung.detail))"
SHOWN_AT = """(old) => new Promise((done) => {
  const look = () => [...document.querySelectorAll('[data-inbox-list] tbody tr')].length > old && done(Date.now());
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
})"""


def raise_one(site: Site, number: int) -> float:
    """Raise a red escalation for the county office; return when it was committed, on the clock of all processes."""
    with site.app.app_context(), transaction() as session:
        raise_for(session, add_dispute(session, site.world, number=number))
    return time.time()


def test_a_new_red_matter_comes_in_rings_and_is_counted_and_signing_out_ends_it(site: Site, desk):
    site.app.config[LISTENERS] = 20
    said = complaints(desk)
    raise_one(site, 1)
    desk.add_init_script(NOTES_RINGS)
    with desk.expect_response("**/inbox/events"):
        signed_in(desk, "county_officer").goto("/inbox")
    desk.get_by_role("button", name="声音提醒:关").click()
    first = desk.get_by_role("link", name="990101-2026-00001")
    first.focus()

    desk.evaluate(f"() => {{ window.shownAt = ({SHOWN_AT})(1); }}")
    committed = raise_one(site, 2)
    expect(desk.get_by_role("link", name="990101-2026-00002")).to_be_visible()
    seconds = desk.evaluate("window.shownAt") / 1_000 - committed

    assert seconds < 2.0  # twice what it may take: others may be at work on this machine
    expect(desk).to_have_title("(2) 收件箱 - 网格排查")
    expect(desk.get_by_text("新增 1 件提醒,等待确认 2 件。")).to_be_attached()
    expect(first).to_be_focused()
    assert desk.evaluate("window.rang") is True
    assert not said
    desk.context.request.post(
        "/sign-out", form={"csrf_token": desk.locator("form[action='/sign-out'] [name=csrf_token]").input_value()}
    )
    expect(desk.get_by_text("登录已结束")).to_be_visible()
