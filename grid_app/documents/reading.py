"""Reading a filled DOCX as plain blocks, so that the PDF says and looks what the county's own template says.

Paragraphs keep alignment, indents, sizes, bold, colour, underline and a rule below; tables keep columns, joined cells,
heights and borders. Pictures, text boxes and footers are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentFile
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

ALIGNED: Final = {
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "right",
}
USUAL_SIZE: Final = 12.0
A4: Final = (595.3, 841.9)


@dataclass(frozen=True)
class Words:
    """A stretch of text in one look; ``size`` in points, ``colour`` as ``#rrggbb``."""

    text: str
    size: float
    bold: bool = False
    underlined: bool = False
    colour: str = "#000000"


@dataclass(frozen=True)
class Block:
    """A paragraph: lengths in points; ``rule`` is the colour of a line below it, empty for none.

    ``keep``: it stays on one page with what follows.
    """

    runs: tuple[Words, ...]
    size: float
    align: str = "left"
    first: float = 0
    left: float = 0
    before: float = 0
    after: float = 0
    rule: str = ""
    new_page: bool = False
    keep: bool = False
    kind: str = "paragraph"


@dataclass(frozen=True)
class Box:
    """A cell: where it begins, how many columns and rows it takes, how high it is at least."""

    blocks: tuple[Block, ...]
    column: int
    row: int
    columns: int = 1
    rows: int = 1
    height: float = 0


@dataclass(frozen=True)
class Grid:
    """A table; ``widths`` are shares of the text's width."""

    widths: tuple[float, ...]
    boxes: tuple[Box, ...]
    bordered: bool
    kind: str = "table"


@dataclass(frozen=True)
class Sheet:
    """A whole document: margins in points (top, right, bottom, left) and its blocks in order."""

    margins: tuple[float, float, float, float]
    blocks: tuple[Block | Grid, ...] = field(default_factory=tuple)

    def as_data(self) -> dict[str, Any]:
        """Return the sheet as plain data."""
        return asdict(self)


def read_docx(body: bytes) -> Sheet:
    """Return the blocks of a DOCX file."""
    document = Document(BytesIO(body))
    section = document.sections[0]
    margins = tuple(
        _points(one, usual)
        for one, usual in (
            (section.top_margin, 105.0),
            (section.right_margin, 74.0),
            (section.bottom_margin, 99.0),
            (section.left_margin, 79.0),
        )
    )
    return Sheet((margins[0], margins[1], margins[2], margins[3]), tuple(_blocks(document)))


def _blocks(document: DocumentFile) -> Iterator[Block | Grid]:
    for one in document.iter_inner_content():
        yield _grid(one) if isinstance(one, Table) else _block(one)


def _block(paragraph: Paragraph) -> Block:
    layout, style = paragraph.paragraph_format, paragraph.style
    styled = style.paragraph_format if style is not None else layout
    usual = _style_size(paragraph)
    align = layout.alignment if layout.alignment is not None else styled.alignment
    return Block(
        runs=tuple(words for run in paragraph.runs if (words := _words(run, usual)).text),
        size=next((_points(run.font.size, usual) for run in paragraph.runs), usual),
        align=ALIGNED.get(align, "left") if align is not None else "left",
        first=_points(layout.first_line_indent, _points(styled.first_line_indent, 0)),
        left=_points(layout.left_indent, _points(styled.left_indent, 0)),
        before=_points(layout.space_before, _points(styled.space_before, 0)),
        after=_points(layout.space_after, _points(styled.space_after, 0)),
        rule=_rule(paragraph),
        keep=bool(layout.keep_with_next),
        new_page=bool(layout.page_break_before) or 'w:type="page"' in paragraph._p.xml,  # noqa: SLF001 - python-docx offers no other way
    )


def _words(run: Run, usual: float) -> Words:
    colour = run.font.color.rgb if run.font.color is not None else None
    return Words(
        text=run.text,
        size=_points(run.font.size, usual),
        bold=bool(run.bold),
        underlined=bool(run.underline),
        colour=f"#{colour}".lower() if colour is not None else "#000000",
    )


def _style_size(paragraph: Paragraph) -> float:
    style: Any = paragraph.style
    while style is not None:
        if style.font.size is not None:
            return float(style.font.size.pt)
        style = style.base_style
    return USUAL_SIZE


def _rule(paragraph: Paragraph) -> str:
    line = paragraph._p.find(f"{qn('w:pPr')}/{qn('w:pBdr')}/{qn('w:bottom')}")  # noqa: SLF001 - as above
    if line is None or line.get(qn("w:val")) in (None, "none", "nil"):
        return ""
    colour = line.get(qn("w:color")) or "auto"
    return "#000000" if colour == "auto" else f"#{colour.lower()}"


def _grid(table: Table) -> Grid:
    widths = [_points(column.width, 100.0) for column in table.columns]
    boxes: dict[tuple[int, int], Box] = {}
    for row, line in enumerate(table.rows):
        height = _points(line.height, 0)
        column = line.grid_cols_before
        for one in line._tr.tc_lst:  # noqa: SLF001 - row.cells repeats joined cells, which are wanted once
            _put(boxes, _Cell(one, table), column=column, row=row, height=height)
            column += one.grid_span
    return Grid(tuple(widths) or (1.0,), tuple(boxes.values()), _is_bordered(table))


def _put(boxes: dict[tuple[int, int], Box], cell: _Cell, *, column: int, row: int, height: float) -> None:
    """Put a cell in; one that goes on from the row above makes that one a row higher."""
    element = cell._tc  # noqa: SLF001 - as above
    if element.vMerge == "continue":
        above = next((key for key in sorted(boxes, reverse=True) if key[1] == column and key[0] < row), None)
        if above is not None:
            box = boxes[above]
            boxes[above] = Box(box.blocks, box.column, box.row, box.columns, row - box.row + 1, box.height + height)
            return
    blocks = tuple(_block(one) for one in cell.paragraphs)
    boxes[row, column] = Box(blocks, column, row, element.grid_span, 1, height)


def _is_bordered(table: Table) -> bool:
    found = table._tbl.tblPr.find(qn("w:tblBorders"))  # noqa: SLF001 - as above
    if found is not None:
        return any(line.get(qn("w:val")) not in (None, "none", "nil") for line in found)
    style = table.style
    return style is not None and style.name not in (None, "Normal Table", "普通表格")


def _points(length: Length | int | None, usual: float) -> float:
    if length is None:
        return usual
    return float(length.pt) if isinstance(length, Length) else float(length) / 12700
