"""The same totals as people see them: the numbers on the pages of lists and maps, over HTTP."""

from __future__ import annotations

from bench.acceptance.browser import PageError
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
    """Return how many disputes the list holds: the number on its tab, or, where that ends in a plus, its rows."""
    browser = staff.at_desk(login)
    page = browser.look("/disputes?tab=all")
    told = page.soup.select_one("nav.tabs a[aria-current] .tab-count")
    if told is None:
        raise PageError(f"no number on the tab of {page.url}: {page.text[:300]}")
    if not told.get_text(strip=True).endswith("+"):
        return _number(told.get_text())
    rows = 0
    while True:
        rows += len(page.soup.select(".data-table th[scope=row]"))
        following = page.soup.select_one("nav.pagination a[rel=next]")
        if following is None:
            return rows
        page = browser.look(str(following["href"]))


def _number(text: str) -> int:
    return int(text.strip().replace(",", ""))
