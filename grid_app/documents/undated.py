"""Word files without the moment of their making, so that the same words give the same bytes."""

from __future__ import annotations

import zipfile
from io import BytesIO


def undated(body: BytesIO) -> bytes:
    """Return the same package with no moment in it: its digest names the template, not the start of a process."""
    plain = BytesIO()
    with zipfile.ZipFile(body) as parts, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as kept:
        for part in parts.infolist():
            kept.writestr(zipfile.ZipInfo(part.filename), parts.read(part), zipfile.ZIP_DEFLATED)
    return plain.getvalue()
