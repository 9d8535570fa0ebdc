"""Pages of exports and of a superior's sheets: ask, fetch, refuse; fill a sheet, and tell only what changed."""

from __future__ import annotations

import hashlib
import io
import re
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.http import exports
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from grid_app.models.exports import ExportJob, SheetReturn, SuperiorSheet
from tests.builders import add_dispute
from tests.unit.grid_app.documents.test_superior_sheets import superior_sheet

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
SHEETS = "/exports/sheets"
NAMED = {"name": "市里的周报", "period": "week", "covers": "stock"}
COLUMNS = {
    "source_A": "seq", "source_B": "number", "source_C": "received", "source_D": "summary", "source_E": "is_settled",
    "words_E": "是=1\n否=0", "source_F": "closed", "source_G": "unit", "source_H": "fixed", "text_H": "已核对",
}  # fmt: skip


@pytest.fixture
def officer(app_world, sign_in):
    """Give a client of the county office, in a county of four disputes."""
    with transaction() as session:
        for at, code in enumerate(("990101001201", "990101001201", "990101001202", "990101002201")):
            add_dispute(session, app_world, summary=f"第{at}件", division_code=code, reported_by=None)
    return sign_in("county_officer")


def page_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def fetched(client, at):
    with client.get(f"{at}/file") as answer:
        assert answer.status_code == 200
        return answer.data, answer.headers


def test_a_file_is_asked_for_fetched_with_its_checksum_and_given_up(officer, sign_in):
    at = officer.post("/exports", data={"kind": "disputes", "form": "csv"}).location

    page = page_of(officer.get(at))
    body, headers = fetched(officer, at)
    other = sign_in("county_lead")

    assert "4 行" in page
    assert hashlib.sha256(body).hexdigest() in page
    assert headers["X-Content-SHA256"] == hashlib.sha256(body).hexdigest()
    assert "attachment" in headers["Content-Disposition"]
    assert officer.get(f"{at}/progress").json["finished"] is True
    assert [other.get(f"{at}{end}").status_code for end in ("", "/file", "/progress")] == [404] * 3
    assert [other.post(f"{at}{end}").status_code for end in ("/again", "/drop")] == [404] * 2
    assert "做好了" in page_of(officer.get("/exports"))

    with reading() as session:
        place = exports.files().place_of(session.scalar(select(ExportJob.id)))
        assert "export.fetched" in session.scalars(select(AuditEvent.action)).all()
    place.write_bytes(b"changed")
    assert "校验值不一样" in page_of(officer.get(f"{at}/file", follow_redirects=True))
    assert "文件已清掉" in page_of(officer.post(f"{at}/drop", follow_redirects=True))
    assert not place.exists()
    assert "4 行" in page_of(officer.post(f"{at}/again", follow_redirects=True))
    assert "已经做好了" in page_of(officer.post(f"{at}/again", follow_redirects=True))


def test_what_cannot_be_made_is_said_and_what_was_typed_stays(officer):
    typed = {"kind": "gbt31000", "form": "gpkg", "first": "昨天", "last": "2026-11-01", "place": "990101001"}

    page = page_of(officer.post("/exports", data=typed), 422)

    assert "可以选:Excel 表格(.xlsx)、CSV 文本(.csv)" in page
    assert "请写成 2026-11-20 这样的日期" in page
    assert re.search(r'value="gbt31000" checked', page)
    assert 'value="2026-11-01"' in page
    assert '<option value="990101001" selected>' in page
    assert "请选要导出什么" in page_of(officer.post("/exports", data={"kind": "persons", "form": "csv"}), 422)


def upload(client, body, **typed):
    return client.post(SHEETS, data={**NAMED, **typed, "file": (io.BytesIO(body), "周报.xlsx")})


def filled(client, sheet, **typed):
    """Fill a sheet; return what its page says, its rows under the header, and its tabs."""
    at = client.post(f"{sheet}/fill", data=typed).location
    page = page_of(client.get(at))
    book = load_workbook(io.BytesIO(fetched(client, at)[0]))
    rows = [row for row in book["周报"].iter_rows(min_row=6, values_only=True) if isinstance(row[0], int)]
    return page, rows, book.sheetnames


def mark_sent(client, sheet):
    with reading() as session:
        newest = session.scalar(select(SheetReturn.id).order_by(SheetReturn.made_at.desc(), SheetReturn.id.desc()))
    return page_of(client.post(f"{sheet}/sent/{newest}", follow_redirects=True))


