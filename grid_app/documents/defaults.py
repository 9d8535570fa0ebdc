"""The templates that come with the platform: plain text files become DOCX templates that a county can make its own.

A line of a file is one paragraph, told by its first sign: ``= `` red heading (printed only when the unit has one),
``# `` title, ``^ `` centred, ``> `` right, ``! `` without indent, ``| a | b |`` a row of a table (the last cell takes
the columns that are left), ``@ list: column=Heading | …`` a table with a row for each entry, ``sign a | b`` room for
signatures and fingerprints, ``seal`` room for the seal over unit and day, ``~`` an empty line; any other line is body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentFile
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from grid_app.documents.kinds import FOLDER, LOOP, Kind, kinds
from grid_app.documents.undated import undated

BODY, TITLE, SMALL = "仿宋", "方正小标宋简体", "宋体"
BODY_SIZE, TITLE_SIZE, TABLE_SIZE, RED_SIZE = 16, 22, 12, 34
RED: Final = RGBColor(0xE6, 0x00, 0x12)
COLUMNS: Final = 4
LABEL_MM, TEXT_MM = 27, 51
USABLE_MM: Final = 156
WIDER: Final = {
    "做什么": 2.4, "何时前": 1.2, "情况": 1.8, "期限": 1.4, "校验值": 1.4, "序号": 0.5, "谁": 0.9, "称呼": 0.8,
    "要求": 1.8,
}  # fmt: skip
"""How much wider than others a column of a list is, by the name of what stands in it."""
ROW_MM, SIGN_MM = 9, 22


def default_source(kind: Kind) -> str:
    """Return the text file of a default template."""
    return (FOLDER / "forms" / f"{kind.code}.txt").read_text("utf-8")


@cache
def default_template(code: str) -> bytes:
    """Return the DOCX template that the platform brings for the kind with this code."""
    document = _paper()
    lines = default_source(kinds()[code]).splitlines()
    for is_row, group in groupby(lines, key=lambda line: line.startswith("|")):
        if is_row:
            _table(document, list(group))
        else:
            for line in group:
                _line(document, line)
    written = BytesIO()
    document.save(written)
    return undated(written)


def _paper() -> DocumentFile:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(32), Mm(28)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    usual: Any = document.styles["Normal"]
    usual.font.size = Pt(BODY_SIZE)
    _lettering(usual.element.get_or_add_rPr(), BODY)
    document.core_properties.comments = ""
    return document


def _line(document: DocumentFile, line: str) -> None:
    mark, _, rest = line.partition(" ")
    maker = _LINES.get(mark)
    if maker is not None:
        maker(document, rest)
    elif line.strip():
        _write(document.add_paragraph(), line, indent=2 * BODY_SIZE)


def _red_heading(document: DocumentFile, words: str) -> None:
    _write(document.add_paragraph(), "{%p if 红头 %}")
    heading = _write(document.add_paragraph(), words, size=RED_SIZE, face=TITLE, align=WD_ALIGN_PARAGRAPH.CENTER)
    heading.runs[0].font.color.rgb = RED
    rule = document.add_paragraph()
    rule.paragraph_format.space_after = Pt(14)
    border = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "18"), ("space", "1"), ("color", str(RED))):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    rule._p.get_or_add_pPr().append(border)  # noqa: SLF001 - python-docx offers no borders
    _write(document.add_paragraph(), "{%p endif %}")


def _title(document: DocumentFile, words: str) -> None:
    line = _write(document.add_paragraph(), words, size=TITLE_SIZE, face=TITLE, align=WD_ALIGN_PARAGRAPH.CENTER)
    line.paragraph_format.space_after = Pt(10)


def _centred(document: DocumentFile, words: str) -> None:
    _write(document.add_paragraph(), words, align=WD_ALIGN_PARAGRAPH.CENTER).paragraph_format.space_after = Pt(8)


def _right(document: DocumentFile, words: str) -> None:
    _write(document.add_paragraph(), words, align=WD_ALIGN_PARAGRAPH.RIGHT)


def _plain(document: DocumentFile, words: str) -> None:
    _write(document.add_paragraph(), words).paragraph_format.keep_with_next = True


def _small(document: DocumentFile, words: str) -> None:
    _write(document.add_paragraph(), words, size=TABLE_SIZE, face=SMALL)


def _empty(document: DocumentFile, _: str) -> None:
    document.add_paragraph()


def _hold(document: DocumentFile) -> None:
    """Keep the paragraph before signatures or a seal on their page: nobody signs a page that says nothing."""
    before = document.element.body[-2] if len(document.element.body) > 1 else None
    if before is not None and before.tag == qn("w:p"):
        document.paragraphs[-1].paragraph_format.keep_with_next = True


def _seal(document: DocumentFile, _: str) -> None:
    _hold(document)
    for words in ("{{单位}}（盖章）", "{{签发日期}}"):
        line = _write(document.add_paragraph(), words, align=WD_ALIGN_PARAGRAPH.RIGHT)
        line.paragraph_format.space_before = Pt(46 if "盖章" in words else 6)
        line.paragraph_format.keep_with_next = "盖章" in words


def _signatures(document: DocumentFile, words: str) -> None:
    _hold(document)
    cells = _cells(f"|{words}|")
    table = document.add_table(rows=1, cols=len(cells))
    _high(table, SIGN_MM)
    for cell, told in zip(table.rows[0].cells, cells, strict=True):
        _write(cell.paragraphs[0], told, size=TABLE_SIZE, face=SMALL)


def _list(document: DocumentFile, words: str) -> None:
    name, _, told = words.partition(":")
    columns = [one.strip().split("=") for one in told.split("|")]
    table = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    shares = [WIDER.get(column, 1.0) for column, _ in columns]
    table.autofit = False
    for place, share in enumerate(shares):
        for cell in table.columns[place].cells:
            cell.width = Mm(USABLE_MM * share / sum(shares))
        table.columns[place].width = Mm(USABLE_MM * share / sum(shares))
    _tag(table, 1, f"{{%tr for {LOOP} in {name.strip()} %}}")
    _tag(table, 3, "{%tr endfor %}")
    for place, (column, heading) in enumerate(columns):
        _write(table.cell(0, place).paragraphs[0], heading, size=TABLE_SIZE, face="黑体")
        _write(table.cell(2, place).paragraphs[0], f"{{{{{LOOP}.{column}}}}}", size=TABLE_SIZE, face=SMALL)
    _high(table, ROW_MM)


def _tag(table: Table, row: int, words: str) -> None:
    _write(table.cell(row, 0).paragraphs[0], words, size=TABLE_SIZE)


def _table(document: DocumentFile, lines: list[str]) -> None:
    rows = [_cells(line) for line in lines]
    table = document.add_table(rows=len(rows), cols=COLUMNS, style="Table Grid")
    table.autofit = False
    for place, words in enumerate(rows):
        for column, cell in enumerate(table.rows[place].cells):
            cell.width = Mm(TEXT_MM if column % 2 else LABEL_MM)
            if column < len(words):
                _fill_cell(cell, words[column], is_label=column % 2 == 0)
        if len(words) < COLUMNS:
            table.cell(place, len(words) - 1).merge(table.cell(place, COLUMNS - 1))
            _trim(table.cell(place, len(words) - 1))
    for place, column in enumerate(table.columns):
        column.width = Mm(TEXT_MM if place % 2 else LABEL_MM)
    _high(table, ROW_MM)


def _fill_cell(cell: _Cell, words: str, *, is_label: bool) -> None:
    _write(cell.paragraphs[0], words, size=TABLE_SIZE, face="黑体" if is_label else SMALL)


def _trim(cell: _Cell) -> None:
    """Leave out the empty paragraphs that joining cells brings along."""
    for one in cell.paragraphs[1:]:
        if not one.text:
            one._p.getparent().remove(one._p)  # noqa: SLF001 - python-docx removes nothing


def _high(table: Table, millimetres: float) -> None:
    for row in table.rows:
        row.height, row.height_rule = Mm(millimetres), WD_ROW_HEIGHT_RULE.AT_LEAST


def _cells(line: str) -> list[str]:
    return [one.strip() for one in line.strip().strip("|").split("|")]


def _write(
    paragraph: Paragraph, words: str, *, size: float = BODY_SIZE, face: str = BODY,
    align: WD_ALIGN_PARAGRAPH | None = None, indent: float = 0,
) -> Paragraph:  # fmt: skip
    run = paragraph.add_run(words)
    run.font.size = Pt(size)
    run.bold = face == "黑体" or None
    _lettering(run._r.get_or_add_rPr(), face)  # noqa: SLF001 - python-docx sets the Latin face only
    layout = paragraph.paragraph_format
    layout.alignment = align
    layout.space_before = layout.space_after = Pt(0)
    layout.first_line_indent = Pt(indent) if indent else None
    return paragraph


def _lettering(properties: BaseOxmlElement, face: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for script in ("w:ascii", "w:hAnsi"):
        fonts.set(qn(script), "Times New Roman")
    fonts.set(qn("w:eastAsia"), face)


_LINES: Final[dict[str, Callable[[DocumentFile, str], None]]] = {
    "=": _red_heading,
    "#": _title,
    "^": _centred,
    ">": _right,
    "!": _plain,
    "-": _small,
    "~": _empty,
    "seal": _seal,
    "sign": _signatures,
    "@": _list,
}


def every_default() -> Iterator[tuple[Kind, bytes]]:
    """Give every kind with its default template."""
    for kind in kinds().values():
        yield kind, default_template(kind.code)
