"""Typesetting: the blocks of a filled DOCX become an A4 PDF/A with embedded fonts, on any machine the same bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Final, Literal

import typst

from grid_app.documents.filling import Made
from grid_app.documents.fonts import font_folder, missing_from_fonts
from grid_app.documents.kinds import FOLDER
from grid_app.documents.reading import Block, Sheet
from grid_app.documents.words import DRAFT_LINE, PLACE_HOLDER_FOR_MISSING

STANDARD: Final = "a-2u"
_ONE_AT_A_TIME: Final = Lock()


@dataclass(frozen=True)
class Typeset:
    """A PDF, and the characters that no font holds: each is printed as ``〓`` and written in by hand."""

    body: bytes
    missing: tuple[str, ...]


def typeset(sheet: Sheet, made: Made, *, number: str = "") -> Typeset:
    """Return ``sheet`` as a PDF; ``number`` stands beside the page number."""
    data, missing = _data(sheet, made, number)
    with _ONE_AT_A_TIME:
        body = _compiler().compile(
            format="pdf", sys_inputs={"document": data}, timestamp=_whole_second(made.at), pdf_standards=[STANDARD]
        )
    return Typeset(_one_file(body), missing)


def pictures(sheet: Sheet, made: Made, *, number: str = "", dots_per_inch: float = 60) -> list[bytes]:
    """Return each page of ``sheet`` as a PNG, for looking at."""
    data, _ = _data(sheet, made, number)
    with _ONE_AT_A_TIME:
        pages = _compiler().compile(format="png", sys_inputs={"document": data}, ppi=dots_per_inch)
    return pages if isinstance(pages, list) else [_one_file(pages)]


def text_of(sheet: Sheet) -> str:
    """Return everything that ``sheet`` says, in order."""
    found: list[str] = []
    for one in sheet.blocks:
        blocks = [one] if isinstance(one, Block) else [block for box in one.boxes for block in box.blocks]
        found += ["".join(words.text for words in block.runs) for block in blocks]
    return "\n".join(found)


def _data(sheet: Sheet, made: Made, number: str) -> tuple[str, tuple[str, ...]]:
    missing = missing_from_fonts(text_of(sheet) + made.title + number)
    plain = {
        **sheet.as_data(),
        "title": made.title,
        "author": made.unit,
        "number": number,
        "draft": made.draft,
        "draft_line": DRAFT_LINE,
    }
    text = json.dumps(plain, ensure_ascii=False)
    return text.translate({ord(sign): PLACE_HOLDER_FOR_MISSING for sign in missing}), missing


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())])
    return typst.Compiler(str(FOLDER / "page.typ"), root=str(FOLDER), font_paths=fonts)


def _whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)


def _one_file(body: bytes | list[bytes] | None) -> bytes:
    if not isinstance(body, bytes):
        raise TypeError("the typesetter gave no single file")
    return body


Format = Literal["docx", "pdf"]
