"""Large text on a phone: switched without script, nothing scrolls sideways, every target is 60 px or more."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Site, enter, signed_in
from tests.frontend.stage import AXE
from tests.frontend.test_in_browser import AXE_RUN, SMALL_TARGETS

pytestmark = pytest.mark.browser

SMALL_FOR_LARGE_TEXT = SMALL_TARGETS.replace("< 44", "< 60")
NARROW = {"width": 360, "height": 780}
ONLINE = ("/", "/report", "/report/mine", "/password")
KEPT = ("/field/", "/field/#/urgent", "/field/#/settings", "/field/#/reports", "/field/#/register")


def in_large_text(open_page: Callable[..., Page], site: Site, **options: object) -> Page:
    """Return a page of a phone whose browser was told to show large text."""
    page = open_page(has_touch=True, is_mobile=True, bypass_csp=True, **options)
    page.context.add_cookies([{"name": "large_text", "value": "1", "url": site.address}])
    return page


def shortcomings(page: Page) -> list[str]:
    """Return what is wrong with the page for somebody who needs large text."""
    page.add_script_tag(path=AXE)
    wide = page.evaluate("document.documentElement.scrollWidth") - page.viewport_size["width"]
    small = page.evaluate(SMALL_FOR_LARGE_TEXT)
    return [*([f"scrolls sideways by {wide} px"] if wide > 0 else []), *small, *page.evaluate(AXE_RUN)]


def test_the_switch_works_without_script(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport=PHONE, java_script_enabled=False)
    page.goto("/sign-in")

    page.get_by_role("button", name="改成大字").click()
    expect(page.locator("html.large-text")).to_have_count(1)
    enter(page, "grid_worker")
    expect(page.locator("html.large-text")).to_have_count(1)

    page.get_by_role("button", name="改回一般字号").click()
    expect(page.locator("html.large-text")).to_have_count(0)


def test_large_text_is_large(open_page: Callable[..., Page], site: Site) -> None:
    page = enter(in_large_text(open_page, site, viewport=PHONE), "grid_worker")

    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 24


@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["390", "360"])
def test_online_field_pages_are_fit_for_large_text(
    open_page: Callable[..., Page], site: Site, viewport: dict[str, int]
) -> None:
    page, wrong = in_large_text(open_page, site, viewport=viewport), {}
    page.goto("/sign-in")
    wrong["/sign-in"] = shortcomings(page)
    signed_in(page, "grid_worker")
    for path in ONLINE:
        page.goto(path, wait_until="networkidle")
        wrong[path] = shortcomings(page)

    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("viewport", [PHONE, NARROW], ids=["390", "360"])
def test_pages_kept_by_the_phone_are_fit_for_large_text(
    open_page: Callable[..., Page], site: Site, viewport: dict[str, int]
) -> None:
    page, wrong = signed_in(in_large_text(open_page, site, viewport=viewport), "grid_worker"), {}
    for path in KEPT:
        page.goto("about:blank")
        page.goto(path, wait_until="networkidle")
        page.locator("html.large-text").wait_for(state="attached")
        wrong[path] = shortcomings(page)

    assert {path: found for path, found in wrong.items() if found} == {}
