"""Bulletins: their figures are the database's, small ones hidden, in both files, with a map and a chart."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import func, select

from grid_app.clock import start_of_day
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Dispute
from grid_app.web.bulletins.quarterly import Quarter, quarter_of
from tests.dispute_rows import add_dispute
from tests.web.test_maps import open_round
from tests.world import NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, EAST, FAR = "990101001201", "990101001202", "990101002201"


@pytest.fixture
def quarter(app, app_world):
    with transaction() as session:
        for number in range(1, 18):
            back = timedelta(days=number if number < 13 else 70)
            add_dispute(session, number, village=WEST if number % 4 else FAR, received_at=NOW - back)
        add_dispute(session, 20, village=WEST, category="1502")


def tables_of(body: bytes) -> list[list[list[str]]]:
    return [[[cell.text for cell in row.cells] for row in one.rows] for one in Document(io.BytesIO(body)).tables]


@on_sqlite
@pytest.mark.usefixtures("quarter")
def test_the_quarter_tells_what_the_database_holds(sign_in):
    client = sign_in("county_lead")
    word, paper = (client.get(f"/bulletins/quarterly?quarter=2026Q4&form={form}").data for form in ("docx", "pdf"))
    with reading() as session:
        here = (Dispute.received_at >= start_of_day(Quarter(2026, 4).first), Dispute.category != "1502")
        stored = session.scalar(select(func.count()).where(*here))
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    places = tables_of(word)[0]

    assert stored == 12
    assert f"本季度收到 {stored} 件,上季度 5 件" in text
    assert places[1:] == [["东河镇", "9", "<5"], ["西山乡", "<5", "<5"]]
    assert "不数人" in text
    assert "1502" not in text
    pictures = [name for name in zipfile.ZipFile(io.BytesIO(word)).namelist() if name.startswith("word/media/")]
    assert len(pictures) == 2
    assert client.get("/bulletins/quarterly?quarter=2026Q4").data == word, "the same figures give the same file"


@on_sqlite
@pytest.mark.usefixtures("quarter")
def test_the_round_tells_who_has_returned_and_nobody_elses_round(sign_in, app_world):
    with transaction() as session:
        round_id = open_round(session, answered=(WEST, f"{EAST}J001"))
    word = sign_in("township_lead").get(f"/bulletins/rounds/{round_id}")

    assert word.status_code == 200
    assert tables_of(word.data)[0][1:] == [["东河镇", "2", "1", "1", "0"], ["合计", "2", "1", "1", "0"]]
    assert b"%PDF" in sign_in("county_lead").get(f"/bulletins/rounds/{round_id}?form=pdf").data[:8]
    assert sign_in("county_lead").get("/bulletins/rounds/01a20504-c9cb-71b0-92b1-61e6ad194d89").status_code == 404


def test_a_quarter_to_come_or_none_is_the_present_one():
    today = NOW.date()
    assert quarter_of("2027Q1", today) == quarter_of("x", today) == Quarter(2026, 4)
    assert quarter_of("2026Q1", today).before == Quarter(2025, 4)
