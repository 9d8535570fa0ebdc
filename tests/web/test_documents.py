"""The pages of documents: who may, drafts, numbers, downloads with a reason, withdrawal, signed papers, archive."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from uuid import uuid4

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.documents import IssuedDocument, PaperPage, PaperRecord
from grid_app.wiring import wired
from tests.builders import add_dispute
from tests.follow_ups_world import add_contact
from tests.world import NOW, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
JPEG = b"\xff\xd8\xff\xe0" + bytes(200)


@pytest.fixture
def dispute(app, app_world: World) -> Dispute:
    with transaction() as session:
        made = add_dispute(
            session, app_world, state="accepted", accepted_at=NOW, summary="两户为排水沟有争议,<b>水</b>漫进院子"
        )
        session.flush()
        add_contact(session, made.id, wired().keys.fields, at=NOW)
        return made


@pytest.fixture
def officer(sign_in):
    return sign_in("township_officer")


def base(dispute: Dispute) -> str:
    return f"/disputes/{dispute.id}/documents"


def notice(officer, dispute: Dispute, **typed: str):
    return officer.post(f"{base(dispute)}/acceptance_notice", data={"id": str(uuid4()), **typed})


def issued() -> list[IssuedDocument]:
    with reading() as session:
        found = list(session.scalars(select(IssuedDocument).order_by(IssuedDocument.number)))
        session.expunge_all()
        return found


def audited(action: str) -> list[dict]:
    with reading() as session:
        return [one.details for one in session.scalars(select(AuditEvent).where(AuditEvent.action == action))]


def text_of(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


# --- refusals ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["other_township_lead", "other_grid_worker"])
def test_nobody_elsewhere_sees_or_makes_documents(sign_in, dispute, who: str):
    client = sign_in(who)

    assert client.get(base(dispute)).status_code == 404
    assert client.get(f"{base(dispute)}/acceptance_notice").status_code == 404
    assert client.post(f"{base(dispute)}/acceptance_notice", data={}).status_code in (403, 404)
    assert client.post(f"/disputes/{dispute.id}/archive").status_code == 404
    assert not issued()


def test_whoever_does_not_handle_it_sees_documents_but_makes_none(sign_in, officer, dispute):
    notice(officer, dispute)
    client = sign_in("grid_worker")

    assert "签发" not in client.get(base(dispute)).get_data(as_text=True)
    assert client.post(f"{base(dispute)}/acceptance_notice", data={}).status_code == 403
    one = issued()[0]
    refused = client.post(f"{base(dispute)}/{one.id}/download", data={"format": "pdf"})
    assert refused.status_code == 422
    assert "请先写明为什么要看" in refused.get_data(as_text=True)
    assert audited("document.read") == []

    given = client.post(f"{base(dispute)}/{one.id}/download", data={"format": "pdf", "reason": "送达前核对文书"})
    assert given.data.startswith(b"%PDF")
    assert audited("document.read")[0]["reason_length"] == 7


def test_a_document_that_does_not_fit_now_is_not_offered(officer, dispute):
    page = officer.get(base(dispute)).get_data(as_text=True)

    assert "受理告知书" in page
    assert "人民调解协议书" not in page
    assert officer.get(f"{base(dispute)}/mediation_agreement").status_code == 404
    assert officer.get(f"{base(dispute)}/case_index").status_code == 404
    assert officer.get(f"{base(dispute)}/nonsense").status_code == 404


def test_a_text_that_signs_rights_away_is_refused_and_stays_on_the_page(officer, dispute):
    typed = {"field_0": "由乡镇处理", "field_1": "当事人保证不再上访", "field_2": ""}

    answer = officer.post(f"{base(dispute)}/transfer_letter", data={"id": str(uuid4()), **typed})

    assert answer.status_code == 422
    assert "保证不再上访" in answer.get_data(as_text=True)
    assert not issued()


# --- drafts and numbers -----------------------------------------------------------------------------------------


def test_a_draft_has_no_number_masks_names_and_opens_nothing(officer, dispute):
    answer = officer.post(f"{base(dispute)}/acceptance_notice/preview", data={})

    text = text_of(answer.data)
    assert answer.mimetype == "application/pdf"
    assert "草稿" in text
    assert "王**" in text
    assert "王某甲" not in text
    assert "〔2026〕" not in text
    assert audited("party.revealed") == []


def test_issuing_numbers_by_unit_names_the_parties_and_logs_the_opening(officer, dispute):
    for _ in range(2):
        assert notice(officer, dispute).status_code == 302

    first, second = issued()
    assert (first.number_text, second.number_text) == ("东河镇字〔2026〕1号", "东河镇字〔2026〕2号")
    opened = audited("party.revealed")
    assert [one["reason_kind"] for one in opened] == ["delivery", "delivery"]
    file = officer.post(f"{base(dispute)}/{first.id}/download", data={"format": "pdf"})
    text = text_of(file.data)
    assert "王某甲" in text
    assert "东河镇字〔2026〕1号" in text
    assert "<b>水</b>" in text
    assert "草稿" not in text
    docx = officer.post(f"{base(dispute)}/{first.id}/download", data={"format": "docx"}).data
    assert zipfile.is_zipfile(io.BytesIO(docx))
    with reading() as session:
        notes = [
            one.note for one in session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "document_issued"))
        ]
    assert notes == ["《受理告知书》东河镇字〔2026〕1号", "《受理告知书》东河镇字〔2026〕2号"]


def test_a_form_sent_twice_is_one_document(officer, dispute):
    data = {"id": str(uuid4())}
    for _ in range(2):
        assert officer.post(f"{base(dispute)}/acceptance_notice", data=data).status_code == 302

    assert len(issued()) == 1


def test_files_on_the_disk_hold_no_name_in_clear(officer, dispute, tmp_path):
    notice(officer, dispute)

    files = [path for path in (tmp_path / "instance" / "attachments").rglob("*") if path.is_file()]
    assert len(files) == 2
    assert not any(b"%PDF" in path.read_bytes() or b"PK\x03\x04" in path.read_bytes()[:40] for path in files)


def test_a_withdrawn_document_stays_with_its_number(officer, dispute):
    notice(officer, dispute)
    one = issued()[0]
    address = f"{base(dispute)}/{one.id}/withdraw"

    assert officer.post(address, data={"reason": "错"}).status_code == 422
    assert officer.post(address, data={"reason": "地点写错了,重新出具"}).status_code == 302
    assert officer.post(address, data={"reason": "地点写错了,重新出具"}).status_code == 302
    notice(officer, dispute)

    first, second = issued()
    assert first.withdrawn_at is not None
    assert second.number == 2
    page = officer.get(base(dispute)).get_data(as_text=True)
    assert "地点写错了" in page


# --- papers and archive -----------------------------------------------------------------------------------------


def paper(officer, dispute: Dispute, **changes):
    data = {
        "id": str(uuid4()),
        "kind": "mediation_agreement",
        "signed_on": "2026-11-18",
        "term_who_0": "当事人A",
        "term_what_0": "修好排水沟",
        "term_when_0": "2026-12-01",
        "pages": (io.BytesIO(JPEG), "协议.jpg"),
    } | changes
    return officer.post(f"/disputes/{dispute.id}/papers", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pages": (io.BytesIO(b"MZ" + bytes(50)), "a.exe")}, "不是照片或 PDF"),
        ({"signed_on": "2026-12-24"}, "不能晚于今天"),
        ({"signed_on": ""}, "请填纸上写的日期"),
        ({"term_when_0": ""}, "每一件都要写全"),
        ({"kind": ""}, "请选是哪一种文书"),
        ({"note": "当事人永不上访"}, "放弃权利"),
    ],
)
def test_a_paper_that_is_not_whole_is_refused_and_its_words_stay(officer, dispute, changes, told):
    answer = paper(officer, dispute, **changes)

    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert told in page
    assert "修好排水沟" in page
    with reading() as session:
        assert session.scalars(select(PaperRecord)).all() == []


def test_a_photo_of_the_signed_paper_with_its_fields_is_a_full_record(officer, dispute):
    assert officer.get(f"/disputes/{dispute.id}/papers/new").status_code == 200
    assert paper(officer, dispute).status_code == 302

    with reading() as session:
        kept = session.scalars(select(PaperRecord)).one()
        page = session.scalars(select(PaperPage)).one()
        event = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "paper_recorded")).one()
        assert kept.signed_on == date(2026, 11, 18)
        assert kept.entered_at == NOW
        assert kept.terms == [{"who": "当事人A", "what": "修好排水沟", "due_on": "2026-12-01"}]
        assert "当事人A:修好排水沟,2026年12月1日前" in event.note
        key = page.id
    shown = officer.post(f"/disputes/{dispute.id}/papers/pages/{key}")
    assert shown.data == JPEG
    assert shown.mimetype == "image/jpeg"
    assert audited("document.read")[0]["page"] == 1


def test_the_archive_of_a_closed_dispute_holds_everything_with_digests(officer, dispute):
    notice(officer, dispute)
    paper(officer, dispute)
    assert officer.post(f"/disputes/{dispute.id}/archive").status_code == 409
    with transaction() as session:
        row = session.get_one(Dispute, dispute.id)
        row.state, row.closed_at, row.closure_ground = "closed", NOW, "agreement_performed"

    answer = officer.post(f"/disputes/{dispute.id}/archive")

    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    names = archive.namelist()
    assert [name for name in names if name.endswith("卷宗目录.pdf")]
    assert any("受理告知书" in name and name.endswith(".docx") for name in names)
    assert any("签字件" in name and name.endswith(".jpg") for name in names)
    sums = archive.read("校验值.txt").decode()
    assert all(name in sums for name in names if name != "校验值.txt")
    index = text_of(archive.read(next(name for name in names if name.endswith("卷宗目录.pdf"))))
    assert "东河镇字〔2026〕1号" in index
    assert "办理经过" in index
    assert audited("dispute.archived")


def test_blank_forms_have_room_instead_of_words(officer, dispute):
    assert "人民调解协议书" in officer.get("/paper-forms").get_data(as_text=True)
    text = text_of(officer.get("/paper-forms/download/mediation_agreement.pdf").data)

    assert "____" in text
    assert "王某甲" not in text
    assert officer.get("/paper-forms/download/case_index.pdf").status_code == 404
    assert officer.get("/paper-forms/download/registration.exe").status_code == 404
