"""The dashboard: each number is that of the list it leads to, and trends are the database's own weeks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute
from grid_app.services.escalations.ladders import seed_ladders
from tests.dispute_rows import add_dispute
from tests.escalation_world import raise_for
from tests.web.test_maps import add_finding, open_round
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, FAR = "990101001201", "990101002201"


def soup_of(client, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
    return BeautifulSoup(answer.get_data(as_text=True), "lxml")


def rows_behind(client, address: str) -> int:
    page = soup_of(client, address)
    if address.startswith("/rounds/"):
        return len(page.select("ul.plain-list li"))
    if address.startswith("/disputes"):
        return len(page.select("tbody tr"))
    return len(page.select("main .cells li"))


@pytest.fixture
def busy(app, app_world):
    """Disputes with dates missed, due today and later; and an open round."""
    with transaction() as session:
        for number, (village, hours, lawful) in enumerate(
            [(WEST, -5, -5), (WEST, -2, 90), (WEST, 3, 90), (FAR, -9, 90), (FAR, 200, 200)], start=1
        ):
            found = add_dispute(session, number, village=village)
            row = session.get_one(Dispute, found)
            row.due_at, row.statutory_due_at = NOW + timedelta(hours=hours), NOW + timedelta(hours=lawful)
        for number in range(6, 36):
            found = add_dispute(session, number, village=FAR, state="closed")
            session.get_one(Dispute, found).received_at = NOW - timedelta(days=8 + 7 * (number % 3))
        open_round(session)


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("role", ["county_lead", "township_lead"])
def test_each_number_is_that_of_the_list_behind_it(sign_in, role: str):
    client = sign_in(role)
    duties = {
        cell.select_one(".cell-title").get_text(strip=True): (
            int(cell.select_one(".cell-meta").get_text(strip=True)),
            cell.select_one("a")["href"],
        )
        for cell in soup_of(client, "/dashboard").select("main .cells li")
    }

    assert len(duties) == 4
    assert duties["有事项超期"][0] == (3 if role == "county_lead" else 2)
    assert duties["超过法定时限"][0] == duties["今天到期"][0] == 1
    for number, address in duties.values():
        assert number == rows_behind(client, address), address


@pytest.mark.usefixtures("busy")
def test_findings_to_decide_and_escalations_that_wait_stand_among_the_duties(sign_in, app_world):
    """Nothing decided or acknowledged is counted, and each line leads to what it counts."""
    with transaction() as session:
        for number, (code, state) in enumerate([(WEST, "suspected"), (FAR, "suspected"), (WEST, "confirmed")]):
            add_finding(session, number, code, state=state)
        seed_ladders(session, now=NOW)
        raise_for(session, session.scalars(select(Dispute.id).where(Dispute.division_code == WEST)).first())
    client = sign_in("county_officer")
    lines = {
        cell.select_one(".cell-title").get_text(strip=True): (
            cell.select_one(".cell-meta").get_text(strip=True), cell.select_one("a")["href"],
        )
        for cell in soup_of(client, "/dashboard").select("main .cells li")
    }  # fmt: skip

    decide, wait = lines["苗头提示等待判断"], lines["上级提醒,还没确认收到"]
    assert decide[0] == "2"
    assert len({one["href"] for one in soup_of(client, decide[1]).select("main a[href*='/findings/0']")}) == 2
    assert wait[0] == "1"
    assert len({one["href"] for one in soup_of(client, wait[1]).select("main a[href^='/inbox/0']")}) == 1


@pytest.mark.usefixtures("busy")
def test_the_weeks_of_the_chart_are_those_of_the_database_and_villages_stand_by_code(sign_in):
    tables = soup_of(sign_in("county_lead"), "/dashboard").select("section.card")
    weeks = [row.select_one("td").get_text(strip=True) for row in tables[0].select("tbody tr")]
    funnel = [row.get_text(" ", strip=True) for row in tables[3].select("tbody tr")]

    assert weeks == ["10", "10", "10"], "weeks before the first matter are no past"
    assert len(funnel) == 1, "a village with fewer than ten matters is not told"
    assert FAR in funnel[0]
    assert funnel[0].endswith("实线内")
    assert "没有一个村在虚线外。" in tables[3].get_text()
    assert not {"排名", "名次"} & set(re.findall(r"排名|名次", " ".join(funnel)))
