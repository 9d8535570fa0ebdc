"""A workbook holds text only: what looks like a formula, control signs and long tables come back as they were."""

from __future__ import annotations

from io import BytesIO

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as some
from python_calamine import CalamineWorkbook

from grid_app.documents.spreadsheet import csv_text, workbook

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"]


@settings(max_examples=20)
@given(cells=some.lists(some.text(max_size=20), min_size=1, max_size=30))
def test_every_text_can_be_stored_and_no_cell_is_a_formula(cells):
    sheet = openpyxl.load_workbook(BytesIO(workbook(cells, [cells], name="[表]:'\x00"))).active

    assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "inlineStr", "n"}
    assert sheet.max_column == len(cells)


def test_another_reader_finds_the_same_cells():
    made = workbook(["编号", "内容"], [["1", text] for text in RISKY], name="台账", widths=[10, 200])

    rows = CalamineWorkbook.from_filelike(BytesIO(made)).get_sheet_by_name("台账").to_python()

    assert rows == [["编号", "内容"], *(["1", text] for text in RISKY)]


def test_a_csv_cell_that_looks_like_a_formula_is_quoted():
    told = csv_text(["列"], [[text] for text in RISKY]).decode("utf-8-sig").splitlines()

    assert told[1:5] == ["'=1+1", "'+1", "'-1", "'@SUM(A1)"]
