"""What tests of intake share: one content, and keys made for the run."""

from __future__ import annotations

from typing import Any

from grid_app.security.fields import FieldCipher
from grid_app.security.keys import Keys
from grid_app.security.office_keys import first_office_key, parse_office_keys

KEYS = Keys(
    session=b"s" * 32,
    receipt=b"r" * 32,
    fields=FieldCipher({1: b"f" * 32}),
    vapid_private="",
    office=parse_office_keys(first_office_key()),
)
CONTENT: dict[str, Any] = {
    "form": "dispute/1",
    "captured_at": "2026-11-20T09:30:00+08:00",
    "category": "0901",
    "danger": False,
    "summary": "三组几户反映去年的土地租金没有给",
}
