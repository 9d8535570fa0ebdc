"""A workbook that somebody else formatted: checked when it comes, and where its header is."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl import load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from grid_app.documents.tables.content import LARGEST
from grid_app.documents.workbook_reach import NoWorkbookError, reach_of

LARGEST_UNPACKED: Final = 60 * 1024 * 1024
MOST_CELLS: Final = 200_000
"""Cells on record, cells of merged ranges, and cells from the first to the last: so many are held in memory at once."""
MOST_RANGES: Final = 3_000
ROOM_BELOW: Final = 30
HEADER_WITHIN: Final = 30
MOST_COLUMNS: Final = 120
LONGEST_NAME: Final = 60
LONGEST_TAB: Final = 31
"""Office programs allow no longer name of a sheet; a file made otherwise may have one."""
FEWEST_NAMES: Final = 2
AFTERWORD: Final = re.compile(
    r"^\s*(合\s*计|总\s*计|小\s*计|填\s*[表报]|制\s*表|审\s*[核签]|单位负责人|负责人|备注[::]|说明|注[::]|联系人|报送)"
)
_NUMBERED: Final = re.compile(r"^[\d甲乙丙丁戊己庚辛壬癸A-Z一二三四五六七八九十()()\s]{1,4}$")
_SPREAD: Final = re.compile(r"(?<=[\u3400-\u9fff()、/]) (?=[\u3400-\u9fff()、/])")
_NOT_A_NAME: Final = re.compile(r"[::]|^[\d\s./:年月日-]+$|^=")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
SAVE_AS: Final = "请用 Excel 或 WPS 打开,另存为 .xlsx(不带密码、不带宏),再传。"


class UnusableError(ValueError):
    """The workbook cannot be used; ``sentence`` says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Header:
    """Where the header of a sheet is: its lines (from 1), and its columns as letter and name, left to right.

    ``foot`` is the first line of what stands below the rows (sums, signatures); 0 where nothing does. ``notes`` say
    what the person should know.
    """

    tab: str
    first: int
    last: int
    columns: tuple[tuple[str, str], ...]
    foot: int = 0
    notes: tuple[str, ...] = ()


def opened(body: bytes, file_name: str) -> Workbook:
    """Return the workbook, its formats and formulas as they are.

    Raises
    ------
    UnusableError
        It is empty, too large, of the old kind, locked, holds macros, or is damaged.
    """
    name = file_name.lower()
    if not body:
        raise UnusableError("没有选文件,或者文件是空的。请选上级发来的空表(.xlsx)。")
    if len(body) > LARGEST:
        size = len(body) // 1024 // 1024
        raise UnusableError(f"文件超过 {LARGEST // 1024 // 1024} MB(约 {size} MB),没有保存。请删掉数据,只留表头,再传。")
    if body.startswith(_OLE):
        if _ENCRYPTED in body:
            raise UnusableError(f"这个文件带密码,打不开,没有保存。{SAVE_AS}")
        raise UnusableError(f"这是老格式的 Excel 文件(.xls),没有保存。{SAVE_AS}")
    if name.endswith((".xlsm", ".xltm")):
        raise UnusableError(f"这个文件带宏,不能用,没有保存。{SAVE_AS}")
    _check_package(body)
    _check_reach(body)
    try:
        return _trimmed(load_workbook(io.BytesIO(body), keep_links=False, rich_text=True))
    except Exception as error:  # a damaged package fails in a dozen ways in three libraries
        raise UnusableError(f"这个文件读不出来,没有保存。{SAVE_AS}") from error


def header_of(book: Workbook, *, tab: str = "", lines: tuple[int, int] | None = None) -> Header:
    """Return the header of a sheet: of the one named ``tab``, else of the first that has one.

    ``lines`` are the first and last line of the header when a person says so.

    Raises
    ------
    UnusableError
        There is no such sheet, or no header.
    """
    sheets = [one for one in book.worksheets if one.sheet_state == "visible" and len(one.title) <= LONGEST_TAB]
    if tab:
        sheets = [one for one in sheets if one.title == tab]
        if not sheets:
            raise UnusableError(f"文件里没有名叫“{tab[:40]}”的工作表。")
    for sheet in sheets:
        texts = _texts(sheet)
        found = lines or _lines_of(sheet, texts)
        if found is not None:
            return _header(sheet, texts, found, others=[one.title for one in sheets if one is not sheet])
    raise UnusableError("没有找到表头,没有保存。请让标题下面有一行写着每一列的名字,例如“序号、编号、主要内容”。")


