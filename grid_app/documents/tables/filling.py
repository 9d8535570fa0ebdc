"""Filling rows under the header of a workbook that somebody else formatted; its formats, title and foot stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from openpyxl.cell import Cell, MergedCell
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import column_index_from_string
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from grid_app.documents.tables.content import Value, as_text, clean, local
from grid_app.documents.tables.delimited import harmless
from grid_app.documents.tables.template import Header

GENERAL: Final = "General"
TEXT: Final = "@"
DAY: Final = "yyyy-mm-dd"
LONGEST_CELL: Final = 32_767
WITHDRAWN: Final = "本期撤回"
_REFERENCE: Final = re.compile(r"(?<![A-Za-z!])(\$?[A-Z]{1,3}\$?)(\d+)(?![\w(])")


@dataclass(frozen=True)
class _Kept:
    """One cell of the foot, to be put back below the rows."""

    line: int
    column: int
    value: Any
    style: Any


def fill_sheet(
    book: Workbook, header: Header, rows: Sequence[Mapping[str, Value]], path: Path, *, withdrawn: Sequence[str] = ()
) -> None:
    """Write ``rows`` (values by column letter) under the header and save the workbook to ``path``.

    Every row looks like the first line under the header did. ``withdrawn`` are numbers that were sent before and do
    not count any more; they stand on a sheet of their own.
    """
    sheet = book[header.tab]
    begin = header.last + 1
    styles, height = _look_of(sheet, begin), sheet.row_dimensions[begin].height
    spans = [(one.min_col, one.max_col) for one in sheet.merged_cells.ranges if one.min_row == one.max_row == begin]
    foot, areas = _take_foot(sheet, header), _clear(sheet, begin)
    for line, row in enumerate(rows, begin):
        _write(sheet, line, row, styles)
        if height:
            sheet.row_dimensions[line].height = height
        for left, right in spans:
            sheet.merge_cells(start_row=line, end_row=line, start_column=left, end_column=right)
    _put_foot(sheet, header, foot, areas, len(rows))
    if withdrawn:
        extra = book.create_sheet(WITHDRAWN)
        extra.append(["以前报过、现在不再属于本辖区本表的编号"])
        for number in withdrawn:
            _set(extra.cell(extra.max_row + 1, 1), number)
    book.save(path)


def _look_of(sheet: Worksheet, line: int) -> dict[int, Any]:
    """Return by column how the cells of a line look."""
    return {cell.column: _style(cell) for cell in sheet[line] if cell.column}


def _style(cell: Any) -> Any:  # noqa: ANN401 - all formats of a cell at once, which openpyxl keeps to itself
    return copy(cell._style)  # noqa: SLF001 - as above


def _dress(cell: Any, style: Any) -> None:  # noqa: ANN401 - as above
    cell._style = copy(style)  # noqa: SLF001 - as above


def _write(sheet: Worksheet, line: int, row: Mapping[str, Value], styles: Mapping[int, Any]) -> None:
    for column, style in styles.items():
        cell = sheet.cell(line, column)
        if not isinstance(cell, MergedCell):
            _dress(cell, style)
    for letter, value in row.items():
        _set(sheet.cell(line, column_index_from_string(letter)), value)


def _set(cell: Cell | MergedCell, value: Value) -> None:
    """Put a value into a cell: text stays text whatever it begins with, days become days where the format lets them."""
    if isinstance(cell, MergedCell) or value is None or value == "":
        return
    if isinstance(value, date):
        _set_day(cell, value)
        return
    if not isinstance(value, str):
        cell.value = value
        return
    text = clean(value)[:LONGEST_CELL]
    cell.value = text
    if cell.data_type != "s":
        cell.data_type = "s"
    if harmless(text) != text or text.isdigit():
        cell.number_format = TEXT


def _set_day(cell: Cell, value: date) -> None:
    if cell.number_format == TEXT:
        cell.value = as_text(value)
        return
    day = local(value).date() if isinstance(value, datetime) else value
    if cell.number_format == GENERAL or not is_date_format(cell.number_format):
        cell.value, cell.number_format = day, DAY
        return
    kept = cell.number_format
    cell.value = day
    cell.number_format = kept


def _take_foot(sheet: Worksheet, header: Header) -> list[_Kept]:
    if not header.foot:
        return []
    rows = sheet.iter_rows(min_row=header.foot, max_row=sheet.max_row)
    return [
        _Kept(cell.row, cell.column, cell.value, _style(cell)) for row in rows for cell in row if isinstance(cell, Cell)
    ]


def _clear(sheet: Worksheet, begin: int) -> list[tuple[int, int, int, int]]:
    """Empty everything from a line on, and return what was merged there."""
    areas = [
        (one.min_row, one.max_row, one.min_col, one.max_col)
        for one in list(sheet.merged_cells.ranges)
        if one.min_row >= begin
    ]
    for top, bottom, left, right in areas:
        sheet.unmerge_cells(start_row=top, end_row=bottom, start_column=left, end_column=right)
    if sheet.max_row >= begin:
        sheet.delete_rows(begin, sheet.max_row - begin + 1)
    return areas


def _put_foot(
    sheet: Worksheet, header: Header, foot: Sequence[_Kept], areas: Sequence[tuple[int, int, int, int]], count: int
) -> None:
    if not foot:
        return
    room = header.foot - header.last - 1
    shift = max(count - room, 0)
    for one in foot:
        cell = sheet.cell(one.line + shift, one.column)
        cell.value = _moved(one.value, header, shift)
        _dress(cell, one.style)
    for top, bottom, left, right in areas:
        if top >= header.foot:
            sheet.merge_cells(start_row=top + shift, end_row=bottom + shift, start_column=left, end_column=right)


def _moved(value: Any, header: Header, shift: int) -> Any:  # noqa: ANN401 - whatever stood in the cell
    """Return a value of the foot at its new line: a formula of its own over the rows covers all of them."""
    if not (isinstance(value, str) and value.startswith("=")):
        return value

    def moved(found: re.Match[str]) -> str:
        line = int(found.group(2))
        return f"{found.group(1)}{line + shift if line >= header.foot - 1 else line}"

    return _REFERENCE.sub(moved, value)
