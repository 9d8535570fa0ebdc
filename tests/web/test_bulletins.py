"""Bulletins: their figures are the database's, small ones hidden, in both files, with a map and a chart."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from uuid import UUID

import pytest
from docx import Document
from docx.oxml.ns import qn
from pypdf import PdfReader
from sqlalchemy import func, select

from grid_app.clock import start_of_day
from grid_app.database.transaction import reading, transaction
from grid_app.documents.reports.blocks import Grid, Picture
from grid_app.http import exports
from grid_app.jobs.exports import make_exports_job
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import Round
from grid_app.policy import dispute_scope
from grid_app.queries.exports.jobs import SILENT_FOR
from grid_app.queries.map_facts import area_in_scope
from grid_app.queries.map_shapes import shapes_of
from grid_app.services.bulletins.quarterly import Quarter, quarter_of, quarterly_report
from grid_app.services.exports import jobs
from grid_app.services.exports.kinds import ROUND
from tests.dispute_rows import add_dispute
from tests.web.test_maps import open_round
from tests.world import NOW

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
NOBODYS = "01a20504-c9cb-71b0-92b1-61e6ad194d89"
QUARTERLY = "/bulletins/quarterly"
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


def asked(client, at: str, **typed: str) -> str:
    """Ask for a bulletin and return the address of its page."""
    answer = client.post(at, data=typed)
    assert answer.status_code == 302, answer.get_data(as_text=True)[:500]
    return answer.location


def fetched(client, at: str, **typed: str) -> bytes:
    """Return the bytes of a bulletin that is asked for and fetched from its page."""
    page = asked(client, at, **typed)
    assert "做好了" in client.get(page).get_data(as_text=True)
    with client.get(f"{page}/file") as answer:
        assert answer.headers["X-Content-SHA256"] == hashlib.sha256(answer.data).hexdigest()
        return answer.data


@on_sqlite
@pytest.mark.usefixtures("quarter")
def test_the_quarter_tells_what_the_database_holds(sign_in):
    client = sign_in("county_lead")
    word, paper = (fetched(client, QUARTERLY, quarter="2026Q4", form=form) for form in ("docx", "pdf"))
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
    for table in Document(io.BytesIO(word)).tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None, "the head stands on every page"
    assert 'w:instr="PAGE"' in zipfile.ZipFile(io.BytesIO(word)).read("word/footer1.xml").decode()
    assert fetched(client, QUARTERLY, quarter="2026Q4", form="docx") == word, "the same figures give the same file"
    page = client.get("/support-work/quarterly?quarter=2026Q4").get_data(as_text=True)
    assert page.count("季度分析(2026 年第 4 季度) · ") == 3, "the page of the analysis offers its files"


@on_sqlite
@pytest.mark.usefixtures("quarter")
def test_the_round_tells_who_has_returned_and_nobody_elses_round(sign_in, app_world):
    with transaction() as session:
        round_id = open_round(session, answered=(WEST, f"{EAST}J001"))
    at, town, county = f"/bulletins/rounds/{round_id}", sign_in("township_lead"), sign_in("county_lead")

    word = fetched(town, at, form="docx")

    assert tables_of(word)[0][1:] == [["东河镇", "2", "1", "1", "0"], ["合计", "2", "1", "1", "0"]]
    assert fetched(county, at, form="pdf").startswith(b"%PDF")
    assert county.post(f"/bulletins/rounds/{NOBODYS}", data={"form": "pdf"}).status_code == 404
    offered = town.get(f"/rounds/{round_id}").get_data(as_text=True)
    assert offered.count("集中排查通报(") == 1, "and nobody else's"
    assert "请选 Word 文档" in town.post(at, data={"form": "exe"}, follow_redirects=True).get_data(as_text=True)


@on_sqlite
@pytest.mark.usefixtures("quarter")
def test_the_shares_of_earlier_rounds_leave_out_one_that_can_still_be_answered(sign_in, app_world):
    with transaction() as session:
        first = open_round(session, answered=(WEST,))
        session.get(Round, first).state, session.get(Round, first).period = "closed", "2026-W46"
        session.flush()
        newest = open_round(session, answered=(EAST,))
    client = sign_in("county_lead")

    def pictures() -> int:
        made = zipfile.ZipFile(io.BytesIO(fetched(client, f"/bulletins/rounds/{newest}", form="docx")))
        return sum(name.startswith("word/media/") for name in made.namelist())

    still_open = pictures()
    with transaction() as session:
        session.get(Round, newest).state = "closed"

    assert pictures() == still_open + 1, "the chart comes with the second round that is over"


@on_sqlite
@pytest.mark.usefixtures("quarter")
def test_a_bulletin_whose_worker_was_killed_is_made_by_another(sign_in, clock, monkeypatch):
    client = sign_in("county_lead")
    monkeypatch.setattr(exports, "work_through", lambda: 0)
    page = asked(client, QUARTERLY, quarter="2026Q4", form="pdf")
    monkeypatch.undo()
    with transaction() as session:
        jobs.take(session, job_id=UUID(page.rsplit("/", 1)[1]), now=clock.now())  # and is killed

    assert "正在做" in client.get(page).get_data(as_text=True)
    clock.advance(SILENT_FOR)
    assert "中断了,会自动重做" in client.get(page).get_data(as_text=True)
    assert make_exports_job() == 1

    assert "做好了" in client.get(page).get_data(as_text=True)
    with client.get(f"{page}/file") as answer:
        assert answer.data.startswith(b"%PDF")


@on_sqlite
def test_a_round_that_is_not_there_any_more_is_told_and_can_be_asked_again(sign_in, app_world):
    lost = {"round_id": NOBODYS, "name": "集中排查通报"}
    with transaction() as session:
        actor = app_world.actor(session, "county_lead")
        job_id = jobs.ask(session, kind=ROUND, form="docx", parameters=lost, actor=actor, now=NOW)

    make_exports_job()

    page = sign_in("county_lead").get(f"/exports/{job_id}").get_data(as_text=True)
    assert "没有这一轮排查" in page
    assert "再做一次" in page


@on_sqlite
def test_matters_that_no_map_shows_are_in_the_table_of_the_quarter_alone(app_world):
    with transaction() as session:
        for number in range(1, 8):
            add_dispute(session, number, village=FAR, category="1601", received_at=NOW)
    with reading() as session:
        actor = app_world.actor(session, "county_officer")
        scope = dispute_scope(actor)
        area = area_in_scope(session, scope=scope, root=None)
        drawn = shapes_of(session, area)
        report = quarterly_report(session, actor, scope, Quarter(2026, 4), area=area.root.name, drawn=drawn, now=NOW)

    (drawn,) = [one for one in report.blocks if isinstance(one, Picture) and "季度收到的纠纷" in one.title]
    (listed,) = [one for one in report.blocks if isinstance(one, Grid) and "按地点" in one.caption]
    assert ">7<" not in drawn.svg
    assert "7" in [row[1] for row in listed.rows]


def test_a_quarter_to_come_or_none_is_the_present_one():
    today = NOW.date()
    assert quarter_of("2027Q1", today) == quarter_of("x", today) == Quarter(2026, 4)
    assert quarter_of("2026Q1", today).before == Quarter(2025, 4)
