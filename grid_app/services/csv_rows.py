"""Rows of an uploaded or imported CSV file: decoded, named by its header, every value stripped."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grid_app.errors import InvalidError

MOST_ROWS = 100_000
ENCODINGS = ("utf-8-sig", "gb18030")
NOTHING_DONE = "什么也没有导入。"


@dataclass(frozen=True)
class CsvRow:
    """One row: ``number`` counts lines from 1, the header included; ``values`` holds the known columns only."""

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class RefusedRow:
    """A row that was not taken, and why, in sentences."""

    number: int
    code: str
    reasons: tuple[str, ...]


def read_rows(content: bytes, *, columns: Sequence[str], needed: Sequence[str]) -> list[CsvRow]:
    """Return the rows of a CSV file with a header.

    Parameters
    ----------
    content : bytes
        The file: UTF-8 (with or without byte order mark), or GB18030 as Chinese Excel writes it.
    columns : sequence of str
        The columns that mean something; others are passed over.
    needed : sequence of str
        Those that must be there.

    Raises
    ------
    InvalidError
        When the file is empty, in another encoding, broken, too long, or lacks a column.
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise InvalidError(f"文件的引号或换行不完整,读不下去。请重新导出;{NOTHING_DONE}") from error
    if not rows:
        raise InvalidError(f"文件是空的。请核对;{NOTHING_DONE}")
    header = [name.strip().lower() for name in rows[0][1]]
    missing = [name for name in needed if name not in header]
    if missing:
        there = "、".join(name for name in header if name) or "(没有)"
        raise InvalidError(f"缺少列:{'、'.join(missing)}。文件里有的列是:{there};{NOTHING_DONE}")
    if len(rows) > MOST_ROWS:
        raise InvalidError(f"文件有 {len(rows) - 1:,} 行,一次最多 {MOST_ROWS:,} 行。请拆开再导入;{NOTHING_DONE}")
    return [CsvRow(number, _named(header, row, columns)) for number, row in rows[1:]]


def _text(content: bytes) -> str:
    if b"\x00" in content:
        raise InvalidError(f"文件里有空字符,不是 CSV 文本。请在表格软件里另存为 CSV;{NOTHING_DONE}")
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidError(f"文件的文字编码看不懂。请另存为“CSV UTF-8”;{NOTHING_DONE}")


def _named(header: Sequence[str], row: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    named = zip(header, [*row, *[""] * len(header)], strict=False)
    return {name: cell.strip() for name, cell in named if name in columns}
