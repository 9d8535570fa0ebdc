"""A report as a Word file (DOCX), so that an office can go on writing in it; drawings stand in it as pictures."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.document import Document as DocumentFile
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.run import Run

from grid_app.documents.reports.blocks import Block, Grid, Heading, KeyItem, NewPage, Picture, Report, Words
from grid_app.documents.reports.pdf import drawing_png
from grid_app.documents.undated import undated

BODY, TITLE = "宋体", "黑体"
SOFT: Final = RGBColor(0x4D, 0x5A, 0x5D)
LINE, HEAD_FILL = "9AA5A8", "EDF1F1"
USABLE_MM: Final = 170
SWATCH_MM: Final = 8
LEGEND_SHARPNESS: Final = 150


def report_docx(report: Report, *, at: datetime) -> bytes:
    """Return ``report`` as a DOCX of A4 pages; the same report gives the same bytes."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm((210 - USABLE_MM) / 2)
    section.top_margin = section.bottom_margin = Mm(20)
    about = document.core_properties
    about.title, about.author, about.comments = report.title, report.author, ""
    about.created = about.modified = at.replace(tzinfo=None, microsecond=0)
    _words(document, report.title, size=16, font=TITLE)
    _words(document, report.line, size=9.5, soft=True)
    for block in report.blocks:
        _block(document, block)
    foot = section.footer.paragraphs[0]
    _lettered(foot.add_run(report.foot), 8.5, BODY, soft=True)
    _numbered(foot)
    written = BytesIO()
    document.save(written)
    return undated(written)


def _block(document: DocumentFile, block: Block) -> None:
    match block:
        case Heading(text, level):
            paragraph = _words(document, text, size=14 if level == 1 else 12, font=TITLE)
            paragraph.paragraph_format.keep_with_next = True
        case Words(text, is_small):
            _words(document, text, size=9 if is_small else 10.5, soft=is_small)
        case Picture():
            _picture(document, block)
        case Grid():
            _grid(document, block)
        case NewPage():
            document.add_page_break()  # type: ignore[no-untyped-call]  # python-docx leaves it bare


def _words(document: DocumentFile, text: str, *, size: float, font: str = BODY, soft: bool = False) -> Any:  # noqa: ANN401 - python-docx's paragraph
    paragraph = document.add_paragraph()
    _lettered(paragraph.add_run(text), size, font, soft=soft)
    paragraph.paragraph_format.space_after = Pt(4)
    return paragraph


def _lettered(run: Run, size: float, font: str, *, soft: bool = False, bold: bool = False) -> None:
    run.font.size, run.font.name, run.bold = Pt(size), font, bold or font == TITLE
    fonts: Any = run._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - python-docx has no name for it
    fonts.set(qn("w:eastAsia"), font)
    if soft:
        run.font.color.rgb = SOFT


def _picture(document: DocumentFile, picture: Picture) -> None:
    if document.paragraphs:
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    shape: Any = document.add_picture(
        BytesIO(drawing_png(picture.svg)), width=Mm(USABLE_MM * (0.75 if picture.is_small else 1))
    )
    shape._inline.docPr.set("descr", picture.title)  # noqa: SLF001 - python-docx has no name for it
    document.paragraphs[-1].paragraph_format.keep_with_next = bool(picture.legend or picture.note)
    for item in picture.legend:
        _legend_line(document, item)
    if picture.note:
        _words(document, picture.note, size=9, soft=True)
    elif picture.legend:
        document.paragraphs[-1].paragraph_format.space_after = Pt(8)


def _legend_line(document: DocumentFile, item: KeyItem) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    if item.swatch:
        png = drawing_png(item.swatch, dots_per_inch=LEGEND_SHARPNESS)
        paragraph.add_run().add_picture(BytesIO(png), width=Mm(SWATCH_MM))
    _lettered(paragraph.add_run(f" {item.sign} {item.label} {item.count}"), 9, BODY)


def _grid(document: DocumentFile, grid: Grid) -> None:
    caption = _words(document, grid.caption, size=10.5, font=TITLE)
    caption.paragraph_format.keep_with_next = True
    lines = [tuple(label for label, _ in grid.columns), *grid.rows, *([grid.foot] if grid.foot else [])]
    table = document.add_table(rows=len(lines), cols=len(grid.columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _edged(table)
    cells: list[Any] = table._cells  # noqa: SLF001 - the public way reads the whole table anew for every cell
    for at, (text, (_, is_number)) in enumerate(
        (text, column) for line in lines for text, column in zip(line, grid.columns, strict=True)
    ):
        paragraph = cells[at].paragraphs[0]
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1.5)
        is_head = at < len(grid.columns)
        is_foot = bool(grid.foot) and at >= (len(lines) - 1) * len(grid.columns)
        _lettered(paragraph.add_run(text), 9, BODY, bold=is_head or is_foot)
        if is_head:
            _child(cells[at]._tc.get_or_add_tcPr(), "w:shd", val="clear", color="auto", fill=HEAD_FILL)  # noqa: SLF001 - python-docx has no name for it
        if is_number:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _edged(table: Any) -> None:  # noqa: ANN401 - python-docx's table
    """Draw thin grey lines, say the head again on every page, and keep a row on one page."""
    about = table._tbl.tblPr  # noqa: SLF001 - python-docx has no name for it
    borders = _child(about, "w:tblBorders")
    about.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")  # Word asks for the order
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        _child(borders, f"w:{side}", val="single", sz="4", space="0", color=LINE)
    for number, row in enumerate(table.rows):
        of_row = row._tr.get_or_add_trPr()  # noqa: SLF001 - as above
        _child(of_row, "w:cantSplit")
        if number == 0:
            _child(of_row, "w:tblHeader")


def _numbered(paragraph: Any) -> None:  # noqa: ANN401 - python-docx's paragraph
    """Add the number of the page, which the office program fills in."""
    _lettered(paragraph.add_run(" · 第 "), 8.5, BODY, soft=True)
    field = _child(paragraph._p, "w:fldSimple", instr="PAGE")  # noqa: SLF001 - python-docx has no name for it
    number = paragraph.add_run("1")
    _lettered(number, 8.5, BODY, soft=True)
    field.append(number._r)  # noqa: SLF001 - as above
    _lettered(paragraph.add_run(" 页"), 8.5, BODY, soft=True)


def _child(parent: Any, tag: str, **values: str) -> Any:  # noqa: ANN401 - elements of lxml
    element = OxmlElement(tag)
    for name, value in values.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element
