"""A table as CSV in UTF-8 (RFC 4180), with or without the mark that office programs know it by."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Final

from grid_app.documents.tables.content import Table, Tell, Value, as_text, told

_RISKY: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20|%]|[\t\r\n]")


def write_csv(path: Path, table: Table, *, with_mark: bool, tell: Tell | None) -> int:
    """Write the headings and the rows; return how many rows were written."""
    count = 0
    with path.open("w", encoding="utf-8-sig" if with_mark else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(column.label) for column in table.columns])
        for row in told(table.rows, tell):
            count += 1
            writer.writerow([_cell(value) for value in row.values])
    return count


def harmless(text: str) -> str:
    """Return ``text`` so that no office program takes it for a formula: an apostrophe goes before one that might be.

    Examples
    --------
    >>> harmless("=1+1"), harmless("用水")
    ("'=1+1", '用水')
    """
    return f"'{text}" if _RISKY.match(text) else text


def _cell(value: Value) -> str:
    return harmless(as_text(value)) if isinstance(value, str) else as_text(value)
