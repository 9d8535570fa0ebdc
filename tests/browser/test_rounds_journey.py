"""A screening round from the phones to a confirmed finding: one tap by a worker, two by the county, one by a leader."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs import rounds as jobs
from grid_app.models.escalations import Escalation
from grid_app.models.rounds import Finding
from grid_app.services.rounds.steps import open_due_rounds
from tests.browser.conftest import DESK, PHONE, Site, complaints, signed_in
from tests.builders import add_dispute, add_shared_grievance
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS
from tests.rounds_world import OF_FINDINGS, closed_round
from tests.world import NOW

pytestmark = pytest.mark.browser

GRID = "990101001201J001"
VILLAGE = "990101001201"


@pytest.fixture
def opened_rounds(site: Site) -> list[str]:
    """Open the standing rounds over a county in which three households told of one matter."""
    with site.app.app_context(), transaction() as session:
        add_shared_grievance(session, site.world)
        add_dispute(session, site.world, division_code=GRID, at=NOW - timedelta(hours=1), summary="两家排水沟")
        return [str(round_id) for round_id in open_due_rounds(session, now=NOW)]


@pytest.fixture
def finding_id(site: Site, opened_rounds: list[str]) -> str:
    with site.app.app_context():
        with transaction() as session:
            round_id = closed_round(session, now=NOW)
        jobs.analyse_round(round_id)
        with reading() as session:
            return str(session.scalars(select(Finding.id)).one())


def test_a_worker_answers_three_rounds_with_one_tap(phone: Page, site: Site, opened_rounds: list[str]) -> None:
    said = complaints(signed_in(phone, "grid_worker"))
    phone.goto("/rounds")

    phone.get_by_role("link", name="去回执").tap()
    expect(phone.get_by_text("两家排水沟")).to_be_visible()
    phone.get_by_role("button", name="确认回执").tap()

    expect(phone.get_by_text("一次答复了 3 轮排查")).to_be_visible()
    expect(phone.get_by_text("已回执", exact=True)).to_have_count(3)
    assert said == []


def test_a_zero_return_says_how_one_looked_without_script(open_page, site: Site, opened_rounds: list[str]) -> None:
    page = signed_in(open_page(viewport=PHONE, java_script_enabled=False), "second_grid_worker")
    page.goto("/rounds/answer")
    page.get_by_role("button", name="零报告").click()
    expect(page.get_by_role("alert")).to_contain_text("走访 3 个组")

    page.get_by_label("入户走访").check()
    page.get_by_role("button", name="零报告").click()

    expect(page.get_by_text("已收到回执(零报告),一次答复了 3 轮排查")).to_be_visible()


def test_a_round_is_closed_analysed_and_its_finding_confirmed(open_page, site: Site, opened_rounds: list[str]) -> None:
    county = signed_in(open_page(viewport=DESK), "county_officer")
    said = complaints(county)
    county.on("dialog", lambda dialog: dialog.accept())
    county.goto(f"/rounds/{opened_rounds[0]}")
    county.get_by_role("button", name="关闭并研判").click()
    expect(county.get_by_text("研判完成(第 1 次):1 条苗头提示")).to_be_visible()

    leader = signed_in(open_page(viewport=PHONE, has_touch=True), "township_lead")
    leader.goto("/findings")
    leader.get_by_role("link", name="东河镇云岭村").tap()
    leader.get_by_label("理由").fill("逐户问过,是同一笔租金")
    leader.get_by_role("button", name="确认").tap()

    expect(leader.get_by_text("已确认,并已提醒县级经办单位")).to_be_visible()
    with site.app.app_context(), reading() as session:
        assert session.scalars(select(Escalation.event_kind).where(OF_FINDINGS)).all() == ["finding_confirmed"]
    assert said == []


@pytest.mark.parametrize("path", ["/rounds", "/rounds/answer", f"/rounds/answer?division={VILLAGE}"])
def test_the_villages_pages_fit_a_phone_and_a_finger(
    phone: Page, site: Site, opened_rounds: list[str], path: str
) -> None:
    signed_in(phone, "village_lead").goto(path, wait_until="networkidle")

    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert phone.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_of_rounds_and_findings_break_no_accessibility_rule(
    open_page, site: Site, opened_rounds: list[str], finding_id: str, size: dict[str, int]
) -> None:
    page = signed_in(open_page(viewport=size, bypass_csp=True), "county_officer")
    broken = {}

    for path in ("/rounds", "/rounds/new", f"/rounds/{opened_rounds[0]}", "/findings", f"/findings/{finding_id}"):
        page.goto(path, wait_until="networkidle")
        page.add_script_tag(path=AXE)
        if found := page.evaluate(AXE_RUN):
            broken[path] = found
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    assert broken == {}


def test_the_return_page_breaks_no_accessibility_rule(open_page, site: Site, opened_rounds: list[str]) -> None:
    broken = {}
    for name in ("grid_worker", "second_grid_worker", "village_lead", "township_officer"):
        page = signed_in(open_page(viewport=PHONE, bypass_csp=True), name)
        page.goto("/rounds/answer", wait_until="networkidle")
        page.add_script_tag(path=AXE)
        if found := page.evaluate(AXE_RUN):
            broken[name] = found

    assert broken == {}
