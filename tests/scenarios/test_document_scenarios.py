"""Documents in plain words, one scenario for each line of the source documents that speaks of them."""

from __future__ import annotations

import io
import zipfile
from uuid import uuid4

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.documents.defaults import default_template
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.documents import IssuedDocument
from tests.builders import add_dispute
from tests.world import NOW, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
OPINION = {
    "field_0": "修好田边的水沟",
    "field_1": "水沟年久失修,经现场核实属实",
    "field_2": "支持",
    "field_3": "由村委会修复",
    "field_4": "《信访工作条例》第三十二条",
    "field_5": "三十日内可以向上一级申请复查",
}


@pytest.fixture
def officer(sign_in):
    return sign_in("township_officer")


def matter(world: World, **more) -> str:
    with transaction() as session:
        return f"/disputes/{add_dispute(session, world, accepted_at=NOW, **more).id}"


def printed(officer, address: str) -> str:
    with reading() as session:
        key = session.scalars(select(IssuedDocument.id).order_by(IssuedDocument.issued_at.desc())).first()
    pdf = officer.post(f"{address}/documents/{key}/download", data={"format": "pdf"}).data
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_S0_11_the_county_gives_its_documents_one_form_and_changes_it_by_itself(sign_in, officer, app_world: World):
    own = Document(io.BytesIO(default_template("acceptance_notice")))
    own.add_paragraph("全县统一格式")
    body = io.BytesIO()
    own.save(body)
    body.seek(0)
    sent = sign_in("county_officer").post(
        "/templates/acceptance_notice", data={"file": (body, "统一.docx")}, content_type="multipart/form-data"
    )
    address = matter(app_world, state="accepted")
    officer.post(f"{address}/documents/acceptance_notice", data={"id": str(uuid4())})

    assert sent.status_code == 302
    assert "全县统一格式" in printed(officer, address)


def test_S1_34_every_notice_tells_the_rights_of_the_resident(officer, app_world: World):
    address = matter(app_world, state="accepted")
    officer.post(f"{address}/documents/acceptance_notice", data={"id": str(uuid4())})

    assert "任何组织和个人不得因此打击报复" in printed(officer, address)


def test_S3_11_the_opinion_is_handed_over_with_the_lawful_routes_and_signed_for(officer, app_world: World):
    address = matter(app_world, state="handling")
    officer.post(f"{address}/documents/handling_opinion", data={"id": str(uuid4()), **OPINION})
    assert "三十日内可以向上一级申请复查" in printed(officer, address)
    receipt = {
        "id": str(uuid4()),
        "kind": "delivery_receipt",
        "signed_on": "2026-11-20",
        "pages": (io.BytesIO(b"\xff\xd8\xff\xe0" + bytes(99)), "回证.jpg"),
    }

    answer = officer.post(f"{address}/papers", data=receipt, content_type="multipart/form-data")

    assert answer.status_code == 302
    with reading() as session:
        note = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "paper_recorded")).one()
    assert "《送达回证》签字件,2026年11月20日签" in note


def test_S3_21_the_finished_matter_is_archived_with_its_report(officer, app_world: World):
    address = matter(app_world, state="handling")
    report = {"id": str(uuid4()), "field_0": "县里交办", "field_1": "水沟已修好", "field_2": ""}
    officer.post(f"{address}/documents/handling_report", data=report)
    with transaction() as session:
        row = session.scalars(select(Dispute)).one()
        row.state, row.closed_at, row.closure_ground = "closed", NOW, "agreement_performed"

    archive = zipfile.ZipFile(io.BytesIO(officer.post(f"{address}/archive").data))

    assert any("办理情况报告" in name for name in archive.namelist())
    assert any("卷宗目录" in name for name in archive.namelist())


def test_S4_14_who_reports_is_told_in_writing_whether_it_is_taken_up(officer, app_world: World):
    address = matter(app_world, state="not_accepted")
    refused = officer.post(f"{address}/documents/non_acceptance_notice", data={"id": str(uuid4()), "field_0": ""})
    assert refused.status_code == 422

    officer.post(
        f"{address}/documents/non_acceptance_notice",
        data={"id": str(uuid4()), "field_0": "法院正在审理,依法不能另行受理"},
    )

    text = printed(officer, address)
    assert "法院正在审理" in text
    assert "您可以走下列途径" in text
