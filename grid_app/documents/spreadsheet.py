"""A table as an .xlsx workbook (ECMA-376, SpreadsheetML) or as CSV: text only, never a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Final
from xml.sax.saxutils import escape

RISKY_FIRST: Final = ("=", "+", "-", "@", "\t", "\r")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES: Final = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="2"><border/><border><left style="thin"/><right style="thin"/><top style="thin"/>'
    '<bottom style="thin"/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/>'
    '<xf numFmtId="49" fontId="0" borderId="1" xfId="0" applyBorder="1" applyAlignment="1"><alignment '
    'vertical="top" wrapText="1"/></xf><xf numFmtId="49" fontId="1" borderId="1" xfId="0" applyFont="1" '
    'applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_WIDEST: Final = 50


def workbook(columns: Sequence[str], rows: Iterable[Sequence[str]], *, name: str, widths: Sequence[int] = ()) -> bytes:
    """Return an .xlsx file of one sheet: a header that stays on every printed page, then the rows, all as text.

    Parameters
    ----------
    columns : sequence of str
        The header.
    rows : iterable of sequence of str
        The cells; text is stored as text, so that nothing is ever computed from it.
    name : str
        The name of the sheet.
    widths : sequence of int
        Widths of the columns in signs; 16 where nothing is given.
    """
    lines = [_row(1, columns, style=2)]
    lines += [_row(number, row, style=1) for number, row in enumerate(rows, 2)]
    sized = [min(widths[at], _WIDEST) if at < len(widths) else 16 for at in range(len(columns))]
    cols = "".join(f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(sized, 1))
    sheet = (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>'
        '<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{cols}</cols><sheetData>{''.join(lines)}</sheetData>"
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )
    parts = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": _book(name),
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml", "styles.xml"),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/styles.xml": _STYLES,
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in parts.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file in UTF-8 with a mark that office programs know; a cell that looks like a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in (columns, *rows):
        writer.writerow([_harmless(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RISKY_FIRST) else cell


def _row(number: int, cells: Sequence[str], *, style: int) -> str:
    made = "".join(
        f'<c r="{_letters(at)}{number}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        f"{escape(_CONTROL.sub('', cell))}</t></is></c>"
        for at, cell in enumerate(cells)
    )
    return f'<row r="{number}">{made}</row>'


def _letters(at: int) -> str:
    head, rest = divmod(at, 26)
    return (_letters(head - 1) if head else "") + chr(ord("A") + rest)


def _book(name: str) -> str:
    shown = escape(re.sub(r"[\[\]:*?/\\]", "", _CONTROL.sub("", name))[:31] or "表", {'"': "&quot;"})
    quoted = shown.replace("'", "''")
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets><sheet name="{shown}" sheetId="1" r:id="rId1"/>'
        f'</sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="0">\'{quoted}\'!$1:$1'
        "</definedName></definedNames></workbook>"
    )


def _relation(kind: str, target: str, styles: str = "") -> str:
    more = f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="{styles}"/>' if styles else ""
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{_OFFICE}/{kind}" '
        f'Target="{target}"/>{more}</Relationships>'
    )


def _content_types() -> str:
    parts = {"/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet", "/xl/styles.xml": "styles"}
    told = "".join(f'<Override PartName="{part}" ContentType="{_TYPES}.{kind}+xml"/>' for part, kind in parts.items())
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
        f'ContentType="application/xml"/>{told}</Types>'
    )
