"""The same totals as people see them: the numbers on the pages of lists and maps, over HTTP."""

from __future__ import annotations

from bench.acceptance.browser import PageError, Shown
from bench.acceptance.ledger import Ledger
from bench.acceptance.staff import COUNTY_A, COUNTY_B, Staff, posts
from bench.acceptance.sums import STORED
from grid_app.policy import ADMIN_ROLES, Role

SECTION = "numbers on the pages"
FORBIDDEN = 403


def count_pages(staff: Staff, ledger: Ledger) -> None:
    """Note what the pages of every lead and administrator say, against the queries' totals in the ledger."""
    for county in (COUNTY_A, COUNTY_B):
        townships = sum(_listed(staff, f"lead-{code}") for code in _townships(county))
        whole = _listed(staff, f"lead-{county}")
        ledger.put(SECTION, f"{county} on the lists of its townships", townships)
        ledger.put(SECTION, f"{county} on the list of the county", whole)
        stored = ledger.of(STORED)
        by_townships = stored[f"{county} listed by its townships"]
        ledger.must_add_up(f"{county} listed by its townships", by_townships, {"on their pages": townships})
        ledger.must_add_up(f"{county} stored", stored[f"{county} stored"], {"on the county's page": whole})
    for login in (post.login for post in posts() if post.role in ADMIN_ROLES):
        browser = staff.at_desk(login)
        refused = [browser.ask(path).status == FORBIDDEN for path in ("/disputes", "/map", "/findings", "/inbox")]
        ledger.must_be_true(f"{login} is refused disputes, map, findings and inbox", all(refused), str(refused))


def _townships(county: str) -> list[str]:
    return [post.division for post in posts() if post.role is Role.TOWNSHIP_LEAD and post.division.startswith(county)]


def _listed(staff: Staff, login: str) -> int:
    return _tab_count(staff.at_desk(login).look("/disputes?tab=all"))


def _tab_count(page: Shown) -> int:
    """Return the number on the tab that holds everything."""
    counts = [one.get_text() for one in page.soup.select("nav.tabs .tab-count")]
    if not counts:
        raise PageError(f"no numbers on the tabs of {page.url}: {page.text[:300]}")
    return int(counts[-1].replace(",", ""))
