"""The pages of rosters and of urgent incidents: whole HTML, one heading, a label for each field; gaps of who left."""

from __future__ import annotations

import re

import html5lib
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from grid_app.database.transaction import transaction
from grid_app.jobs.roster import watch_rosters_job
from grid_app.models.accounts import Account, Assignment
from grid_app.policy import Role
from grid_app.services.duty_roster.leave import WantedLeave, take_leave
from grid_app.services.duty_roster.patterns import save_pattern
from tests.incidents_world import MINUTE, added, opened, opening, phoned, told
from tests.roster_world import County, later
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


def one_of_each(client: FlaskClient, start: str) -> dict[str, str]:
    """Return the pages under ``start`` that the links of the first lead to, one of each form of address."""
    found: dict[str, str] = {}
    waiting = [start]
    while waiting:
        address = waiting.pop()
        form = VARYING.sub("#", address)
        if form in found:
            continue
        answer = client.get(address)
        assert answer.status_code == 200, address
        if address.endswith(".pdf"):
            assert answer.mimetype == "application/pdf"
            continue
        found[form] = answer.get_data(as_text=True)
        links = [link["href"] for link in BeautifulSoup(found[form], "html5lib").select("main a[href]")]
        waiting += [one for one in links if one.startswith(start.partition("?")[0])]
    return found


def assert_whole(text: str) -> None:
    html5lib.HTMLParser(strict=True).parse(text)
    page = BeautifulSoup(text, "html5lib")
    labelled = {label.get("for") for label in page.find_all("label")}
    fields = page.find("main").find_all(["input", "select", "textarea"])
    bare = [one for one in fields if one.get("type") != "hidden" and one.get("id") not in labelled]
    assert not [one for one in bare if not one.find_parent("label")]
    assert len(page.find_all("h1")) == 1
    ids = [one["id"] for one in page.select("[id]")]
    assert len(set(ids)) == len(ids)


def test_pages_of_a_roster_are_whole(sign_in, app_world):
    with transaction() as session:
        county = County(session, app_world)
        pattern = county.daily((county.first,), (county.second, county.third))
        save_pattern(session, county.office, pattern, pattern_id=None, actor=county.actor, now=NOW)
        leave = WantedLeave(county.first, later(1), later(9), county.second)
        take_leave(session, county.office, leave, actor=county.actor, now=NOW)

    pages = one_of_each(sign_in(Role.COUNTY_OFFICER), "/roster")

    assert {"/roster", "/roster/#", "/roster/#/shifts/#", "/roster/#/patterns/#", "/roster/#/leave"} <= set(pages)
    for text in pages.values():
        assert_whole(text)


def test_shifts_of_somebody_who_left_are_gaps_on_the_page_without_the_name(sign_in, app_world):
    with transaction() as session:
        county = County(session, app_world)
        county.shift(-1, 24, county.first)
        county.shift(24, 48, county.second)
        account = session.get_one(Assignment, county.second).account_id
        name = session.get_one(Account, account).display_name
        session.get_one(Account, account).disabled_at = NOW
    client, own = sign_in(Role.COUNTY_OFFICER), f"/roster/{app_world.units['county']}"

    watch_rosters_job()

    table = BeautifulSoup(client.get(own).data, "html5lib").find("table").get_text()
    assert "没有人 空档" in table
    assert name not in table
    assert f'href="{own}">看这个单位的值班表' in client.get("/alarms").get_data(as_text=True)


def test_pages_of_incidents_are_whole(sign_in, app_world):
    with transaction() as session:
        called = phoned(session, app_world, known=NOW - 40 * MINUTE, called=NOW - 30 * MINUTE)
        opened(session, app_world, opening(same_as=called, looked=True))
        added(session, app_world, called, told("follow_up"))
        added(session, app_world, called, told("correction", corrects=1))

    pages = one_of_each(sign_in(Role.COUNTY_OFFICER), "/incidents")

    assert {"/incidents", "/incidents/new?way=phone", "/incidents/#", "/incidents/#/sheet"} <= set(pages)
    assert len(pages) > 10
    for text in pages.values():
        assert_whole(text)
