"""The pages of templates: who may, what is refused and why, versions, letterheads; what is issued afterwards."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.documents.defaults import default_template
from grid_app.models.documents import DocumentTemplate, IssuedDocument
from tests.builders import add_dispute
from tests.world import NOW, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def own(*lines: str, kind: str = "acceptance_notice") -> bytes:
    """Return the platform's template with more lines at its end."""
    document = Document(io.BytesIO(default_template(kind)))
    for line in lines:
        document.add_paragraph(line)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def send(client, body: bytes, name: str = "受理告知书.docx"):
    return client.post(
        "/templates/acceptance_notice", data={"file": (io.BytesIO(body), name)}, content_type="multipart/form-data"
    )


def versions() -> list[int]:
    with reading() as session:
        return list(session.scalars(select(DocumentTemplate.version).order_by(DocumentTemplate.version)))


@pytest.mark.parametrize("who", ["township_lead", "county_lead", "sysadmin", "auditor", "grid_worker"])
def test_templates_belong_to_the_county_office_and_the_security_administrator(sign_in, who: str):
    client = sign_in(who)

    assert client.get("/templates").status_code == 403
    assert send(client, own("本县规定")).status_code == 403


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "请选一个 .docx 文件"),
        (b"hello", "不是 Word 的 .docx"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "旧格式的 .doc"),
    ],
)
def test_what_is_no_template_is_refused_with_a_sentence(sign_in, body: bytes, told: str):
    answer = send(sign_in("county_officer"), body)

    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert versions() == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{{当事人电话号码}}", "不认识"),
        ("{{ 7*7 }}", "不能写算式"),
        ("{{ 事项.__class__ }}", "没有“行.__class__”"),
        ("{{ 事项", "没有写完整"),
        ("对重点人员做好登记", "只写事情,不写人"),
        ("当事人承诺不再上访", "放弃权利"),
        ("｛｛事项｝｝", "全角大括号"),
    ],
)
def test_a_template_with_something_wrong_names_it(sign_in, line: str, told: str):
    answer = send(sign_in("county_officer"), own(line))

    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)
    assert versions() == []


def test_an_own_template_is_used_from_now_on_and_can_be_taken_back(sign_in, app, app_world: World):
    client = sign_in("security_admin")
    assert send(client, own("青溪县统一格式第九号。")).status_code == 302
    assert send(client, own("青溪县统一格式第十号。")).status_code == 302
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="accepted", accepted_at=NOW)
    officer = sign_in("township_officer")
    address = f"/disputes/{dispute.id}/documents/acceptance_notice"
    officer.post(address, data={"id": str(uuid4())})
    with reading() as session:
        one = session.scalars(select(IssuedDocument.id)).one()
        first = session.scalars(select(DocumentTemplate.id).where(DocumentTemplate.version == 1)).one()
    pdf = officer.post(f"/disputes/{dispute.id}/documents/{one}/download", data={"format": "pdf"}).data
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)

    assert "第十号" in "".join(text.split())  # the county's own wording stands in the PDF too
    page = client.get("/templates/acceptance_notice").get_data(as_text=True)
    assert "第 2 版(在用)" in page
    client.post("/templates/acceptance_notice/use", data={"template": str(first)})
    client.post("/templates/acceptance_notice/use", data={"template": ""})
    assert versions() == [1, 2, 3, 4]
    assert client.post("/templates/acceptance_notice/use", data={"template": str(uuid4())}).status_code == 404
    for which in ("", "default", "trial", str(first)):
        got = client.get(f"/templates/acceptance_notice/download?which={which}")
        assert got.status_code == 200
        assert got.data[:2] in (b"PK", b"%P")


def test_a_unit_sets_its_word_and_red_heading(sign_in, app_world: World):
    client = sign_in("county_officer")
    address = f"/templates/letterheads/{app_world.units['township']}"

    assert client.post(address, data={"number_word": "", "red_heading": ""}).status_code == 422
    refused = client.post(address, data={"number_word": "东稳控字", "red_heading": ""})
    assert refused.status_code == 422
    assert "稳控" in refused.get_data(as_text=True)
    assert (
        client.post(address, data={"number_word": "东政调", "red_heading": "青溪县东河镇人民政府文件"}).status_code
        == 302
    )
    page = client.get("/templates").get_data(as_text=True)
    assert "东政调" in page
    assert "青溪县东河镇人民政府文件" in page
