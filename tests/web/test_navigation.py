"""The navigation: every page a role may open is in it once, and on a phone it takes at most two rows."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from grid_app.policy import PERMITTED, Role
from grid_app.web.shell import FLAT, NAVIGATION

LETTER, PADDING, MARK, GAP, LEAST, FIELD_LETTER, FIELD_PADDING = 15, 16, 12, 8, 44, 16, 8
"""CSS pixels of an entry, as ``css/base.css`` and ``css/field.css`` give them; a Chinese letter is as wide as high."""
WIDTH = 390 - 16


@pytest.fixture
def nav_of(sign_in):
    return lambda role, address="/": BeautifulSoup(sign_in(role).get(address).data, "lxml").select_one("nav.nav")


def rows_of(nav, *, in_the_field: bool) -> int:
    rows, left = 0, 0
    letter, padding, gap = (FIELD_LETTER, FIELD_PADDING, 0) if in_the_field else (LETTER, PADDING, GAP)
    for entry in nav.select_one("ul").find_all("li", recursive=False):
        word = entry.find(["a", "summary"]).get_text(strip=True)
        width = max(LEAST, len(word) * letter + padding + (MARK if entry.find("summary") else 0))
        if width > left:
            rows, left = rows + 1, WIDTH
        left -= width + gap
    return rows


@pytest.mark.parametrize("role", list(Role))
def test_on_a_phone_it_takes_at_most_two_rows_and_leads_to_every_page_of_the_role(nav_of, role):
    nav = nav_of(role)
    if nav is None:
        assert role is Role.AUDITOR
        return

    assert rows_of(nav, in_the_field=role in (Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD)) <= 2
    allowed = [label for label, _, action in NAVIGATION if role in PERMITTED[action]]
    assert sorted(link.get_text(strip=True) for link in nav.select("a")) == sorted(allowed)
    assert bool(nav.select("details")) is (len(allowed) > FLAT)


def test_a_group_says_that_the_shown_page_is_in_it_and_one_of_one_entry_is_that_entry(nav_of):
    nav = nav_of("county_officer", "/roster")
    marked = nav.select_one("summary.holds-current")

    assert marked.get_text(strip=True) == "值守(现在这一页在里面)"
    assert marked.find_next_sibling("ul").select_one("[aria-current=page]").get_text(strip=True) == "值班表"
    assert not nav_of("county_officer").select("[aria-current], .holds-current")
    assert "值守" not in nav_of("township_officer").get_text()
