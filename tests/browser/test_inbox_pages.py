"""The inbox in a real browser: confirming on a phone."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.escalations import Escalation
from tests.browser.conftest import Site, complaints, signed_in
from tests.escalation_world import add_dispute, raise_for

pytestmark = pytest.mark.browser


@pytest.fixture
def escalation_id(site: Site) -> UUID:
    with site.app.app_context(), transaction() as session:
        return raise_for(session, add_dispute(session, site.world))


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
