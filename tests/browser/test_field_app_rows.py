"""The offline app with more on the phone than a new report: rounds, old drafts, hundreds of reports; its pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import ScreeningReturn
from grid_app.services.rounds.steps import open_due_rounds
from tests.browser.conftest import PHONE, Site
from tests.browser.field_phone import KEEP, begin, registered, rows_of, submit
from tests.dispute_rows import add_dispute
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS
from tests.world import NOW

pytestmark = pytest.mark.browser

GRID, OWN = "990101001201J001", "990101001201"
OLD_FORM = {
    "form": "dispute/1",
    "captured_at": "2026-11-19T08:00:00Z",
    "category": "0901",
    "danger": False,
    "summary": "去年的地租没有付",
    "village_code": OWN,
    "former_question": "村东头",
}


def row(number: int, state: str = "draft", **more: object) -> dict[str, object]:
    at = f"2026-11-19T08:{number // 60:02d}:{number % 60:02d}Z"
    key = f"0198f3a2-0000-7000-8000-{number:012d}"
    return {"id": key, "state": state, "created_at": at, "saved_at": at, **more}


@pytest.fixture
def open_rounds(site: Site) -> None:
    with site.app.app_context(), transaction() as session:
        open_due_rounds(session, now=NOW)


def returns(site: Site) -> list[tuple[str, bool]]:
    with site.app.app_context(), reading() as session:
        return [(one.division_code, one.zero) for one in session.scalars(select(ScreeningReturn))]


def test_a_report_that_has_just_arrived_is_confirmed_and_no_zero_return_offered(
    open_page: Callable[..., Page], site: Site, open_rounds: None
) -> None:
    page = registered(open_page)
    site.clock.advance(timedelta(minutes=1))
    page.route("**/api/v1/field", lambda route: route.abort())  # the office has not told of it yet
    begin(page)
    submit(page)
    expect(page.get_by_text("已收到").first).to_be_visible()

    page.evaluate(f"location.hash = '#/round/{GRID}'")
    page.get_by_role("button", name="确认回执(1 件)").tap()

    expect(page.locator(".receipt")).to_contain_text("已收到")
    assert returns(site) == [(GRID, False)]


def test_a_zero_return_without_signal_says_how_one_looked(
    open_page: Callable[..., Page], site: Site, open_rounds: None
) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    page.get_by_role("link", name="云岭村第1网格").tap()
    page.get_by_role("button", name="零报告").tap()
    expect(page.get_by_role("alert")).to_contain_text("请选怎么排查的")
    page.get_by_label("入户走访").check()
    page.get_by_role("button", name="零报告").tap()
    expect(page.get_by_text("等待发送", exact=True)).to_be_visible()
    assert returns(site) == []

    page.context.set_offline(False)

    expect(page.locator(".receipt")).to_contain_text("已收到")
    assert returns(site) == [(GRID, True)]


def test_a_return_that_was_refused_is_given_again_and_the_refused_one_goes(
    open_page: Callable[..., Page], site: Site, open_rounds: None
) -> None:
    page = registered(open_page)
    problem = {"code": "nothing_logged", "sentence": "上次回执以后没有登记纠纷。", "fields": {}}
    given = {"form": "return/1", "division_code": GRID, "zero": False, "ways": [], "note": ""}
    page.evaluate(KEEP, [[row(1, "attention", kind="return", problem=problem)], [given]])

    page.evaluate(f"location.hash = '#/round/{GRID}'")
    expect(page.get_by_text("上一份回执没有收下")).to_be_visible()
    page.get_by_label("入户走访").check()
    page.get_by_role("button", name="零报告").tap()

    expect(page.locator(".receipt")).to_contain_text("已收到")
    assert returns(site) == [(GRID, True)]
    assert [one["state"] for one in rows_of(page)] == ["received"]


def test_a_round_with_entries_is_confirmed_and_counts_what_still_waits(
    open_page: Callable[..., Page], site: Site, open_rounds: None
) -> None:
    with site.app.app_context(), transaction() as session:
        add_dispute(session, 7, village=GRID, received_at=NOW - timedelta(minutes=5))
    page = registered(open_page)
    page.context.set_offline(True)
    begin(page)
    submit(page)
    page.evaluate("location.hash = '#/'")
    page.get_by_role("link", name="云岭村第1网格").tap()

    page.get_by_role("button", name="确认回执(2 件)").tap()
    expect(page.get_by_text("等待发送", exact=True)).to_be_visible()
    page.context.set_offline(False)

    expect(page.locator(".receipt")).to_contain_text("已收到")
    assert returns(site) == [(GRID, False)]


def test_a_draft_of_an_older_form_opens_and_is_accepted(open_page: Callable[..., Page], site: Site) -> None:
    page = registered(open_page)
    page.evaluate(KEEP, [[row(1)], [OLD_FORM]])
    page.evaluate(f"location.hash = '#/report/{row(1)['id']}'")
    expect(page.get_by_label("一句话说清楚")).to_have_value("去年的地租没有付\n村东头")

    submit(page)

    expect(page.locator(".receipt")).to_be_visible()
    with site.app.app_context(), reading() as session:
        assert [str(one) for one in session.scalars(select(Dispute.id))] == [row(1)["id"]]


def test_other_words_under_the_same_id_become_a_report_of_their_own(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    problem = {"code": "conflict", "sentence": "同一编号已有另一份内容。", "fields": {}}
    page.evaluate(KEEP, [[row(1, "attention", problem=problem, digest="0" * 64)], [OLD_FORM]])
    page.evaluate("location.hash = '#/reports'")
    page.locator("[data-screen=reports] .cell a").tap()

    page.get_by_role("button", name="改成新的一件").tap()

    expect(page.get_by_label("一句话说清楚")).to_be_visible()
    assert sorted(one["state"] for one in rows_of(page)) == ["attention", "draft"]


def test_five_hundred_waiting_reports_are_shown_page_by_page(open_page: Callable[..., Page]) -> None:
    page = registered(open_page)
    page.context.set_offline(True)
    page.evaluate(KEEP, [[row(number, "waiting", digest="0" * 64) for number in range(500)], [OLD_FORM]])
    page.wait_for_timeout(500)

    page.evaluate("location.hash = '#/reports'")
    page.get_by_role("button", name="再看 30 件(还有 470 件)").tap()

    expect(page.locator("[data-screen=reports] .cell")).to_have_count(60)


@pytest.mark.parametrize("screen", ["", "report/new", "reports", "round/990101001201J001", "urgent", "settings"])
def test_screens_fit_a_phone_and_a_finger_and_break_no_rule(
    open_page: Callable[..., Page], site: Site, open_rounds: None, screen: str
) -> None:
    page = registered(open_page, bypass_csp=True)
    page.evaluate(KEEP, [[row(1)], [OLD_FORM]])
    page.evaluate(f"location.hash = '#/{screen}'")
    page.wait_for_timeout(500)
    page.add_script_tag(path=AXE)

    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(AXE_RUN) == []
