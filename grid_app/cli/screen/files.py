"""Reading the files of a scan: columns by position, blanks or commas between them, a header or none, packed or not."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import isfinite
from pathlib import Path
from typing import NamedTuple

_BLANK = re.compile(r"[^\S\r\n]")
_TIME = re.compile(r"(\d{1,4})(?:[/.-](\d{1,2}))?(?:[/.-](\d{1,2}))?")


class FileError(Exception):
    """A file cannot be used; the text says which line and what to do (zh-CN)."""


class Row(NamedTuple):
    """One line: of which file, which, and its fields."""

    file: str
    number: int
    fields: list[str]

    @property
    def where(self) -> str:
        """What a message calls the line."""
        return f"{self.file} 第 {self.number} 行"


@dataclass(frozen=True)
class Lines:
    """The lines of a file that hold data: their numbers, and their fields."""

    file: str
    numbers: list[int]
    fields: list[list[str]]

    def __iter__(self) -> Iterator[Row]:
        return (self.row(at) for at in range(len(self.fields)))

    def row(self, at: int) -> Row:
        """Return one of them."""
        return Row(self.file, self.numbers[at], self.fields[at])


def lines_of(path: Path) -> Lines:
    """Return the lines of a file; a first line without any number after its first column is a header and left out.

    Raises
    ------
    FileError
        The file cannot be read or holds no line.
    """
    text = _text(path)
    lines = text.splitlines()
    numbers = [at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("//")]
    fields = _split([lines[at] for at in numbers], is_plain=not _BLANK.search(text) and '"' not in text)
    first = 1 if fields and not any(_number(field) is not None or moment(field) for field in fields[0][1:]) else 0
    if len(fields) == first:
        raise FileError(f"{path.name} 里没有数据行,请检查文件。")
    return Lines(path.name, [at + 1 for at in numbers[first:]], fields[first:])


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError) as error:
        raise FileError(f"读不了 {path}:{error}。请检查路径和文件。") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _split(lines: list[str], *, is_plain: bool) -> list[list[str]]:
    """Return the fields of each line; commas part them when the first line has one."""
    if not lines or "," not in lines[0]:
        return [line.split() for line in lines]
    if is_plain:
        return [line.split(",") for line in lines]
    rows = (next(csv.reader([line], skipinitialspace=True)) if '"' in line else line.split(",") for line in lines)
    return [[field.strip() for field in row] for row in rows]


def _number(field: str) -> float | None:
    try:
        found = float(field)
    except ValueError:
        return None
    return found if isfinite(found) else None


def number_in(row: Row, column: int, what: str) -> float:
    """Return the number of a column.

    Raises
    ------
    FileError
        There is none.
    """
    number = _number(row.fields[column]) if column < len(row.fields) else None
    if number is not None:
        return number
    found = row.fields[column] if column < len(row.fields) else "空"
    raise FileError(f"{row.where}:第 {column + 1} 列应是{what}(数字),现在是“{found[:40]}”。请改正后重试。")


@lru_cache(maxsize=4096)
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
