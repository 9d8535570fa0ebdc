"""Every page that a role can reach by its links: whole, local, labelled, guarded, and free of words of control."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from grid_app.database.transaction import transaction
from grid_app.policy import Role
from tests.builders import add_dispute, add_shared_grievance
from tests.world import World

PAGES_PER_ROLE = 40
OUTSIDE = re.compile(r"^(?:https?:)?//")
CONTROL = ("重点人员", "稳控", "上访户", "排名")
LINKS = (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src"), ("iframe", "src"), ("form", "action"))


@pytest.fixture
def busy_world(app: Flask, app_world: World) -> World:
    """Give the county some disputes in several states and categories."""
    with transaction() as session:
        add_shared_grievance(session, app_world)
        add_dispute(session, app_world, category="1501", summary="反映干部作风")
        add_dispute(session, app_world, category="1602", division_code="990101002201")
        add_dispute(session, app_world, state="closed", summary="已经办结的邻里纠纷", category="0299")
        add_dispute(session, app_world, danger=True, division_code="990101001201J001")
    return app_world


def crawl(client: FlaskClient) -> dict[str, BeautifulSoup]:
    """Follow a role's own links from the start page; parse every page as strict HTML5."""
    seen: dict[str, BeautifulSoup] = {}
    waiting = deque(["/"])
    while waiting and len(seen) < PAGES_PER_ROLE:
        address = waiting.popleft()
        if address in seen:
            continue
        answer = client.get(address)
        if answer.status_code in (301, 302, 303):
            waiting.append(_local(address, answer.headers["Location"]))
            continue
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        if not answer.content_type.startswith("text/html"):
            continue
        text = answer.get_data(as_text=True)
        html5lib.HTMLParser(strict=True).parse(text)
        seen[address] = BeautifulSoup(text, "lxml")
        waiting.extend(_links(address, seen[address]))
    return seen


def _local(base: str, link: str) -> str:
    parts = urlsplit(urljoin(f"http://localhost{base}", link))
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _links(address: str, page: BeautifulSoup) -> list[str]:
    found = [a["href"] for a in page.find_all("a", href=True) if not a["href"].startswith(("#", "tel:", "mailto:"))]
    found += [frame["src"] for frame in page.find_all("iframe", src=True)]
    return [_local(address, link) for link in found if not link.startswith("/static/") and "download" not in link]


@pytest.mark.parametrize(
    ("db_url", "role"),
    [*(("sqlite", role) for role in Role), ("postgres", Role.COUNTY_OFFICER)],
    indirect=["db_url"],
)
def test_every_page_of_a_role_is_whole(role, sign_in, busy_world):
    pages = crawl(sign_in(role))

    assert len(pages) >= 2
    for address, page in pages.items():
        framed = "/frame" in address
        problems = _outside(page) + ([] if framed else _frame(page) + _unlabelled(page) + _unprotected(page))
        assert not problems, f"{role} {address}: {problems}"
        words = page.get_text()
        assert not [word for word in CONTROL if word in words], address


def _outside(page: BeautifulSoup) -> list[str]:
    return [
        f"{name} {tag[attribute]}"
        for name, attribute in LINKS
        for tag in page.find_all(name)
        if tag.get(attribute) and OUTSIDE.match(tag[attribute])
    ]


def _frame(page: BeautifulSoup) -> list[str]:
    titles = page.find_all("h1")
    problems = [] if len(titles) == 1 else [f"{len(titles)} h1"]
    title = page.title.get_text() if page.title else ""
    if titles and titles[0].get_text(strip=True) not in title.replace("\n", ""):
        problems.append("the title is not the h1")
    if page.html is None or page.html.get("lang") != "zh-CN":
        problems.append("lang")
    return problems


def _unlabelled(page: BeautifulSoup) -> list[str]:
    labelled = {label["for"] for label in page.find_all("label") if label.get("for")}
    return [
        str(field)[:80]
        for field in page.find_all(["input", "select", "textarea"])
        if field.get("type") not in ("hidden", "submit")
        and field.get("id") not in labelled
        and not field.get("aria-label")
        and not field.find_parent("label")
    ]


def _unprotected(page: BeautifulSoup) -> list[str]:
    return [
        str(form.get("action"))
        for form in page.find_all("form")
        if (form.get("method") or "").lower() == "post" and not form.find("input", {"name": "csrf_token"})
    ]


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.SYSADMIN, Role.AUDITOR])
def test_no_page_of_an_administrator_holds_dispute_content(role, sign_in, busy_world):
    pages = crawl(sign_in(role))

    text = " ".join(page.get_text() for page in pages.values())
    assert "租金" not in text
    assert "干部作风" not in text


def test_a_township_never_meets_the_neighbours_or_sealed_matters(sign_in, busy_world):
    pages = crawl(sign_in(Role.TOWNSHIP_LEAD))

    text = " ".join(page.get_text() for page in pages.values())
    assert "租金" in text
    assert "干部作风" not in text
    assert "石桥村第1网格" not in text
