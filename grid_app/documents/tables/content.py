"""What a file is made of: columns with a kind each, rows of plain values, and the shape of a row where it has one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Final, Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["text", "code", "date", "moment", "number", "decimal"]
Geometry: TypeAlias = Literal["", "Point", "MultiPolygon"]
Value: TypeAlias = "str | int | float | date | datetime | None"
Tell: TypeAlias = Callable[[int], None]
"""Told every so many rows how many there are by now."""

EVERY: Final = 500
LARGEST: Final = 5 * 1024 * 1024
"""Bytes of a workbook that somebody sends to be filled."""
CHINA: Final = timezone(timedelta(hours=8))
"""China has one time and no summer time (since 1991)."""
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Column:
    """One column: its key for machines, its heading, and what kind of value stands in it.

    ``code`` is text of digits that is never a number, such as a division code.
    """

    key: str
    label: str
    kind: Kind = "text"
    width: int = 14


class Row(NamedTuple):
    """The values of a row in the order of the columns, and its shape as WKB in longitude and latitude."""

    values: tuple[Value, ...]
    shape: bytes | None = None


@dataclass(frozen=True)
class Table:
    """A table on its way into a file: ``name`` is for machines, ``title`` for people, ``geometry`` of all its shapes.

    ``rows`` may be read once; ``classes`` say how a map draws it.
    """

    name: str
    title: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    geometry: Geometry = ""
    classes: Sequence[MapClass] = field(default=())
    class_of: str = ""


@dataclass(frozen=True)
class MapClass:
    """One class of a map's legend: the value it is for, its word, fill as ``#rrggbb``, hatched or plain."""

    value: str
    word: str
    fill: str
    hatch: bool = False
    sign: str = "circle"


def local(moment: datetime) -> datetime:
    """Return a moment as the clock on the wall shows it in China, without a zone, as workbooks want it."""
    return moment.astimezone(CHINA).replace(tzinfo=None) if moment.tzinfo else moment


def clean(text: str) -> str:
    """Return ``text`` without signs that no XML may hold."""
    return CONTROL.sub("", text)


def as_text(value: Value) -> str:
    """Return a value as text: days as 2026-11-20, moments as 2026-11-20 14:30 in China, nothing as empty.

    Examples
    --------
    >>> as_text(date(2026, 11, 20)), as_text(None), as_text(3.0)
    ('2026-11-20', '', '3')
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{local(value):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.12g}"
    return clean(str(value))


def told(rows: Iterable[Row], tell: Tell | None) -> Iterable[Row]:
    """Give the rows one by one, telling how many went by."""
    for number, row in enumerate(rows, 1):
        yield row
        if tell is not None and number % EVERY == 0:
            tell(number)
