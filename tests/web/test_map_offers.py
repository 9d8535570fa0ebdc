"""The layer of rooms with only those that offer what is needed: page, facts, table and links say the same."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update

from grid_app.database.transaction import transaction
from grid_app.models.places import MediationRoom
from tests.web.test_coverage import add_room, page
from tests.world import VILLAGES

A, B, C, D = VILLAGES
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
AT = "/map?layer=rooms"


@pytest.fixture
def client(app, app_world, sign_in):
    """Close R1; A has a room with a woman and 苗语, B one that a wheelchair enters."""
    with transaction() as session:
        session.execute(update(MediationRoom).values(status="closed"))
        add_room(session, "R2", A, woman_mediator=True, languages="苗语")
        add_room(session, "R3", B, woman_mediator=False, accessible=True)
    return sign_in("county_lead")


def test_page_facts_and_table_count_only_rooms_that_offer_what_is_needed(client):
    for asked, effective in (("", 2), ("&filter=woman", 1), ("&filter=woman,accessible", 0), ("&filter=x,", 2)):
        told = client.get(f"/map/facts.json?layer=rooms{asked}").get_json()
        table = client.get(f"/map/table.csv?layer=rooms{asked}").get_data(as_text=True)
        text = page(client.get(f"{AT}{asked}"))

        assert told["totals"]["effective"] == effective, asked
        assert told["totals"]["rooms"] == effective
        assert f"4 个村(社区)中 {effective} 个有有效的调解室" in text
        assert sum(map(int, [line.split(",")[2] for line in table.splitlines()[1:3]])) == effective
    assert "只看有女调解员、会说苗语的调解室。" in page(client.get(f"{AT}&filter=woman,language:苗语"))


def test_each_offer_is_a_link_that_adds_or_takes_it_away_and_leaves_with_the_layer(client):
    soup = BeautifulSoup(client.get(f"{AT}&filter=woman").get_data(as_text=True), "lxml")
    links = {one.get_text(strip=True): one for one in soup.select("nav[aria-label=只看哪种调解室] a")}

    assert list(links) == ["所有开放的", "有女调解员", "轮椅能进(无障碍)", "算有效的", "会说苗语"]
    assert [word for word, one in links.items() if one.get("aria-current")] == ["有女调解员"]
    assert "filter" not in links["有女调解员"]["href"]
    assert "filter=woman%2Caccessible" in links["轮椅能进(无障碍)"]["href"] or "woman,accessible" in str(links)
    layers = soup.select("nav[aria-label=图层] a")
    assert layers
    assert not [one["href"] for one in layers if "filter" in one["href"]]
    assert "只看哪种调解室" not in client.get("/map?layer=namings&filter=woman").get_data(as_text=True)
