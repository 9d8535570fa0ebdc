"""Taking in photos and voice notes chunk by chunk, so that a broken line or a killed server costs one chunk at most.

A chunk is checked and written beside its place with no transaction open (`prepare_chunk`); then one short
transaction puts it into its place and counts it (`take_chunk`). What was written and not counted is written again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.attachments import Attachment
from grid_app.policy import Actor
from grid_app.ports import AttachmentFiles, PreparedFile
from grid_app.queries.attachments import Announced
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn

LEAST_CHUNK: Final = 1024
Outcome: TypeAlias = Literal[
    "received", "accepted", "already_have", "wrong_offset", "damaged", "wrong_type", "too_long", "too_short"
]
SENTENCES: Final[dict[str, str]] = {
    "wrong_offset": "前面的一段还没有收到,或者这一段已经收到。请从 received 接着发,手机上的内容不会丢。",
    "damaged": "照片或语音在路上损坏了,已收到的部分已经丢弃。请从头重发,手机上的那份还在。",
    "wrong_type": "内容和登记的格式不一样,没有接收。请重新拍照或录音,文字已经登记,不受影响。",
    "too_long": "内容比登记的长,没有接收。请重新拍照或录音,文字已经登记,不受影响。",
    "too_short": "这一段太短,没有接收。请按更大的段重发,手机上的内容不会丢。",
}


@dataclass(frozen=True)
class Upload:
    """What became of a chunk, and how many bytes of the attachment are safe now."""

    outcome: Outcome
    received: int


@dataclass(frozen=True)
class ReadyChunk:
    """A chunk that may be counted: it reaches from ``offset`` to ``end``.

    ``file`` is the chunk's, or the whole attachment's when it was the last one; ``None`` when all has come and the
    digest is another than the announced one.
    """

    attachment: Announced
    offset: int
    end: int
    file: PreparedFile | None


def prepare_chunk(attachment: Announced, *, offset: int, chunk: bytes, files: AttachmentFiles) -> ReadyChunk | Upload:
    """Check a chunk against what was announced and write it beside its place; call it with no transaction open.

    Raises
    ------
    OSError
        The disk is full or gone; nothing has changed.
    """
    wrong = _what_is_wrong(attachment, offset, chunk)
    if wrong is not None:
        return Upload(wrong, attachment.received)
    end = offset + len(chunk)
    if end < attachment.bytes:
        return ReadyChunk(attachment, offset, end, files.prepare_part(attachment.id, offset, chunk))
    before = files.parts_until(attachment.id, offset)
    whole = None if before is None else before + chunk
    if whole is None or hashlib.sha256(whole).hexdigest() != attachment.sha256:
        return ReadyChunk(attachment, offset, end, None)
    return ReadyChunk(attachment, offset, end, files.prepare_whole(attachment.id, whole))


def take_chunk(session: Session, ready: ReadyChunk, *, actor: Actor, now: datetime) -> Upload:
    """Put a prepared chunk into its place and count it, unless somebody else was quicker.

    Raises
    ------
    OSError
        The file could not be put into its place; the caller's transaction must not be committed.
    """
    if ready.end == ready.attachment.bytes:
        take_turn(session)
    row = session.scalars(select(Attachment).where(Attachment.id == ready.attachment.id).with_for_update()).one()
    if row.completed_at is not None:
        return Upload("already_have", row.received)
    if row.received != ready.offset:
        return Upload("wrong_offset", row.received)
    if ready.file is None:
        row.received = 0
        return Upload("damaged", 0)
    ready.file.put()
    row.received = ready.end
    if row.received < row.bytes:
        return Upload("received", row.received)
    row.completed_at, row.key_number = now, ready.file.key_number
    record_audit(
        session,
        actor,
        "attachment.received",
        now=now,
        target=("dispute", str(row.dispute_id)),
        details={"number": row.number, "kind": row.kind, "bytes": row.bytes},
    )
    return Upload("accepted", row.received)


def clear_up(ready: ReadyChunk, upload: Upload | None, *, files: AttachmentFiles) -> None:
    """Remove what is no longer needed, after the transaction has ended; ``None`` when it failed."""
    if ready.file is not None:
        ready.file.drop()
    if upload is not None and upload.outcome in ("accepted", "already_have", "damaged"):
        files.forget_parts(ready.attachment.id)


def _what_is_wrong(attachment: Announced, offset: int, chunk: bytes) -> Outcome | None:
    if attachment.is_complete:
        return "already_have"
    if offset != attachment.received:
        return "wrong_offset"
    end = offset + len(chunk)
    if end > attachment.bytes:
        return "too_long"
    if not chunk or (len(chunk) < LEAST_CHUNK and end < attachment.bytes):
        return "too_short"
    if offset == 0 and not begins_as(chunk, attachment.type):
        return "wrong_type"
    return None


def begins_as(chunk: bytes, media_type: str) -> bool:
    """Say whether the first bytes of a file are those of its announced type."""
    if media_type == "image/jpeg":
        return chunk.startswith(b"\xff\xd8\xff")
    if media_type == "image/webp":
        return chunk.startswith(b"RIFF") and chunk[8:12] == b"WEBP"
    if media_type == "audio/mp4":
        return chunk[4:8] == b"ftyp"
    return chunk.startswith({"audio/webm": b"\x1a\x45\xdf\xa3", "audio/ogg": b"OggS"}[media_type])
