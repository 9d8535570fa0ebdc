"""The photos and voice notes on the page of a dispute; each one that is opened is written into the audit trail."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, send_file, url_for

from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.attachments import Announced, attachment_of
from grid_app.security.fields import FieldCipherError
from grid_app.services.audit import record_audit
from grid_app.wiring import wired

NO_ATTACHMENT: Final = "没有这张照片或这段语音,它还没有传到,或者不在您的范围内。请回到那件纠纷看看。"
UNREADABLE: Final = "这张照片或这段语音的文件打不开。请告诉系统管理员核对备份和密钥;文字登记不受影响。"
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
}
KIND_WORDS: Final = {"photo": "照片", "voice": "语音"}


@requires(Action.READ_DISPUTES)
def attachment(dispute_id: UUID, attachment_id: UUID) -> Response:
    """Give one complete photo or voice note to whoever may read its dispute; nothing between keeps a copy."""
    with reading() as session:
        found = attachment_of(session, scope=the_scope(), dispute_id=dispute_id, attachment_id=attachment_id)
    if found is None or not found.is_complete:
        raise NotFoundError(NO_ATTACHMENT)
    body = _bytes_of(found)
    _note_reading(found)
    answer = send_file(
        BytesIO(body),
        mimetype=found.type,
        download_name=f"{found.kind}-{found.number}.{ENDINGS[found.type]}",
        conditional=True,  # a player asks for parts
        etag=False,
        last_modified=None,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _bytes_of(found: Announced) -> bytes:
    try:
        body = wired().files.whole(found.id)
    except FieldCipherError:
        body = None
    if body is None:
        raise NotFoundError(UNREADABLE)
    return body


def _note_reading(found: Announced) -> None:
    with transaction() as session:
        record_audit(
            session,
            the_actor(),
            "attachment.read",
            now=wired().clock.now(),
            target=("dispute", str(found.dispute_id)),
            details={"number": found.number, "kind": found.kind},
        )


def shown_attachments(found: list[Announced]) -> list[dict[str, object]]:
    """Return the attachments as the page shows them, each numbered among its kind; no address before it is whole."""
    counted = dict.fromkeys(KIND_WORDS, 0)
    shown = []
    for one in found:
        counted[one.kind] += 1
        address = url_for("disputes.attachment", dispute_id=one.dispute_id, attachment_id=one.id)
        shown.append(
            {
                "kind": one.kind,
                "word": f"{KIND_WORDS[one.kind]} {counted[one.kind]}",
                "url": address if one.is_complete else "",
                "percent": one.received * 100 // one.bytes,
            }
        )
    return shown


def add_routes(bp: Blueprint) -> None:
    """Hang the address of an attachment on the blueprint of disputes."""
    address = "/disputes/<uuid:dispute_id>/attachments/<uuid:attachment_id>"
    bp.add_url_rule(address, "attachment", attachment, methods=["GET"])
