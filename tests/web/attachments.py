"""Photos and voice notes for tests: bytes that begin as they should, what a report says of them, and sending them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from tests.web.api_phone import Phone, item

BEGINNINGS = {
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/webp": b"RIFF\x00\x00\x00\x00WEBP",
    "audio/webm": b"\x1a\x45\xdf\xa3",
    "audio/mp4": b"\x00\x00\x00\x18ftyp",
    "audio/ogg": b"OggS",
}
CHUNK = 4096


def made(media: str = "image/jpeg", size: int = 10_000) -> bytes:
    """Return ``size`` bytes that begin as a file of that type."""
    start = BEGINNINGS[media]
    return start + (hashlib.sha256(media.encode()).digest() * (size // 32))[: size - len(start)]


def damaged(body: bytes) -> bytes:
    """Return ``body`` with its last byte turned, whatever it was: a fixed letter is the right one in 1 of 256 runs."""
    return body[:-1] + bytes([body[-1] ^ 1])


def announced(body: bytes, media: str = "image/jpeg", **changes: Any) -> dict[str, Any]:
    """Return what a report says of ``body``."""
    kind = "photo" if media.startswith("image") else "voice"
    digest = hashlib.sha256(body).hexdigest()
    return {"id": str(uuid4()), "kind": kind, "type": media, "bytes": len(body), "sha256": digest} | changes


def report_with(*attachments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an item of form dispute/2 with these attachments."""
    return item(form="dispute/2", attachments=list(attachments), **changes)


def put(phone: Phone, told: dict[str, Any], offset: object, chunk: bytes) -> TestResponse:
    address = f"/api/v1/attachments/{told['id']}?offset={offset}"
    return phone.client.put(address, headers=phone.headers, data=chunk, content_type="application/octet-stream")


def state(phone: Phone, told: dict[str, Any]) -> dict[str, Any]:
    return phone.get(f"attachments/{told['id']}").json


def send(phone: Phone, told: dict[str, Any], body: bytes, *, chunk: int = CHUNK) -> dict[str, Any]:
    """Send the whole body in chunks and return the last answer."""
    for offset in range(0, len(body), chunk):
        answer = put(phone, told, offset, body[offset : offset + chunk])
        assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def send_rest(phone: Phone, told: dict[str, Any], body: bytes) -> dict[str, Any]:
    """Go on from where the office stands, as a phone does after any fault."""
    received = state(phone, told)["received"]
    return put(phone, told, received, body[received:]).json


def files_of(app: Flask) -> list[Path]:
    """Return every file of attachments that lies on the disk."""
    folder = app.extensions["grid"].settings.instance_dir / "attachments"
    return [path for path in folder.rglob("*") if path.is_file()]
