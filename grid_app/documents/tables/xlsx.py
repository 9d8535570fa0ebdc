"""A table as an .xlsx workbook in constant memory: typed cells, never a formula, headings that stay in view."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from grid_app.documents.tables.content import Column, Row, Table, Tell, Value, clean, local, told

MOST_ROWS: Final = 1_000_000
"""A sheet holds 1,048,576 lines."""
LONGEST_CELL: Final = 32_767
FONT: Final = {"font_name": "宋体", "font_size": 11, "valign": "top"}
FORMATS: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": {"num_format": "@", "text_wrap": True},
    "code": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    "number": {"num_format": "0"},
    "decimal": {"num_format": "0.000000"},
}
ABOUT: Final = "说明"


def write_xlsx(path: Path, tables: Sequence[Table], *, about: Sequence[tuple[str, str]], tell: Tell | None) -> int:
    """Write a sheet per table and one that says what the file is; return how many rows were written.

    A cell of text is stored as text and formatted as text, so that it stays text also after somebody edits it.
    """
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "tmpdir": str(path.parent),
    }  # fmt: skip
    written = 0
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = {kind: book.add_format({**FONT, **given}) for kind, given in FORMATS.items()}
        head = book.add_format({**FONT, "bold": True, "bg_color": "#E7F1F0", "border": 1, "text_wrap": True})
        for table in tables:
            sheet = book.add_worksheet(table.title[:31])
            written += _fill(sheet, table, formats, head, tell)
        _tell_about(book.add_worksheet(ABOUT), about, formats["text"], head)
    return written


def _fill(sheet: Any, table: Table, formats: Mapping[str, Any], head: Any, tell: Tell | None) -> int:  # noqa: ANN401 - XlsxWriter has no types
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, column.width, formats[column.kind])
        sheet.write_string(0, at, column.label, head)
    count = 0
    for row in told(table.rows, tell):
        count += 1
        _write(sheet, count, row, table.columns, formats)
    sheet.autofilter(0, 0, max(count, 1), len(table.columns) - 1)
    return count


def _write(sheet: Any, line: int, row: Row, columns: Sequence[Column], formats: Mapping[str, Any]) -> None:  # noqa: ANN401 - as above
    for at, (value, column) in enumerate(zip(row.values, columns, strict=True)):
        if value is None or value == "":
            continue
        cell = formats[column.kind]
        if isinstance(value, date):
            sheet.write_datetime(line, at, _day(value), cell)
        elif isinstance(value, str):
            sheet.write_string(line, at, clean(value)[:LONGEST_CELL], cell)
        else:
            sheet.write_number(line, at, value, cell)


def _day(value: Value) -> Value:
    return local(value) if isinstance(value, datetime) else value


def _tell_about(sheet: Any, about: Sequence[tuple[str, str]], text: Any, head: Any) -> None:  # noqa: ANN401 - as above
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 80)
    for line, (label, words) in enumerate(about):
        sheet.write_string(line, 0, label, head)
        sheet.write_string(line, 1, clean(words), text)
