"""The same totals as people see them: the numbers on the pages of lists and maps, over HTTP."""

from __future__ import annotations

from bench.acceptance.browser import PageError, Shown
from bench.acceptance.ledger import Ledger
from bench.acceptance.staff import COUNTY_A, COUNTY_B, Staff, posts
from bench.acceptance.sums import MAPPED, STORED
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
        _count_map(staff, ledger, county, stored=stored[f"{county} stored"])
    for login in (post.login for post in posts() if post.role in ADMIN_ROLES):
        browser = staff.at_desk(login)
        refused = [browser.ask(path).status == FORBIDDEN for path in ("/disputes", "/map", "/findings", "/inbox")]
        ledger.must_be_true(f"{login} is refused disputes, map, findings and inbox", all(refused), str(refused))


def _count_map(staff: Staff, ledger: Ledger, county: str, *, stored: int) -> None:
    """Note that the table beside the map ends in the same total, and its words name every part."""
    page = staff.at_desk(f"lead-{county}").look("/map")
    total = _number(page.soup.select("tfoot td")[-1].get_text())
    ledger.put(SECTION, f"{county} in the table beside the map", total)
    ledger.must_add_up(f"{county} stored", stored, {"in the table beside the map": total})
    parts = [count for name, count in ledger.of(MAPPED).items() if name.startswith(county)]
    said = all(f"{count:,} 件" in page.text for count in parts if count)
    ledger.must_be_true(f"{county}: the map says in words what it shows and what not", said, page.text[:400])


def _townships(county: str) -> list[str]:
    return [post.division for post in posts() if post.role is Role.TOWNSHIP_LEAD and post.division.startswith(county)]


def _listed(staff: Staff, login: str) -> int:
    return _tab_count(staff.at_desk(login).look("/disputes?tab=all"))


def _tab_count(page: Shown) -> int:
    """Return the number on the tab that holds everything."""
    counts = [one.get_text() for one in page.soup.select("nav.tabs .tab-count")]
    if not counts:
        raise PageError(f"no numbers on the tabs of {page.url}: {page.text[:300]}")
    return _number(counts[-1])


def _number(text: str) -> int:
    return int(text.strip().replace(",", ""))
