"""Filling a template: placeholders become words, nothing else of it can do anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, Final, TypeAlias

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt, RGBColor
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from grid_app.documents.kinds import Kind
from grid_app.documents.words import DRAFT_LINE, chinese_marks, printable

Row: TypeAlias = Mapping[str, str]
Values: TypeAlias = Mapping[str, str | Sequence[Row]]
GREY: Final = RGBColor(0x80, 0x80, 0x80)


@dataclass(frozen=True)
class Made:
    """What a file says of itself: its title, the unit that made it, and when; ``draft`` marks every page."""

    title: str
    unit: str
    at: datetime
    draft: bool = False


def environment() -> ImmutableSandboxedEnvironment:
    """Return the environment of templates: sandboxed, every value escaped, an unknown name an error."""
    return ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)


def fill(template: bytes, kind: Kind, values: Values, made: Made) -> bytes:
    """Return the DOCX of ``template`` with ``values`` in it; a value that is not given is empty."""
    document = DocxTemplate(BytesIO(template))
    document.render(complete(kind, values), environment(), autoescape=True)
    filled: Document = document.docx
    _describe(filled, made)
    if made.draft:
        _mark_draft(filled)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def complete(kind: Kind, values: Values) -> dict[str, Any]:
    """Return a value for every placeholder of ``kind``, printable; what is not of the kind is left out."""
    fields = {name: _shown(_text(values.get(name, ""))) for name in kind.fields}
    lists = {
        name: [{column: _shown(row.get(column, "")) for column in columns} for row in _rows(values.get(name, ()))]
        for name, columns in kind.rows.items()
    }
    return fields | lists


def _shown(text: str) -> str:
    return chinese_marks(printable(text))


def _text(value: str | Sequence[Row]) -> str:
    return value if isinstance(value, str) else ""


def _rows(value: str | Sequence[Row]) -> Sequence[Row]:
    return () if isinstance(value, str) else value


def _describe(document: Document, made: Made) -> None:
    about = document.core_properties
    about.title, about.author, about.last_modified_by, about.comments = made.title, made.unit, made.unit, ""
    about.created = about.modified = made.at.replace(tzinfo=None)


def _mark_draft(document: Document) -> None:
    for section in document.sections:
        section.different_first_page_header_footer = False
        header = section.header
        line = header.paragraphs[0].insert_paragraph_before() if header.paragraphs else header.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        words = line.add_run(DRAFT_LINE)
        words.font.size, words.font.color.rgb = Pt(12), GREY
