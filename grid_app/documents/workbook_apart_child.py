"""The process that reads a workbook: ``python -m grid_app.documents.workbook_apart_child``, started by another one.

An order and the file come in at standard input, the cells go out as JSON. It takes no more memory and time than it is
given, whatever the file says; ending it, or its ending itself, harms nobody.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any, Final

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from grid_app.documents.cells import cell_text
from grid_app.documents.workbook_apart import LENGTH_BYTES, NO_WORKBOOK, TOO_LARGE

MOST_MEMORY: Final = 1_536 * 1024 * 1024
"""A sheet of the old kind whose last cell is used takes half of it."""
MOST_SECONDS: Final = 40
MOST_TOLD: Final = 100_000_000
"""Cells and signs in them: a text that is stored once may stand in millions of cells."""


def main() -> None:
    """Read what comes in and write what it holds."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    length = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "big")
    order = json.loads(sys.stdin.buffer.read(length))
    try:
        found = _found(sys.stdin.buffer.read(), wanted=order["wanted"], most_lines=order["most_lines"])
    except (CalamineError, OSError, ValueError):
        sys.exit(NO_WORKBOOK)
    except MemoryError:
        sys.exit(TOO_LARGE)
    sys.stdout.write(json.dumps(found, ensure_ascii=False))


def _found(raw: bytes, *, wanted: str, most_lines: int) -> dict[str, list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    names = [
        one.name
        for one in book.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]
    told, sheets = 0, []
    for name in names:
        if not wanted or name == wanted:
            sheet = book.get_sheet_by_name(name)
            rows = _rows(sheet, MOST_TOLD - told) if sheet.total_height <= most_lines else []
            told += sum(_size(row) for row in rows)
            sheets.append([name, sheet.total_height, rows, list(sheet.merged_cell_ranges or [])])
    return {"names": names, "sheets": sheets}


def _rows(sheet: CalamineSheet, most: int) -> list[list[str]]:
    rows = []
    for row in sheet.to_python(skip_empty_area=False):
        rows.append(_texts(row))
        most -= _size(rows[-1])
        if most < 0:
            raise MemoryError
    return rows


def _size(row: list[str]) -> int:
    return len(row) + sum(map(len, row))


def _texts(row: list[Any]) -> list[str]:
    """Return a row as texts, without what is empty at its end."""
    texts = [cell_text(cell) for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return texts


if __name__ == "__main__":
    main()
