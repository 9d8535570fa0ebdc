"""Days and moments as offices write them in sheets: 2024.3.5, 2024年3月5日, 20240305, or a spreadsheet's own number."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from grid_app.clock import SHANGHAI

_MOMENT: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?"
    r"(?:[ T]*(\d{1,2})[:时](\d{1,2})?分?(?::(\d{2})(?:\.\d+)?)?)?(Z|[+-]\d{2}:?\d{2})?"
)
_PLAIN: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_SERIAL: Final = re.compile(r"\d{5}(\.\d+)?")
_SERIAL_BEGINS: Final = datetime(1899, 12, 30, tzinfo=SHANGHAI)
FIRST_SERIAL, LAST_SERIAL = 18_000, 80_000
"""Serial numbers of 1949 and 2119; other five-digit numbers are no days."""


def moment_of(text: str) -> datetime | None:
    """Return an aware moment, ``None`` for what is none; without a zone local time, a day alone begins at midnight.

    Examples
    --------
    >>> moment_of("2024.3.5").isoformat(), moment_of("45356").isoformat(), moment_of("gestern")
    ('2024-03-05T00:00:00+08:00', '2024-03-05T00:00:00+08:00', None)
    """
    plain = unicodedata.normalize("NFKC", text).replace("。", ".").strip().rstrip(".")
    if _SERIAL.fullmatch(plain):
        return _from_serial(float(plain))
    written = _PLAIN.fullmatch(plain)
    if written is not None:
        return _local(*written.groups())
    match = _MOMENT.fullmatch(plain)
    if match is None:
        return None
    *figures, zone = match.groups()
    found = _local(*figures)
    if found is None or not zone:
        return found
    return datetime.fromisoformat(f"{found:%Y-%m-%dT%H:%M:%S}{zone}")


def _local(*figures: str | None) -> datetime | None:
    year, month, day, hour, minute, second = [int(one or 0) for one in (*figures, *[None] * 6)][:6]
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    except ValueError:
        return None


def _from_serial(number: float) -> datetime | None:
    if not FIRST_SERIAL <= number <= LAST_SERIAL:
        return None
    return _SERIAL_BEGINS + timedelta(seconds=round(number * 86_400))
