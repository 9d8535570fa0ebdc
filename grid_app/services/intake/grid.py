"""Finding the table in a sheet as offices make them: title rows above, merged cells, sums and signatures below."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from grid_app.documents.cells import cell_text
from grid_app.documents.workbook_apart import Range
from grid_app.errors import InvalidError
from grid_app.services.intake.file import CsvRow
from grid_app.services.intake.proposal import known_name

HEADER_WITHIN: Final = 30
LONGEST_NAME: Final = 40
MOST_COLUMNS: Final = 120
_AFTERWORD: Final = re.compile(r"^(合计|总计|小计|填表人?|制表人?|审核人?|填报人?|填报单位|备注|说明|注)([::]|\s*$)")
_NO_TABLE: Final = "没有在表格里找到表头,没有导入。请让第一行或标题下面一行写上列名,例如“日期、村、类别、主要内容”。"


@dataclass(frozen=True)
class Table:
    """A table found in a sheet: the line of its header (from 1), its columns and rows, and lines that are none."""

    header_line: int
    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    passed_over: int


def table_of(cells: Sequence[Sequence[object]], merged: Sequence[Range] = ()) -> Table:
    """Return the table of a sheet.

    Parameters
    ----------
    cells : sequence of sequences
        The sheet's cells, row by row, as the reader gives them.
    merged : sequence of ranges
        Merged cells; every cell of a range gets the value of its first.

    Raises
    ------
    InvalidError
        There is no header, or far too many columns.
    """
    texts = [[cell_text(cell) for cell in row] for row in cells]
    width = max((len(row) for row in texts), default=0)
    if width > MOST_COLUMNS:
        width = max((_last_filled(row) for row in texts), default=0)
    if width > MOST_COLUMNS:
        raise InvalidError(f"表格有 {width} 列,没有导入。一次最多 {MOST_COLUMNS} 列,请删掉不用的列。")
    texts = [[*row, *[""] * width][:width] for row in texts]
    _fill(texts, merged, width)
    at = _header_at(texts)
    if at is None:
        raise InvalidError(_NO_TABLE)
    height = 2 if _is_two_high(at, texts, merged) else 1
    names = _names(texts[at : at + height])
    return _table(at, height, names, texts)


def _last_filled(row: Sequence[str]) -> int:
    return max((at + 1 for at, text in enumerate(row) if text), default=0)


def _fill(texts: list[list[str]], merged: Sequence[Range], width: int) -> None:
    for (top, left), (bottom, right) in merged:
        if top >= len(texts) or left >= width:
            continue
        value = texts[top][left]
        for row in texts[top : bottom + 1]:
            for at in range(left, min(right + 1, width)):
                row[at] = value


def _header_at(texts: Sequence[Sequence[str]]) -> int | None:
    """Return the row of the header: the first with most known names, else the first that is wide and of short words."""
    best, most = None, 0
    for at, row in enumerate(texts[:HEADER_WITHIN]):
        known = len({text for text in row if known_name(text)})
        if known > most and len(_distinct(row)) >= 2:
            best, most = at, known
    if most >= 2:
        return best
    wide = max((len(_distinct(row)) for row in texts[:HEADER_WITHIN]), default=0)
    for at, row in enumerate(texts[:HEADER_WITHIN]):
        found = _distinct(row)
        if len(found) >= max(2, wide - 1) and all(_may_be_name(text) for text in found):
            return at
    return best


def _distinct(row: Sequence[str]) -> set[str]:
    return {text for text in row if text}


def _may_be_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME and not re.fullmatch(r"[\d\s./:年月日-]+", text)


def _is_two_high(at: int, texts: Sequence[Sequence[str]], merged: Sequence[Range]) -> bool:
    """Say whether a group name spans several columns over a second row of names."""
    if at + 1 >= len(texts):
        return False
    spans = [one for one in merged if one[0][0] == at and one[1][0] == at and one[1][1] > one[0][1]]
    below = texts[at + 1]
    return any(len({below[column] for column in range(left, min(right + 1, len(below)))} - {""}) > 1
               and all(_may_be_name(below[column]) for column in range(left, min(right + 1, len(below))))
               for (_, left), (_, right) in spans)  # fmt: skip


def _names(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return one name per column, each different; a column without a name is called by its number."""
    found: list[str] = []
    for at, parts in enumerate(zip(*rows, strict=True)):
        said = list(dict.fromkeys(" ".join(unicodedata.normalize("NFKC", part).split()) for part in parts if part))
        name = "-".join(said)[:LONGEST_NAME] or f"第{at + 1}列"
        twice = sum(1 for one in found if one == name or one.startswith(f"{name}("))
        found.append(f"{name}({twice + 1})" if twice else name)
    return tuple(found)


def _table(at: int, height: int, names: tuple[str, ...], texts: Sequence[Sequence[str]]) -> Table:
    head = tuple(texts[at])
    rows: list[CsvRow] = []
    passed_over = at
    for line, cells in enumerate(texts[at + height :], start=at + height + 1):
        if not any(cells):
            continue
        if tuple(cells) == head or _is_afterword(cells):
            passed_over += 1
            continue
        rows.append(CsvRow(line, dict(zip(names, cells, strict=True))))
    filled = {name for row in rows for name, text in row.values.items() if text}
    kept = tuple(name for name in names if name in filled or not name.startswith("第"))
    return Table(at + 1, kept, tuple(CsvRow(row.line, _only(row.values, kept)) for row in rows), passed_over)


def _only(values: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: values[name] for name in names}


def _is_afterword(cells: Sequence[str]) -> bool:
    """Say whether a row is a sum or a signature: its first filled cell says so, or a merged remark fills it all."""
    found = [text for text in cells if text]
    return bool(_AFTERWORD.match(found[0])) and len(set(found)) <= max(3, len(cells) // 2)
