"""The printed map: the view that was asked for, and behind it the same numbers as the page's table."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from grid_app.database.transaction import transaction
from tests.dispute_rows import add_dispute

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, EAST, FAR, TOWN = "990101001201", "990101001202", "990101002201", "990101001"


@pytest.fixture
def disputes(app, app_world):
    with transaction() as session:
        for number in range(1, 8):
            add_dispute(session, number, village=WEST, grade="red" if number < 7 else "blue")
        add_dispute(session, 8, village=EAST, grade="orange")
        add_dispute(session, 9, village=FAR, grade="yellow")
        add_dispute(session, 10, village=TOWN, kind="not_located", grade="blue")
        add_dispute(session, 11, village=WEST, category="1502")


def lines_of(client, address: str) -> list[list[str]]:
    page = BeautifulSoup(client.get(address).get_data(as_text=True), "lxml")
    rows = page.select("#map-table tbody tr, #map-table tfoot tr")
    return [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in rows]


@pytest.mark.usefixtures("disputes")
@pytest.mark.parametrize(
    ("role", "asked"), [("county_lead", "layer=disputes"), ("township_lead", f"layer=disputes&root={TOWN}&paper=a3")]
)
def test_the_table_on_paper_is_the_table_of_the_page(sign_in, role: str, asked: str):
    client = sign_in(role)
    answer = client.get(f"/map/print?{asked}")
    pages = PdfReader(io.BytesIO(answer.data)).pages
    first, table = pages[0].extract_text(), pages[1].extract_text()

    assert answer.content_type == "application/pdf"
    assert max(float(side) for side in pages[0].mediabox[2:]) == pytest.approx(1191 if "a3" in asked else 842, abs=1)
    assert "内部使用,不作划界依据" in first
    assert "数据时间" in first
    printed = " ".join(table.split())
    for line in lines_of(client, f"/map?{asked}"):
        assert " ".join(" ".join(line).split()) in printed
    assert ("<5" in table) == (role == "township_lead")


@pytest.mark.usefixtures("disputes")
def test_the_drawing_has_one_mark_a_village_and_hides_small_counts(sign_in):
    svg = sign_in("township_lead").get(f"/map/picture.svg?layer=disputes&root={TOWN}")
    text = svg.get_data(as_text=True)

    assert svg.content_type.startswith("image/svg+xml")
    assert "●6" in text
    assert "▲&lt;5" in text
    assert sign_in("township_lead").get("/map/print?root=990101002").status_code == 404


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("layer=rooms", ""),
        ("layer=rooms&filter=woman,accessible", "只算有女调解员、轮椅能进(无障碍)的调解室"),
        ("layer=status&filter=disagree", "只看命名与达标是否一致"),
        ("layer=disputes&filter=disagree", ""),
    ],
)
def test_paper_says_what_it_is_filtered_by_and_nothing_else(sign_in, app_world, asked: str, said: str):
    answer = sign_in("county_lead").get(f"/map/print?{asked}")
    first = "".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())

    assert said in first
    assert ("只看命名" in first, "只算" in first) == (said.startswith("只看命名"), said.startswith("只算"))
