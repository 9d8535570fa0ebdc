"""Sheets as offices make them, with invented matters: for tests, and for trying the import by hand.

``python -m tests.sheets FOLDER`` writes ``ledger.xlsx`` there.
"""

from __future__ import annotations

import sys
from datetime import date
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

HEAD = ("序号", "日期", "村(社区)", "类别", "主要内容", "当事人姓名", "身份证号", "办理状态", "办结日期", "办理结果")
ROWS = (
    (1, "2025.3.5", "云岭村", "邻里纠纷", "两户为屋后排水沟起争执", "张某", "430101198001010016",
     "已办结", "2025.3.20", "共同修了水沟"),
    (2, date(2025, 4, 1), "云岭村", "土地承包", "三组土地租金没有付清", "李某", "430101197502020025",
     "办理中", None, None),
    (3, 45778, "柳湾", "婚姻家庭", "分家后老人赡养费没有谈拢", "王某", "430101196903030034",
     "化解成功", "2025年6月1日", "兄弟轮流照顾"),
    (4, "2025年7月8日", "柳湾村委会", "物业", "停车场收费有争议", None, None, "未化解", None, None),
    (5, "去年秋天", "云岭村", "邻里", "日期写得看不懂的一行", None, None, "", None, None),
    (6, "2025-09-09", "龙王庙", "奇怪的类", "村名和类别都对不上的一行", None, None, "已办结", None, None),
)  # fmt: skip


def ledger(rows=ROWS, *, titles: bool = True, head=HEAD) -> bytes:
    """Return a workbook with title rows, a merged title, a merged village and a line of signatures."""
    book = Workbook()
    sheet = book.active
    sheet.title = "台账"
    if titles:
        sheet.append(["东河镇2025年矛盾纠纷排查台账"])
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(head))
        sheet.append(["填报单位:东河镇人民政府", *[None] * 8, "2025年12月"])
    sheet.append(head)
    for row in rows:
        sheet.append(row)
    first = sheet.max_row - len(rows) + 1
    if len(rows) > 1 and rows[0][2] == rows[1][2]:
        sheet.cell(first + 1, 3).value = None
        sheet.merge_cells(start_row=first, start_column=3, end_row=first + 1, end_column=3)
    if titles:
        sheet.append(["填表人:", None, None, None, "审核人:"])
    notes = book.create_sheet("说明")
    notes["A1"] = "这一页没有台账"
    return _bytes(book)


def long_ledger(count: int) -> bytes:
    """Return a workbook of so many different open matters."""
    rows = [
        (at, "2025-05-05", "云岭村", "邻里", f"第{at}处水沟堵了,两边说法不一", None, None, "办理中", None, None)
        for at in range(1, count + 1)
    ]
    return ledger(rows, titles=False)


def _bytes(book: Workbook) -> bytes:
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


if __name__ == "__main__":
    Path(sys.argv[1], "ledger.xlsx").write_bytes(ledger())