def _check_package(body: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            parts = {one.filename: one.file_size for one in packed.infolist()}
    except zipfile.BadZipFile as error:
        raise UnusableError(f"这不是 .xlsx 文件,没有保存。{SAVE_AS}") from error
    if any(name.endswith("vbaProject.bin") for name in parts):
        raise UnusableError(f"这个文件带宏,不能用,没有保存。{SAVE_AS}")
    if sum(parts.values()) > LARGEST_UNPACKED:
        raise UnusableError("这个文件展开以后太大,没有保存。请删掉数据,只留表头,再传。")


def _check_reach(body: bytes) -> None:
    try:
        found = reach_of(body)
    except NoWorkbookError as error:
        raise UnusableError(f"这个文件读不出来,没有保存。{SAVE_AS}") from error
    lines, columns = max(found.lines, found.merged_lines), max(found.columns, found.merged_columns)
    if max(found.cells, found.merged, lines * columns) > MOST_CELLS or found.ranges > MOST_RANGES:
        raise UnusableError(
            f"表里的内容或合并的单元格太多,一直到第 {lines:,} 行、第 {columns:,} 列,没有保存。"
            "请删掉数据和远处多余的格子,只留表头和表尾,再传。"
        )


def _trimmed(book: Workbook) -> Workbook:
    """Return the workbook without the empty cells far below and beside its content, which have a format alone."""
    for sheet in book.worksheets:
        cells = sheet._cells  # noqa: SLF001 - openpyxl has no other way to forget a cell
        kept = [place for place, cell in cells.items() if cell.value is not None or isinstance(cell, MergedCell)]
        last_line = max((line for line, _ in kept), default=0) + ROOM_BELOW
        last_column = max((column for _, column in kept), default=0)
        for line, column in [place for place in cells if place[0] > last_line or place[1] > last_column]:
            del cells[line, column]
    return book


def _texts(sheet: Worksheet) -> list[list[str]]:
    """Return the words of the first lines; every cell of a merged range has those of its first."""
    width = min(sheet.max_column or 0, MOST_COLUMNS)
    rows = sheet.iter_rows(min_row=1, max_row=min(sheet.max_row or 0, HEADER_WITHIN), max_col=width, values_only=True)
    texts = [[_text(value) for value in row] for row in rows]
    for area in sheet.merged_cells.ranges:
        if area.min_row > len(texts) or area.min_col > width:
            continue
        value = texts[area.min_row - 1][area.min_col - 1]
        for line in texts[area.min_row - 1 : area.max_row]:
            line[area.min_col - 1 : area.max_col] = [value] * (min(area.max_col, width) - area.min_col + 1)
    return texts


def _text(value: object) -> str:
    return tight(unicodedata.normalize("NFKC", "" if value is None else str(value)))


def tight(text: str) -> str:
    """Return words on one line; the spaces and breaks by which offices spread Chinese names in a cell are left out.

    Examples
    --------
    >>> tight("登记  日 期"), tight("Case  number")
    ('登记日期', 'Case number')
    """
    return _SPREAD.sub("", " ".join(text.split()))


def _names(line: Sequence[str]) -> set[str]:
    return {text for text in line if text and len(text) <= LONGEST_NAME and not _NOT_A_NAME.search(text)}


def _lines_of(sheet: Worksheet, texts: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return the lines of the header: up from the line with the most different short words, over what spans into it."""
    counts = [len(_names(line)) for line in texts]
    if max(counts, default=0) < FEWEST_NAMES:
        return None
    last = counts.index(max(counts)) + 1
    first = last
    while first > 1 and _belongs(sheet, texts, first - 1, first):
        first -= 1
    if last < len(texts) and _is_numbering(texts[last]):
        last += 1
    return first, last


def _belongs(sheet: Worksheet, texts: Sequence[Sequence[str]], above: int, line: int) -> bool:
    """Say whether the line ``above`` is part of the header: a name spans both, or groups stand over several columns."""
    if len(_names(texts[above - 1])) < FEWEST_NAMES:
        return False
    areas = list(sheet.merged_cells.ranges)
    spans = any(area.min_row <= above and area.max_row >= line for area in areas)
    groups = any(area.min_row == area.max_row == above and area.max_col > area.min_col for area in areas)
    return spans or groups


def _is_numbering(line: Sequence[str]) -> bool:
    filled = [text for text in line if text]
    return len(filled) >= FEWEST_NAMES and all(_NUMBERED.match(text) for text in filled)


def _header(
    sheet: Worksheet, texts: Sequence[Sequence[str]], lines: tuple[int, int], *, others: Sequence[str]
) -> Header:
    first, last = lines
    if not 1 <= first <= last <= len(texts):
        raise UnusableError(f"表头的行数不对:这张表前 {len(texts)} 行里没有第 {first} 到 {last} 行。")
    named = last if last == first or not _is_numbering(texts[last - 1]) else last - 1
    columns = _columns(sheet, texts[first - 1 : named])
    if not columns:
        raise UnusableError("这几行里没有列名。请核对表头在第几行。")
    foot, samples = _below(sheet, last)
    return Header(sheet.title, first, last, columns, foot, _notes(sheet, columns, foot, samples, others))


def _columns(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    found = []
    for at, parts in enumerate(zip(*rows, strict=True), 1):
        said = "-".join(dict.fromkeys(part for part in parts if part))[:LONGEST_NAME]
        if said and not _continues(sheet, at, rows, said):
            found.append((get_column_letter(at), said))
    return tuple(found)


def _continues(sheet: Worksheet, at: int, rows: Sequence[Sequence[str]], said: str) -> bool:
    """Say whether a column is only the rest of a name that is merged over it from the left in every line."""
    if at == 1:
        return False
    before = "-".join(dict.fromkeys(row[at - 2] for row in rows if row[at - 2]))[:LONGEST_NAME]
    merged = any(area.min_col < at <= area.max_col and _text(sheet.cell(area.min_row, area.min_col).value)
                 in said.split("-") for area in sheet.merged_cells.ranges)  # fmt: skip
    return before == said and merged


def _below(sheet: Worksheet, last: int) -> tuple[int, int]:
    """Return the line at which sums and signatures begin (0: none), and how many lines of examples stand before."""
    samples = 0
    for line, row in enumerate(sheet.iter_rows(min_row=last + 1, values_only=True), last + 1):
        words = [_text(value) for value in row if value not in (None, "")]
        if words and AFTERWORD.match(words[0]):
            return line, samples
        samples += bool(words)
    return 0, samples


def _notes(
    sheet: Worksheet, columns: Sequence[tuple[str, str]], foot: int, samples: int, others: Sequence[str]
) -> tuple[str, ...]:
    same: Mapping[str, list[str]] = {name: [at for at, one in columns if one == name] for _, name in columns}
    told = [f"{'、'.join(at)} 列都叫“{name}”,请分别核对放什么。" for name, at in same.items() if len(at) > 1]
    if foot:
        told.append(f"第 {foot} 行起是表尾(合计、签字等),会留在数据下面。")
    if samples:
        told.append(f"表头下面有 {samples} 行内容,当作示例,出表时不保留。")
    if others:
        told.append(f"文件里还有别的工作表({'、'.join(others)[:60]}),原样保留,不往里填。")
    if sheet.protection.sheet:
        told.append("这张表设了保护,填好的表也是锁住的。要在里面改,请先用上级给的密码取消保护,再重新传一次空表。")
    if getattr(sheet, "_images", ()) or getattr(sheet, "_charts", ()):  # openpyxl offers no other way to ask
        told.append("表里的图片、图表不会保留。")
    return tuple(told)
