"""Workbooks of a superior office: the header is found, bad files are refused with a sentence, formats stay."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Border, Font, Side

from grid_app.documents.tables.content import LARGEST
from grid_app.documents.tables.filling import fill_sheet
from grid_app.documents.tables.template import UnusableError, header_of, opened
from grid_app.services.sheets.columns import first_columns
from grid_app.services.sheets.fields import tells_of_persons

THIN = Side(style="thin")
NAMES = ("序号", "编号", "登记日期", "主要内容", "是否化解", "日期", "责任单位", "备注")


def superior_sheet() -> bytes:
    """Return a sheet as offices send it: title, unit line, header of two merged rows, numbers, an example, a foot."""
    book = Workbook()
    sheet = book.active
    sheet.title = "周报"
    sheet["A1"], sheet["A2"], sheet["F2"] = "矛盾纠纷排查化解情况周报表", "填报单位:", "填报日期:"
    sheet["A1"].font = Font(size=18, bold=True)
    sheet["A3"], sheet["B3"], sheet["E3"], sheet["H3"] = "序号", "基本情况", "化解情况", "备注"
    for letter, name in zip("BCDEFG", NAMES[1:7], strict=True):
        sheet[f"{letter}4"] = name
    for area in ("A1:H1", "A3:A4", "B3:D3", "E3:G3", "H3:H4"):
        sheet.merge_cells(area)
    for at, letter in enumerate("ABCDEFGH", 1):
        sheet[f"{letter}5"] = at
        sheet[f"{letter}6"].border = Border(THIN, THIN, THIN, THIN)
        sheet[f"{letter}6"].font = Font(name="仿宋", size=12)
    sheet["D6"], sheet["C6"].number_format = "(示例)某某", "yyyy/m/d"
    sheet["A8"], sheet["E8"], sheet["A9"] = "合计", "=COUNTA(E6:E7)", "填表人:      审核人:"
    sheet.merge_cells("A9:H9")
    sheet.row_dimensions[6].height = 40
    return saved(book)


def saved(book: Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def flat(*rows) -> Workbook:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    return book


def test_a_merged_header_is_found_between_title_and_example():
    header = header_of(opened(superior_sheet(), "周报.xlsx"))

    assert (header.tab, header.first, header.last, header.foot) == ("周报", 3, 5, 8)
    assert [letter for letter, _ in header.columns] == list("ABCDEFGH")
    assert dict(header.columns)["C"] == "基本情况-登记日期"
    assert any("示例" in note for note in header.notes)


def test_rows_go_under_the_header_and_everything_else_stays(tmp_path):
    book = opened(superior_sheet(), "周报.xlsx")
    rows = [{"A": at, "B": f"99{at}", "C": date(2026, 11, at), "D": "=HYPERLINK(1)", "E": "是"} for at in range(1, 6)]

    fill_sheet(book, header_of(book), rows, tmp_path / "a.xlsx", withdrawn=["T-9"])

    made = load_workbook(tmp_path / "a.xlsx")
    sheet = made["周报"]
    assert (sheet["A1"].value, sheet["A1"].font.size, sheet["F2"].value) == (
        "矛盾纠纷排查化解情况周报表",
        18,
        "填报日期:",
    )
    assert [sheet.cell(line, 1).value for line in range(5, 13)] == [1, 1, 2, 3, 4, 5, "合计", "填表人:      审核人:"]
    assert {(sheet.cell(line, 4).value, sheet.cell(line, 4).data_type) for line in range(6, 11)} == {
        ("=HYPERLINK(1)", "s")
    }
    assert {sheet.cell(line, 7).font.name for line in range(6, 11)} == {"仿宋"}
    assert (sheet["C10"].number_format, sheet.row_dimensions[10].height) == ("yyyy/m/d", 40)
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("991", "s")
    assert sheet["E11"].value == "=COUNTA(E6:E10)"
    assert {str(area) for area in sheet.merged_cells.ranges} == {
        "A1:H1", "A3:A4", "B3:D3", "E3:G3", "H3:H4", "A12:H12",
    }  # fmt: skip
    assert [row[0].value for row in made["本期撤回"]][1:] == ["T-9"]


def test_names_that_stand_twice_are_told_and_other_tabs_too():
    book = flat(("编号", "日期", "日期"))
    book.create_sheet("说明页")

    header = header_of(opened(saved(book), "a.xlsx"))

    assert header.columns == (("A", "编号"), ("B", "日期"), ("C", "日期"))
    assert "B、C 列都叫“日期”" in header.notes[0]
    assert "说明页" in header.notes[1]


def test_names_spread_over_a_cell_are_read_as_one_word_and_those_of_persons_too():
    book = flat(
        ("矛盾纠纷\n台账",), ("序 号", "纠纷\n编号", "登记\r\n日期", "主 要 内 容", "责任\n单位", "姓  名", "  ")
    )
    book.active.merge_cells("A1:G1")

    header = header_of(opened(saved(book), "a.xlsx"))

    assert [name for _, name in header.columns] == ["序号", "纠纷编号", "登记日期", "主要内容", "责任单位", "姓名"]
    assert [one.source for one in first_columns(header)] == ["seq", "number", "received", "summary", "unit", ""]
    assert tells_of_persons(header.columns[-1][1])


def test_a_header_of_three_lines_under_an_annex_line_keeps_its_groups():
    book = Workbook()
    sheet = book.active
    for place, text in {
        "A1": "附件2", "A2": "矛盾纠纷排查化解工作情况统计表", "A3": "单位(盖章):", "F3": "2026年 月 日", "A4": "序号",
        "B4": "纠纷情况", "B5": "基本", "D5": "涉及", "B6": "编号", "C6": "内容", "D6": "户数", "E6": "人数",
        "F6": "单位", "G4": "化解情况", "G6": "是否化解", "H6": "化解时间",
    }.items():  # fmt: skip
        sheet[place] = text
    for area in ("A2:H2", "A4:A6", "B4:F4", "B5:C5", "D5:F5", "G4:H5"):
        sheet.merge_cells(area)

    header = header_of(opened(saved(book), "a.xlsx"))

    assert (header.first, header.last) == (4, 6)
    assert [one.source for one in first_columns(header)] == [
        "seq", "number", "summary", "households", "", "organisation", "is_settled", "closed",
    ]  # fmt: skip


def test_a_protected_sheet_is_filled_and_what_that_means_is_told(tmp_path):
    book = flat(("编号", "主要内容"))
    book.active.protection.sheet, book.active.protection.password = True, "secret"
    book = opened(saved(book), "a.xlsx")
    header = header_of(book)

    fill_sheet(book, header, [{"A": "99-1", "B": "=1+1"}], tmp_path / "a.xlsx")

    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert "这张表设了保护" in header.notes[0]
    assert sheet.protection.sheet
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("=1+1", "s")


def test_empty_cells_far_beside_and_below_a_header_are_no_columns(tmp_path):
    book = flat(("编号", "主要内容", " "))
    for line in range(3, 900):
        book.active.cell(line, 40).border = Border(THIN, THIN, THIN, THIN)
    book = opened(saved(book), "a.xlsx")
    header = header_of(book)

    fill_sheet(book, header, [{"A": "99-1"}, {"A": "99-2"}], tmp_path / "a.xlsx")

    assert [letter for letter, _ in header.columns] == ["A", "B"]
    assert [row[0].value for row in load_workbook(tmp_path / "a.xlsx").active.iter_rows(min_row=2, max_row=3)] == [
        "99-1", "99-2",
    ]  # fmt: skip


def zipped(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name.replace("__", "/"), body)
    return made.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("body", "name", "sentence"),
    [
        (b"", "a.xlsx", "没有选文件"),
        (b"x" * (LARGEST + 1), "a.xlsx", "超过 5 MB"),
        (OLE, "a.xls", "老格式"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "带密码"),
        (zipped(xl__vbaProject=b""), "a.xlsm", "带宏"),
        (zipped(**{"xl__vbaProject.bin": b""}), "a.xlsx", "带宏"),
        (b"name,age", "a.xlsx", "不是 .xlsx"),
        (zipped(a=b""), "a.xlsx", "读不出来"),
        (zipped(a=bytes(70_000_000)), "a.xlsx", "太大"),
        (saved(flat()), "a.xlsx", "没有找到表头"),
        (saved(flat((1, 2, 3), (4, 5, 6))), "a.xlsx", "没有找到表头"),
    ],
    ids=["empty", "large", "xls", "password", "xlsm", "macros", "text", "damaged", "bomb", "blank", "numbers"],
)
def test_what_cannot_be_used_is_refused_with_a_sentence(body, name, sentence):
    with pytest.raises(UnusableError) as refused:
        header_of(opened(body, name))

    assert sentence in refused.value.sentence
