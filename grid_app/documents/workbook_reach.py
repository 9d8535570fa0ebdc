"""How far a workbook reaches, read as a stream before a library opens it.

Libraries keep a sheet as one block from its first cell to its last: a single cell in the last corner, which an office
leaves there without knowing, or one merged range over everything, takes more memory than any server has.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Final
from xml.parsers import expat

WORKBOOK: Final = "xl/workbook.xml"
PORTION: Final = 1 << 20
_LETTERS: Final = re.compile("[A-Z]{1,3}")
LONGEST_LINE: Final = 7
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_FILLING: Final = "filling"
_KINDS: Final = {"c": "c", "row": "row", "v": _FILLING, "is": _FILLING, "f": _FILLING}
"""The elements that stand in a sheet a million times, as programs usually write them: without a prefix."""


class NoWorkbookError(ValueError):
    """What was given is no workbook, or a damaged one."""


@dataclass(frozen=True)
class Reach:
    """How far the sheets of a workbook reach; the largest of each over its sheets.

    Attributes
    ----------
    cells : int
        Cells on record, empty ones with a format included.
    lines, columns : int
        Of the last cell with something in it.
    ranges, merged : int
        Merged ranges, and the cells in them together.
    merged_lines, merged_columns : int
        Where the last merged range ends.
    """

    cells: int = 0
    lines: int = 0
    columns: int = 0
    ranges: int = 0
    merged: int = 0
    merged_lines: int = 0
    merged_columns: int = 0


def reach_of(body: bytes) -> Reach:
    """Return how far the sheets of an .xlsx workbook reach.

    Raises
    ------
    NoWorkbookError
        It is no such workbook, it is damaged, or it declares entities, which no workbook has.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            found = {one.filename: _reach_of_part(packed, one) for one in packed.infolist()}
    except Exception as error:  # a damaged package fails in a dozen ways in three libraries
        raise NoWorkbookError(type(error).__name__) from error
    if WORKBOOK not in found:
        raise NoWorkbookError("no workbook in it")
    return Reach(*(max(values) for values in zip(*(vars(one).values() for one in found.values()), strict=True)))


def _reach_of_part(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Reach:
    """Return the reach of one part; of one that is no XML (a picture) nothing, whatever it is called."""
    with packed.open(info) as part:
        head = part.read(64)
        if not head.lstrip().startswith((b"<", *_MARKS)):
            return Reach()
        return _Scan().reach(head, part)


class _Scan:
    """Goes through the elements of a sheet and remembers the last places."""

    def __init__(self) -> None:
        self._line = self._column = 0
        self._cells = self._lines = self._columns = 0
        self._ranges = self._merged = self._merged_lines = self._merged_columns = 0
        self._parser = expat.ParserCreate()
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._begin
        self._parser.EntityDeclHandler = self._refuse

    def reach(self, head: bytes, part: IO[bytes]) -> Reach:
        """Return how far one sheet reaches: ``head`` is what was read of it already, ``part`` the rest."""
        self._parser.Parse(head)
        while portion := part.read(PORTION):
            self._parser.Parse(portion)
        self._parser.Parse(b"", True)  # noqa: FBT003 - the parser's own way to say that this was all
        return Reach(
            self._cells, self._lines, self._columns, self._ranges, self._merged, self._merged_lines,
            self._merged_columns,
        )  # fmt: skip

    def _begin(self, name: str, given: list[str]) -> None:
        kind = _KINDS.get(name) or _kind_of(name)
        if kind == _FILLING:
            self._lines, self._columns = max(self._lines, self._line), max(self._columns, self._column)
        elif kind == "c":
            self._cells += 1
            place = _given(given, "r")
            self._line, self._column = place_of(place) if place else (self._line, self._column + 1)
        elif kind == "row":
            self._line, self._column = int(_given(given, "r") or self._line + 1), 0
        elif kind == "mergeCell":
            self._merge(_given(given, "ref"))

    def _merge(self, area: str) -> None:
        first, _, last = area.partition(":")
        top, left = place_of(first)
        bottom, right = place_of(last or first)
        self._ranges += 1
        self._merged += max(bottom - top + 1, 0) * max(right - left + 1, 0)
        self._merged_lines, self._merged_columns = max(self._merged_lines, bottom), max(self._merged_columns, right)

    def _refuse(self, *_declared: object) -> None:
        raise NoWorkbookError("it declares entities")


def _kind_of(name: str) -> str:
    plain = name.rpartition(":")[2]
    return _KINDS.get(plain, plain)


def _given(attributes: list[str], name: str) -> str:
    """Return an attribute out of names and values in turn; empty where it is not given."""
    return next((attributes[at + 1] for at in range(0, len(attributes), 2) if attributes[at] == name), "")


def place_of(text: str) -> tuple[int, int]:
    """Return line and column, from 1, of a place such as ``B12``.

    Raises
    ------
    NoWorkbookError
        It names no place.

    Examples
    --------
    >>> place_of("A1"), place_of("XFD1048576")
    ((1, 1), (1048576, 16384))
    """
    letters = text.rstrip("0123456789")
    line = text[len(letters) :]
    if not line or len(line) > LONGEST_LINE:
        raise NoWorkbookError("a cell without a place")
    return int(line), _column_of(letters)


@lru_cache(maxsize=1024)
def _column_of(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise NoWorkbookError("a cell without a place")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
