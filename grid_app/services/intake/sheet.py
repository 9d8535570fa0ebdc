"""Reading the sheets of offices: .xlsx, .xls and .csv become the same rows under named columns."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from grid_app.documents.workbook_apart import BusyError, ReadSheet, TooLargeError, read_apart
from grid_app.documents.workbook_reach import NoWorkbookError, reach_of
from grid_app.errors import InvalidError
from grid_app.services.intake.file import CsvFile, decoded
from grid_app.services.intake.grid import Table, table_of

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")
SUFFIXES: Final = (*WORKBOOKS, ".csv")
MOST_ROWS: Final = 50_000
LARGEST_UNPACKED: Final = 400 * 1024 * 1024
MOST_CELLS: Final = 10_000_000
"""From the first cell of a sheet to the last: the reader keeps a place for every one of them."""
MOST_MERGED: Final = 1_000_000
OLD_KIND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CHOOSE: Final = "请选择 Excel 文件(.xlsx 或 .xls)或 CSV 文件。"
UNREADABLE: Final = "这个文件读不出来,没有导入。请用 Excel 或 WPS 打开,另存为 .xlsx 再传;带密码的请先去掉密码。"
TOO_LARGE: Final = (
    "这个文件读起来要的内存或时间太多,没有导入。"
    "请用 Excel 或 WPS 打开,删掉远处多余的格子和不用的工作表,另存为 .xlsx 再传。"
)
BUSY: Final = "现在有别人的表格正在读,还没有轮到您的,没有导入。请过一分钟再传。"


@dataclass(frozen=True)
class Sheet:
    """A sheet that was read: its rows as those of a CSV file, its name, the line of its header, what was left out."""

    file: CsvFile
    name: str
    header_line: int
    passed_over: int
    others: tuple[str, ...] = ()


def read_sheet(raw: bytes, file_name: str, *, wanted: str = "") -> Sheet:
    """Return the table in a file; of several sheets the one named ``wanted``, else the one with most rows.

    Raises
    ------
    InvalidError
        The file is empty, of another kind, damaged, locked, too long, or holds no table.
    """
    suffix = PurePath(file_name.lower()).suffix
    if not raw:
        raise InvalidError(f"没有选文件,或者文件是空的。{CHOOSE}")
    if suffix not in SUFFIXES:
        raise InvalidError(f"不认识这种文件。{CHOOSE}")
    if suffix == ".csv":
        return _from_csv(raw)
    return _from_workbook(raw, suffix, wanted.strip())


def _from_csv(raw: bytes) -> Sheet:
    text, encoding = decoded(raw)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        cells = list(reader)
    except csv.Error as error:
        raise InvalidError(
            f"第 {reader.line_num} 行的引号或换行不完整,读不下去,没有导入。请重新导出,或另存为 .xlsx 再传。"
        ) from error
    return _sheet(_whole(table_of(cells)), raw, "", encoding)


def _from_workbook(raw: bytes, suffix: str, wanted: str) -> Sheet:
    if not raw.startswith(OLD_KIND):  # the reader goes by the content, whatever the name says
        _refuse_bombs(raw)
    try:
        book = read_apart(raw, wanted=wanted, most_lines=MOST_ROWS * 2)
    except NoWorkbookError as error:
        raise InvalidError(UNREADABLE) from error
    except TooLargeError as error:
        raise InvalidError(TOO_LARGE) from error
    except BusyError as error:
        raise InvalidError(BUSY) from error
    if wanted and wanted not in book.names:
        raise InvalidError(f"文件里没有名叫“{wanted[:40]}”的工作表。有的是:{'、'.join(book.names)}。")
    tables = _tables(book.sheets)
    if not tables:
        raise InvalidError("没有在表格里找到表头和内容,没有导入。请让标题下面一行写上列名。")
    name = max(tables, key=lambda one: len(tables[one].rows))
    others = tuple(one for one in book.names if one != name)
    return _sheet(_whole(tables[name]), raw, name, suffix.removeprefix("."), others)


def _tables(sheets: Sequence[ReadSheet]) -> dict[str, Table]:
    """Return the tables of the sheets that hold one; when none does, the reason of the last is raised."""
    found: dict[str, Table] = {}
    reason: InvalidError | None = None
    for sheet in sheets:
        try:
            found[sheet.name] = table_of(_cells(sheet), sheet.merged)
        except InvalidError as refusal:
            reason = refusal
    if reason is not None and not found:
        raise reason
    return found


def _cells(sheet: ReadSheet) -> Sequence[Sequence[str]]:
    if sheet.lines > MOST_ROWS * 2:
        raise InvalidError(f"“{sheet.name[:40]}”有 {sheet.lines:,} 行,一次最多 {MOST_ROWS:,} 行。请拆开再传。")
    if sum(max(bottom - top + 1, 0) * max(right - left + 1, 0) for (top, left), (bottom, right) in sheet.merged) > (
        MOST_MERGED
    ):
        raise InvalidError(TOO_LARGE)
    return sheet.rows


def _refuse_bombs(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            size = sum(one.file_size for one in packed.infolist())
    except zipfile.BadZipFile as error:
        raise InvalidError(UNREADABLE) from error
    if size > LARGEST_UNPACKED:
        raise InvalidError("这个文件展开以后太大,没有导入。请只留要导入的工作表,另存一份再传。")
    try:
        found = reach_of(raw)
    except NoWorkbookError as error:
        raise InvalidError(UNREADABLE) from error
    if found.lines * found.columns > MOST_CELLS or found.merged > MOST_MERGED:
        last = max(found.lines, found.merged_lines), max(found.columns, found.merged_columns)
        raise InvalidError(
            f"表格一直到第 {last[0]:,} 行、第 {last[1]:,} 列还有内容或合并的单元格,没有导入。"
            "请删掉远处多余的格子,另存一份再传。"
        )


def _whole(table: Table) -> Table:
    if not table.rows:
        raise InvalidError("表头下面没有内容,没有导入。请核对文件。")
    if len(table.rows) > MOST_ROWS:
        raise InvalidError(f"表格有 {len(table.rows):,} 行,一次最多 {MOST_ROWS:,} 行。请拆开再传。")
    return table


def _sheet(table: Table, raw: bytes, name: str, kind: str, others: tuple[str, ...] = ()) -> Sheet:
    file = CsvFile(table.columns, table.rows, kind, hashlib.sha256(raw).hexdigest())
    return Sheet(file, name, table.header_line, table.passed_over, others)
