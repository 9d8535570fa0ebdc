"""Reading a CSV file as offices make them: UTF-8 with or without BOM, or GB18030; one bad row stays one bad row."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass

from grid_app.errors import InvalidError

BROKEN = "\ufffd"
MOST_BROKEN_SHARE = 0.01
FEWEST_TOLERATED = 3
CODECS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True)
class CsvRow:
    """One row under the header: the line it begins on, its values by column, or why it cannot be read (zh-CN)."""

    line: int
    values: dict[str, str]
    problem: str = ""


@dataclass(frozen=True)
class CsvFile:
    """A file with a header: its columns, rows, encoding and SHA-256."""

    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    encoding: str
    digest: str


def read_csv(raw: bytes) -> CsvFile:
    """Return the rows of a CSV file (RFC 4180, comma) with a header line; empty lines are left out.

    Raises
    ------
    InvalidError
        The file is empty, in another encoding, has no header, or a column name twice.
    """
    text, encoding = decoded(raw)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns = _header(reader)
    rows = tuple(row for row in _rows(reader, columns))
    return CsvFile(columns, rows, "utf-8" if encoding == CODECS[0] else encoding, hashlib.sha256(raw).hexdigest())


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of a file and its encoding; a few broken signs are tolerated, their rows are refused later.

    Raises
    ------
    InvalidError
        It is neither UTF-8 nor GB18030.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InvalidError("文件是 UTF-16 编码,没有导入。请另存为“CSV UTF-8”后重试。")
    tolerated = max(FEWEST_TOLERATED, int(raw.count(b"\n") * MOST_BROKEN_SHARE))
    for codec in CODECS:
        text = raw.decode(codec, errors="replace")
        if text.count(BROKEN) <= tolerated:
            return text, codec
    raise InvalidError("文件既不是 UTF-8 也不是 GB18030 编码,没有导入。请另存为“CSV UTF-8”后重试。")


def _header(reader: Iterator[list[str]]) -> tuple[str, ...]:
    try:
        columns = tuple(name.strip() for name in next(reader))
    except StopIteration:
        raise InvalidError("文件是空的,没有导入。请选择有表头和数据的文件。") from None
    except csv.Error as error:
        raise InvalidError("文件的表头读不出来,没有导入。请检查是否是逗号分隔的 CSV 文件。") from error
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice or not any(columns):
        raise InvalidError(f"表头不对({'、'.join(twice) or '没有列名'}),没有导入。请让每一列有一个不同的名字。")
    return columns


def _rows(reader: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[CsvRow]:
    while True:
        line = reader.line_num + 1  # type: ignore[attr-defined]  # the reader of csv, which counts its lines
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield CsvRow(line, {}, "这一行读不出来:引号不成对、一格太长,或者文件在这里断了。")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, cells, columns)


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> CsvRow:
    if len(cells) != len(columns):
        return CsvRow(line, {}, f"这一行有 {len(cells)} 列,表头有 {len(columns)} 列。")
    if any(BROKEN in cell for cell in cells):
        return CsvRow(line, {}, "这一行有读不出的坏字符,请改正后再导入。")
    return CsvRow(line, dict(zip(columns, cells, strict=True)))
