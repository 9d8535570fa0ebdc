"""Blank forms for writing by hand when there is no power: the same fields, with room instead of words."""

from __future__ import annotations

from typing import Final

from grid_app.documents.filling import Row, Values
from grid_app.documents.kinds import Kind
from grid_app.documents.words import RIGHTS

SHORT: Final = "_" * 14
LINE: Final = "_" * 30
ROWS: Final = 4
KEPT_EMPTY: Final = frozenset({"红头"})


def blank_values(kind: Kind) -> Values:
    """Return room to write for every field of ``kind``; the text of the rights is printed."""
    lines = {one.name: one.lines for one in kind.asked}
    fields = {name: _room(name, lines.get(name, 0)) for name in kind.fields}
    rows: dict[str, list[Row]] = {
        name: [dict.fromkeys(columns, "\u3000") for _ in range(ROWS)] for name, columns in kind.rows.items()
    }
    return {**fields, **rows, "权利告知": RIGHTS}


def _room(name: str, lines: int) -> str:
    if name in KEPT_EMPTY:
        return ""
    return "\n".join([LINE] * lines) if lines > 1 else SHORT
