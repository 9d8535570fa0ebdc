"""The archive of one dispute as a zip: every file under a plain name, with a list of their digests."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Final

SUMS: Final = "校验值.txt"
SUMS_HEAD: Final = "# 每行是一个文件的 SHA-256 校验值。用“sha256sum -c 校验值.txt”可以核对文件有没有被改动。\n"
_ODD: Final = re.compile(r"[^\w〔〕().-]+")
LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class Entry:
    """One file of the archive; ``folder`` and ``title`` make its name together with its place in the list."""

    title: str
    ending: str
    body: bytes
    folder: str = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(self.body).hexdigest()


def file_name(title: str) -> str:
    """Return ``title`` as a name that every system takes: no signs but letters, figures and plain marks."""
    plain = _ODD.sub("_", title).strip("._") or "文件"
    return plain[:LONGEST_NAME]


def names_of(entries: Sequence[Entry]) -> list[str]:
    """Return the name of every entry, numbered in the given order, so that no two are the same."""
    return [
        f"{file_name(one.folder) + '/' if one.folder else ''}{place:02d}_{file_name(one.title)}.{one.ending}"
        for place, one in enumerate(entries, start=1)
    ]


def package(entries: Sequence[Entry], *, at: datetime) -> bytes:
    """Return the zip; every file carries the moment ``at``, so that the same entries give the same bytes."""
    moment = (at.year, at.month, at.day, at.hour, at.minute, at.second)
    names = names_of(entries)
    sums = SUMS_HEAD + "".join(f"{one.digest}  {name}\n" for one, name in zip(entries, names, strict=True))
    written = BytesIO()
    with zipfile.ZipFile(written, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, body in [*zip(names, (one.body for one in entries), strict=True), (SUMS, sums.encode())]:
            about = zipfile.ZipInfo(name, date_time=moment)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = 0o600 << 16
            archive.writestr(about, body)
    return written.getvalue()
