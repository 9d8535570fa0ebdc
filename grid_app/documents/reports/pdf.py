"""A report as PDF/A with embedded fonts, and a drawing as PNG for Word; the same report gives the same bytes."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import typst

from grid_app.documents.fonts import font_folder, missing_from_fonts
from grid_app.documents.pdf import STANDARD
from grid_app.documents.reports.blocks import Report
from grid_app.documents.words import PLACE_HOLDER_FOR_MISSING

SHARPNESS: Final = 200
_FOLDER: Final = Path(__file__).parent
_ONE_AT_A_TIME: Final = Lock()


def report_pdf(report: Report, *, at: datetime) -> bytes:
    """Return ``report`` as a PDF made at ``at``; a character that no font holds is printed as ``〓``."""
    with _ONE_AT_A_TIME:
        body = _compiler("report.typ").compile(
            format="pdf",
            sys_inputs={"report": _data(report)},
            timestamp=at.replace(microsecond=0),
            pdf_standards=[STANDARD],
        )
    return _single(body)


def report_pages(report: Report, *, dots_per_inch: float = 60) -> list[bytes]:
    """Return each page of ``report`` as a PNG, for looking at."""
    with _ONE_AT_A_TIME:
        pages = _compiler("report.typ").compile(format="png", sys_inputs={"report": _data(report)}, ppi=dots_per_inch)
    return pages if isinstance(pages, list) else [_single(pages)]


def drawing_png(svg: str, *, dots_per_inch: float = SHARPNESS) -> bytes:
    """Return an SVG drawing as a PNG."""
    with _ONE_AT_A_TIME:
        body = _compiler("drawing.typ").compile(format="png", sys_inputs={"svg": svg}, ppi=dots_per_inch)
    return _single(body)


def _data(report: Report) -> str:
    missing = missing_from_fonts(report.told())
    text = json.dumps(report.as_data(), ensure_ascii=False)
    return text.translate({ord(sign): PLACE_HOLDER_FOR_MISSING for sign in missing})


@cache
def _compiler(name: str) -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())])
    return typst.Compiler(str(_FOLDER / name), root=str(_FOLDER), font_paths=fonts)


def _single(body: bytes | list[bytes] | None) -> bytes:
    if not isinstance(body, bytes):
        raise TypeError("the typesetter gave no single file")
    return body
