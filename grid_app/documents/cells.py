"""A cell of a workbook as text."""

from __future__ import annotations

from datetime import date, datetime, time


def cell_text(cell: object) -> str:
    """Return a cell as text: whole figures without a fraction, days and moments as in RFC 3339.

    Examples
    --------
    >>> cell_text(3.0), cell_text(datetime(2024, 3, 5)), cell_text(None)
    ('3', '2024-03-05', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).replace("\u3000", " ").replace("\r\n", "\n").strip()
