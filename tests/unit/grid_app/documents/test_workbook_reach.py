"""Workbooks that reach further than memory: told before a library opens them, refused with a sentence, never built."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from grid_app.documents.tables.template import UnusableError, header_of, opened
from grid_app.documents.workbook_reach import NoWorkbookError, reach_of
from grid_app.errors import InvalidError
from grid_app.services.intake.sheet import read_sheet

NAMES = ("日期", "村(社区)", "主要内容")
SHEET = "xl/worksheets/sheet1.xml"
END = b"</sheetData>"
LAST = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
MERGED = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'


def workbook(*, far_format: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.append(NAMES)
    sheet.append(("2025-1-1", "云岭村", "屋后排水沟起争执"))
    if far_format:
        sheet[far_format].font = Font(bold=True)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def changed(old: bytes, new: bytes, *, name: str = SHEET) -> bytes:
    """Return the workbook with a part of it replaced, as somebody who means harm would write it."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as packed, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as out:
        for info in packed.infolist():
            body = packed.read(info)
            out.writestr(info.filename, body.replace(old, new) if info.filename == name else body)
    return written.getvalue()


def other_package(name: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as out:
        out.writestr(name, "<x/>")
    return written.getvalue()


def test_a_cell_in_the_last_corner_is_told_with_its_place():
    assert (reach_of(changed(END, LAST)).lines, reach_of(changed(END, LAST)).columns) == (1_048_576, 16_384)


def test_a_workbook_as_offices_send_it_reaches_as_far_as_its_words():
    found = reach_of(workbook(far_format="XFD1048576"))

    assert (found.lines, found.columns, found.cells, found.merged) == (2, 3, 7, 0)


BOMBS = {
    "corner": changed(END, LAST),
    "merged": changed(END, MERGED),
    "no places": changed(END, b"".join([b"<row>", *[b"<c><v>1</v></c>"] * 6_000, b"</row>"]) * 40 + END),
    "backwards": changed(END, b'<row r="1048576"/><row><c r="A1048576"><v>1</v></c></row></sheetData>'),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_superior_sheet_without_end_is_refused_with_what_to_do(name):
    with pytest.raises(UnusableError, match="只留表头"):
        opened(BOMBS[name], "a.xlsx")


@pytest.mark.parametrize("file_name", ["a.xlsx", "a.xls"])
@pytest.mark.parametrize("name", ["corner", "merged"])
def test_a_sheet_to_import_without_end_is_refused_whatever_its_name(name, file_name):
    with pytest.raises(InvalidError, match="远处多余的格子"):
        read_sheet(BOMBS[name], file_name)


def test_a_format_left_in_the_last_corner_keeps_nobody_from_working():
    raw = workbook(far_format="XFD1048576")

    assert [name for _, name in header_of(opened(raw, "a.xlsx")).columns] == list(NAMES)
    assert len(read_sheet(raw, "a.xlsx").file.rows) == 1


@pytest.mark.parametrize(
    "raw",
    [
        changed(b"<worksheet", b'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet'),
        changed(b'r="A1"', b'r="AAAA1"'),
        changed(END, b""),
        other_package("content.xml"),
        other_package("xl/workbook.bin"),
        b"PK",
    ],
    ids=["entities", "no such place", "broken off", "another office's format", "binary", "no package"],
)
def test_what_is_no_workbook_is_told_and_refused(raw):
    with pytest.raises(NoWorkbookError):
        reach_of(raw)
    with pytest.raises(InvalidError, match="读不出来"):
        read_sheet(raw, "a.xlsx")
    with pytest.raises(UnusableError):
        opened(raw, "a.xlsx")
