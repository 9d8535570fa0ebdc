"""Reading a file of events by the names of its columns: which place, which category, when."""

from __future__ import annotations

import csv
import gzip
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Final, TextIO

import numpy as np
from numpy.typing import NDArray

from grid_app.cli.screen.files import FileError
from grid_app.clock import SHANGHAI

_TIME: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?)?[分秒]?)?(?P<zone>\s*(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?"
)
_PACKED: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?")
_EPOCH_DIGITS: Final = {10: 1, 13: 1_000}
_PACKED_FILE: Final = b"\x1f\x8b"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_OLDEST: Final = 1900
_DAY: Final = 86_400
_MICRO: Final = 1_000_000


@dataclass(frozen=True)
class Fields:
    """The columns that say where, what and when."""

    place: str
    category: str
    time: str


@dataclass(frozen=True)
class Events:
    """The rows that can be counted, in the order of the file.

    Attributes
    ----------
    names : list of (place, category)
        Of each stream, sorted, so that a stream's number does not hang on the order of the rows.
    stream : array of int
    moment : array of int
        Microseconds since the first day of the calendar, on a clock in Asia/Shanghai.
    left_out : dict
        Rows that cannot be counted, by what they lack: ``place``, ``category``, ``time``.
    """

    names: list[tuple[str, str]]
    stream: NDArray[np.int64]
    moment: NDArray[np.int64]
    left_out: dict[str, int]

    @property
    def day(self) -> NDArray[np.int64]:
        """Day number of each row, as ``date.toordinal`` counts."""
        return self.moment // (_DAY * _MICRO)


def read_events(path: Path, fields: Fields) -> Events:
    """Return the events of a CSV file with a header; UTF-8, UTF-16 or GB 18030, packed or not.

    Raises
    ------
    FileError
        The file cannot be read, a column is missing, or no row can be counted.
    """
    try:
        try:
            return _read(path, fields, "utf-8-sig", errors="strict")
        except UnicodeDecodeError:
            return _read(path, fields, "gb18030", errors="replace")
    except (OSError, EOFError, zlib.error) as error:
        raise FileError(f"读不了 {path}:{error}。请检查路径和文件。") from error


def _read(path: Path, fields: Fields, encoding: str, *, errors: str) -> Events:
    numbers: dict[tuple[str, str], int] = {}
    stream: list[int] = []
    moment: list[int] = []
    left_out = Counter({"place": 0, "category": 0, "time": 0})
    sample = ""
    for place, category, time in _rows(_opened(path, encoding, errors), path.name, fields):
        when = moment_of(time)
        if place and category and when is not None:
            stream.append(numbers.setdefault((place, category), len(numbers)))
            moment.append(when)
        else:
            left_out["category" if place and not category else "time" if place else "place"] += 1
            sample = sample or (time if when is None else "")
    if not stream:
        raise FileError(_nothing(path, fields, left_out, sample))
    names = sorted(numbers)
    rank = np.empty(len(names), np.int64)
    rank[[numbers[one] for one in names]] = np.arange(len(names))
    return Events(names, rank[stream], np.array(moment, np.int64), dict(left_out))


def _nothing(path: Path, fields: Fields, left_out: Counter[str], sample: str) -> str:
    """Return why no row can be counted, and what to do."""
    if not left_out.total():
        return f"{path.name} 里没有数据行,请检查文件。"
    if left_out["time"]:
        return (
            f"{path.name} 里没有一行的“{fields.time}”读得出时间,例如“{sample[:40]}”。"
            "请写成 2026-11-20 08:30:00 这样,年份四位。"
        )
    return f"{path.name} 里每一行的“{fields.place}”或“{fields.category}”都是空的。请检查列名。"


def _opened(path: Path, encoding: str, errors: str) -> TextIO:
    with path.open("rb") as raw:
        mark = raw.read(2)
    if mark in _UTF_16:
        encoding = "utf-16"
    if mark == _PACKED_FILE:
        return gzip.open(path, "rt", encoding=encoding, errors=errors, newline="")
    return path.open(encoding=encoding, errors=errors, newline="")


def _rows(file: TextIO, name: str, fields: Fields) -> Iterator[tuple[str, str, str]]:
    """Give place, category and time of each row; what a short row lacks is empty."""
    csv.field_size_limit(sys.maxsize)
    with file:
        head = file.readline()
        separator = max(",\t;", key=head.count)
        header = [one.strip() for one in next(csv.reader([head], delimiter=separator), [])]
        missing = [one for one in (fields.place, fields.category, fields.time) if one not in header]
        if missing:
            shown = "".join(sign for sign in "、".join(header)[:300] if sign.isprintable()) or "(空)"
            raise FileError(f"{name} 里没有列“{'、'.join(missing)}”;表头是:{shown}。请检查列名。")
        columns = [header.index(one) for one in (fields.place, fields.category, fields.time)]
        where, what, when = columns
        lacking = [""] * (max(columns) + 1)
        try:
            for row in csv.reader(file, delimiter=separator):
                if row:
                    whole = row if len(row) > max(columns) else row + lacking
                    yield whole[where].strip(), whole[what].strip(), whole[when].strip()
        except csv.Error as error:
            raise FileError(f"{name} 不是完整的 CSV:{error}。请重新导出。") from error


def moment_of(text: str) -> int | None:
    """Return the microseconds of a time on a clock in Asia/Shanghai, None when it cannot be read.

    A year of two digits cannot. A time with an offset is moved to that clock; one without is already on it. Whole
    seconds and milliseconds since 1970 are understood.

    Example
    -------
    >>> moment_of("2026-11-20T16:30:00Z") == moment_of("2026/11/21 0:30")
    True
    """
    try:
        if text.isascii() and text.isdecimal() and len(text) in _EPOCH_DIGITS:
            found = datetime.fromtimestamp(int(text) / _EPOCH_DIGITS[len(text)], UTC)
        else:
            found = _written(text)
    except (ValueError, OverflowError, OSError):
        return None
    if found.tzinfo is not None:
        found = found.astimezone(SHANGHAI)
    if found.year < _OLDEST:
        return None
    seconds = found.toordinal() * _DAY + found.hour * 3_600 + found.minute * 60 + found.second
    return seconds * _MICRO + found.microsecond


def _written(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        match = _PACKED.fullmatch(text) or _TIME.fullmatch(text)
        if match is None:
            raise
        year, month, day, hour, minute, second = (int(part) for part in match.groups(default="0")[:6])
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match.groupdict().get("zone")))


def _zone(text: str | None) -> tzinfo:
    if text is None:
        return SHANGHAI
    offset = text.strip()
    return UTC if offset in {"Z", "UTC", "GMT"} else datetime.strptime(offset, "%z").tzinfo or UTC
