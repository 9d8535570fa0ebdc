"""Reading the files of a scan: columns by position, blanks or commas between them, a header or none, packed or not."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

_TIME = re.compile(r"(\d{1,4})(?:[/.-](\d{1,2}))?(?:[/.-](\d{1,2}))?")


class FileError(Exception):
    """A file cannot be used; the text says which line and what to do (zh-CN)."""


@dataclass(frozen=True)
class Row:
    """One line: where it stands, and its fields."""

    where: str
    fields: list[str]


def rows_of(path: Path) -> list[Row]:
    """Return the lines of a file; a first line without any number after its first column is a header and left out.

    Raises
    ------
    FileError
        The file cannot be read or holds no line.
    """
    rows = list(_lines(path))
    if rows and not any(_is_number(field) or moment(field) for field in rows[0].fields[1:]):
        rows = rows[1:]
    if not rows:
        raise FileError(f"{path.name} 里没有数据行,请检查文件。")
    return rows


def _lines(path: Path) -> Iterator[Row]:
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError) as error:
        raise FileError(f"读不了 {path}:{error}。请检查路径和文件。") from error
    except UnicodeDecodeError:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("gb18030", errors="replace")
    lines = text.splitlines()
    with_commas = next(("," in line for line in lines if line.strip()), False)
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("//"):
            continue
        fields = next(csv.reader([line], skipinitialspace=True)) if with_commas else line.split()
        yield Row(f"{path.name} 第 {number} 行", [field.strip() for field in fields])


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def number_in(row: Row, column: int, what: str) -> float:
    """Return the number of a column.

    Raises
    ------
    FileError
        There is none.
    """
    if column < len(row.fields) and _is_number(row.fields[column]):
        return float(row.fields[column])
    found = row.fields[column] if column < len(row.fields) else "空"
    raise FileError(f"{row.where}:第 {column + 1} 列应是{what}(数字),现在是“{found[:40]}”。请改正后重试。")


def moment(text: str, *, middle: bool = False) -> date | None:
    """Return the day of ``2001/11/24``, ``2001-11``, ``1977`` or ``77``; None when it is no date.

    A year or month alone means its first day, or, with ``middle``, the middle: 1 July, the 15th. Years of two digits
    are of the twentieth century.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year = int(match[1]) + (1900 if len(match[1]) <= 2 else 0)
    month = int(match[2]) if match[2] else 7 if middle else 1
    day = int(match[3]) if match[3] else 15 if middle and match[2] else 1
    try:
        return date(year, month, day)
    except ValueError:
        return None


def moment_in(row: Row, column: int, *, middle: bool = False) -> date:
    """Return the day of a column.

    Raises
    ------
    FileError
        It is no date.
    """
    text = row.fields[column] if column < len(row.fields) else ""
    found = moment(text, middle=middle)
    if found is None:
        raise FileError(f"{row.where}:第 {column + 1} 列应是日期(如 2026-11-20),现在是“{text[:40]}”。请改正后重试。")
    return found