def test_a_sheet_is_filled_with_one_click_and_tells_only_what_changed(app_world, officer, sign_in, clock):
    columns = upload(officer, superior_sheet()).location
    assert "基本情况-登记日期" in page_of(officer.get(columns))
    sheet = officer.post(columns, data=COLUMNS).location

    page, rows, _ = filled(officer, sheet, rows="all")
    assert "新增 4 件,变化 0 件,撤回 0 件" in page
    assert [(row[0], row[3], row[4], row[7]) for row in rows] == [
        (at + 1, f"第{at}件", "0", "已核对") for at in range(4)
    ]
    assert "已标记“已报送”" in mark_sent(officer, sheet)
    assert "标记过" in mark_sent(officer, sheet)

    clock.advance(timedelta(minutes=10))
    with transaction() as session:
        first, second, *_ = session.scalars(select(Dispute).order_by(Dispute.summary))
        first.state, first.closed_at, first.closure_ground = "closed", clock.now(), "agreement_performed"
        second.category = "1501"
        gone = second.case_code
        add_dispute(session, app_world, summary="第9件", at=clock.now(), reported_by=None)
    page, rows, tabs = filled(officer, sheet, rows="changes")
    assert "新增 1 件,变化 1 件,撤回 1 件;和上次报送一样的 2 件,没有写进表里" in page
    assert [(row[3], row[4]) for row in rows] == [("第0件", "1"), ("第9件", "0")]
    assert tabs == ["周报", "本期撤回"]
    assert len(filled(officer, sheet, rows="all")[1]) == 4
    assert gone not in str(rows)

    mark_sent(officer, sheet)
    assert "新增 0 件,变化 0 件,撤回 0 件;和上次报送一样的 4 件" in filled(officer, sheet, rows="changes")[0]
    township = sign_in("township_officer")
    assert "新增 3 件" in filled(township, sheet, rows="changes")[0]  # what the county sent says nothing of it
    assert upload(township, superior_sheet()).status_code == 403
    assert township.get(f"{sheet}/columns").status_code == 403


def test_columns_of_persons_stay_empty_and_versions_keep_what_was_chosen(officer):
    columns = upload(officer, superior_sheet()).location

    wrong = page_of(officer.post(columns, data={"source_A": "fixed", "words_E": "什么"}), 422)
    nothing = page_of(officer.post(columns, data={}), 422)
    moved = page_of(officer.post(columns, data={"header_first": "4", "header_last": "4"}, follow_redirects=True))
    sheet = officer.post(columns, data={**COLUMNS, "header_first": "4", "header_last": "4"}).location
    filled(officer, sheet)
    again = officer.post(columns, data={**COLUMNS, "source_D": ""}).location
    third = upload(officer, superior_sheet()).location

    assert "请写是什么字" in wrong
    assert "请一行写一个" in wrong
    assert "请至少选一列" in nothing
    assert "按新的行数重新读了表头" in moved
    assert sheet != again  # a version that was used stays as it was
    assert "已经有新版本" in page_of(officer.post(columns, data=COLUMNS), 409)
    with reading() as session:
        versions = session.execute(select(SuperiorSheet.version).order_by(SuperiorSheet.version)).scalars().all()
    assert versions == [1, 2, 3]
    assert page_of(officer.get(third)).count('<option value="unit" selected>') == 1
    assert "已停用" in page_of(officer.post(f"{third.removesuffix('/columns')}/retire", follow_redirects=True))
    assert officer.get(again).status_code == 404


def test_a_column_of_persons_takes_nothing(officer):
    book = load_workbook(io.BytesIO(superior_sheet()))
    book["周报"]["G4"] = "当事人姓名"
    made = io.BytesIO()
    book.save(made)
    columns = upload(officer, made.getvalue()).location

    page = page_of(officer.post(columns, data=COLUMNS), 422)

    assert "“化解情况-当事人姓名”这一列是写人的,平台不填" in page
    assert "这一列是写人的,平台不填,留空" in page


@pytest.mark.parametrize(
    ("body", "typed", "sentence"),
    [(b"", {}, "没有选文件"), (b"x", {}, "不是 .xlsx 文件"), (superior_sheet(), {"name": ""}, "起个名字")],
    ids=["empty", "text", "nameless"],
)
def test_a_sheet_that_cannot_be_used_is_refused_and_what_was_typed_stays(officer, body, typed, sentence):
    page = page_of(upload(officer, body, **{"covers": "new", **typed}), 422)

    assert sentence in page
    assert re.search(r'value="new" checked', page)
