"""The sheet that the city asks of the county every week: its header, uploaded once and kept under its name."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from grid_app.services.sheets.saving import Upload, check_upload

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

NAME: Final = "市里每周要的化解情况表"
FILE: Final = "矛盾纠纷排查化解情况周报表.xlsx"
TYPED: Final = {"name": NAME, "period": "week", "covers": "stock"}
TITLE: Final = "矛盾纠纷排查化解情况周报表"
HEADER: Final = (
    "序号", "乡镇(街道)", "村(社区)", "登记日期", "类别", "主要内容", "涉及户数", "责任单位", "是否化解", "办结日期",
    "填报单位",
)  # fmt: skip
WIDTHS: Final = (6, 14, 16, 12, 20, 40, 10, 18, 10, 12, 18)


def weekly_sheet() -> Upload:
    """Return the city's workbook, checked: a title over all columns, and one line of names."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = "周报"
    sheet.append([TITLE])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADER))
    sheet["A1"].font = Font(bold=True, size=16)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet.append(list(HEADER))
    for number, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    kept = BytesIO()
    book.save(kept)
    return check_upload(kept.getvalue(), FILE)
