"""Locating the points of a CSV file (RFC 4180, UTF-8): read in parts, written beside the target, renamed at the end."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import Crs, to_wgs84
from geo.locate import HOW, Locator
from grid_app.errors import InvalidError

ADDED = ("code", "name", "how", "border_distance_m")
ROWS_AT_ONCE = 50_000
LONGEST_FIELD = 64 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
UNTOUCHED = "没有写出任何结果。"

Row = list[str]
Advance = Callable[[str, float], None]


@dataclass(frozen=True)
class PointColumns:
    """Where the points stand in the file, what their numbers mean, and how far outside still counts as near."""

    lon: str
    lat: str
    crs: Crs
    near_metres: float


@dataclass(frozen=True)
class LocatedFile:
    """How many rows got which answer; the four add up to ``rows``. ``remarks`` are sentences for people."""

    rows: int
    inside: int
    near: int
    outside: int
    invalid: int
    remarks: tuple[str, ...]


def locate_file(
    source: Path, target: Path, *, locator: Locator, columns: PointColumns, advance: Advance
) -> LocatedFile:
    """Write ``source`` with four more columns to ``target``, all or nothing.

    Parameters
    ----------
    source, target : Path
        CSV files; they may be the same. A byte order mark is kept.
    locator : Locator
        Where the villages lie.
    columns : PointColumns
        Which columns hold the points.
    advance : callable
        Told what is being done and how many bytes were read since the last call.

    Raises
    ------
    InvalidError
        When a file cannot be read or written, a column is missing, or a row has more fields than the header.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with source.open(encoding="utf-8-sig", newline="") as text, _writing(part, source) as out:
            result = _copy(text, out, locator, columns, advance)
        part.replace(target)
    except UnicodeDecodeError as error:
        raise InvalidError(f"文件 {source.name} 不是 UTF-8 编码。请另存为“CSV UTF-8”再试;{UNTOUCHED}") from error
    except csv.Error as error:
        raise InvalidError(f"文件 {source.name} 的引号或换行不完整,读不下去。请重新导出再试;{UNTOUCHED}") from error
    except OSError as error:
        raise InvalidError(f"{_what_failed(source, target)}请核对路径和权限;{UNTOUCHED}") from error
    finally:
        part.unlink(missing_ok=True)
    return result


def _what_failed(source: Path, target: Path) -> str:
    if not source.is_file():
        return f"找不到文件 {source.name}。"
    if not target.parent.is_dir():
        return f"找不到输出文件夹 {target.parent}。"
    return f"读 {source.name} 或写 {target.name} 时失败。"


def _writing(part: Path, source: Path) -> TextIO:
    """Open the part file, with a byte order mark when the source has one."""
    with source.open("rb") as raw:
        marked = raw.read(len(BOM)) == BOM
    return part.open("x", encoding="utf-8-sig" if marked else "utf-8", newline="")


def _copy(text: TextIOWrapper, out: TextIO, locator: Locator, columns: PointColumns, advance: Advance) -> LocatedFile:
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(text, strict=True)
    header = next(reader, None)
    if not header:
        raise InvalidError(f"文件是空的,没有表头。请核对;{UNTOUCHED}")
    lon, lat = _position(header, columns.lon, "--lon"), _position(header, columns.lat, "--lat")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*header, *ADDED])
    counts: Counter[str] = Counter()
    done = 0
    for rows in _parts(reader, len(header)):
        answers, how = _answers(rows, (lon, lat), locator, columns)
        writer.writerows([*row, *answer] for row, answer in zip(rows, answers, strict=True))
        counts.update(how)
        advance(f"已定位 {counts.total():,} 行", (now := os.lseek(text.fileno(), 0, os.SEEK_CUR)) - done)
        done = now
    inside, near, outside, invalid = (counts[kind] for kind in HOW)
    return LocatedFile(counts.total(), inside, near, outside, invalid, _remarks(header, counts))


def _position(header: Sequence[str], name: str, option: str) -> int:
    if name not in header:
        raise InvalidError(f"文件里没有“{name}”列,现有的列是:{'、'.join(header)}。请用 {option} 指明;{UNTOUCHED}")
    return header.index(name)


def _parts(reader: Iterator[Row], width: int) -> Iterator[list[Row]]:
    """Give the rows in parts, each row as wide as the header; blank lines are no rows."""
    records = (row for row in enumerate(reader, 2) if row[1])
    while part := list(islice(records, ROWS_AT_ONCE)):
        for number, row in part:
            if len(row) > width:
                raise InvalidError(
                    f"第 {number} 行有 {len(row)} 列,表头只有 {width} 列。请检查这一行的逗号和引号;{UNTOUCHED}"
                )
        yield [row + [""] * (width - len(row)) for _, row in part]


def _answers(
    rows: Sequence[Row], place: tuple[int, int], locator: Locator, columns: PointColumns
) -> tuple[Iterator[tuple[str, str, str, str]], list[str]]:
    lon, lat = (_numbers([row[column] for row in rows]) for column in place)
    real = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    lon, lat = to_wgs84(np.where(real, lon, np.nan), np.where(real, lat, np.nan), columns.crs)
    found = locator.locate(lon, lat, near_metres=columns.near_metres)
    how = [str(kind) for kind in found.how]
    distances = ["" if np.isnan(metres) else f"{metres:.2f}" for metres in found.border_distance_m]
    return zip(found.codes(), found.names(), how, distances, strict=True), how


def _numbers(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the numbers, NaN for whatever is none."""
    return np.array([_number(text) for text in texts], dtype=np.float64)


def _number(text: str) -> float:
    try:
        return float(text) if "_" not in text else float("nan")
    except ValueError:
        return float("nan")


def _remarks(header: Sequence[str], counts: Counter[str]) -> tuple[str, ...]:
    remarks = []
    twice = [name for name in ADDED if name in header]
    if twice:
        remarks.append(f"原来已有同名的列:{'、'.join(twice)}。原列没有动,新加的四列排在最后。")
    if counts.total() and not counts["inside"] + counts["near"]:
        remarks.append("没有一个点落在村内。请核对坐标系(--crs),以及经度列和纬度列有没有写反。")
    return tuple(remarks)
