"""The fonts that documents are set in, and which characters they hold.

Noto Serif SC and Noto Sans SC (SIL Open Font License 1.1) are installed as a package; nothing is looked for on the
machine, so that a page looks the same everywhere.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Final

from pylopdf_fonts_zh_cn import sans_path, serif_path

SERIF: Final = "Noto Serif SC"
SANS: Final = "Noto Sans SC"


def font_folder() -> Path:
    """Return the folder that holds both fonts."""
    return serif_path().parent


def missing_from_fonts(text: str) -> tuple[str, ...]:
    """Return the characters of ``text`` that neither font holds, each once, in their order; spaces count as held."""
    held = _held()
    return tuple(dict.fromkeys(sign for sign in text if not sign.isspace() and ord(sign) not in held))


@cache
def _held() -> frozenset[int]:
    return frozenset(_characters(serif_path().read_bytes()) | _characters(sans_path().read_bytes()))


def _characters(font: bytes) -> set[int]:
    """Return the code points of an OpenType font, read from its ``cmap`` table (format 12, the whole of Unicode)."""
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        if tag == b"cmap":
            return _mapped(font, offset)
    raise ValueError("the font has no cmap table")


def _mapped(font: bytes, table: int) -> set[int]:
    (count,) = struct.unpack_from(">H", font, table + 2)
    found: set[int] = set()
    for number in range(count):
        _, _, offset = struct.unpack_from(">HHI", font, table + 4 + 8 * number)
        (kind,) = struct.unpack_from(">H", font, table + offset)
        if kind == 12:
            (groups,) = struct.unpack_from(">I", font, table + offset + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, table + offset + 16 + 12 * group)
                found.update(range(first, last + 1))
    return found
