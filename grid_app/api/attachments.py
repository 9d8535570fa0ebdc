"""GET and PUT /api/v1/attachments/<id>: photos and voice notes of stored reports; see docs/sync-protocol.md."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from grid_app.api.guard import guard_api
from grid_app.api.openapi_attachments import AttachmentAnswer
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.http.problems import problem
from grid_app.policy import Action
from grid_app.queries.attachments import Announced, announced_by
from grid_app.services.reports.attachments import SENTENCES, Upload, clear_up, prepare_chunk, take_chunk
from grid_app.wiring import wired

CHUNK_BYTES: Final = 1024 * 1024
NOT_ANNOUNCED: Final = "还没有收到登记这张照片或这段语音的上报。请先发文字,再发照片和语音;手机上的内容不会丢。"
NOT_STORED: Final = "服务器的磁盘暂时存不进去,这一段没有接收。请稍后重发,手机上的内容不会丢。"
CONFLICTS: Final = ("wrong_offset",)

bp = Blueprint("api_attachments", __name__, url_prefix="/api/v1")
guard_api(bp)
log = logging.getLogger(__name__)


@bp.get("/attachments/<uuid:attachment_id>")
@requires(Action.REPORT_DISPUTE)
def state(attachment_id: UUID) -> Response:
    """Say how much of an attachment is here."""
    found = _announced(attachment_id)
    return _answer(found, received=found.received, complete=found.is_complete)


@bp.put("/attachments/<uuid:attachment_id>")
@requires(Action.REPORT_DISPUTE)
def upload(attachment_id: UUID) -> Response:
    """Take in the next chunk."""
    offset = _offset()
    request.max_content_length = CHUNK_BYTES
    chunk = request.get_data(cache=False)
    found = _announced(attachment_id)
    try:
        done = _take(found, offset, chunk)
    except OSError:
        log.exception("a chunk of an attachment could not be written", extra={"attachment_id": str(attachment_id)})
        return problem(503, "not_stored", NOT_STORED, more={"received": found.received})
    if done.outcome in SENTENCES:
        status = 409 if done.outcome in CONFLICTS else 422
        return problem(status, done.outcome, SENTENCES[done.outcome], more={"received": done.received})
    complete = done.outcome in ("accepted", "already_have")
    return _answer(found, received=done.received, complete=complete, outcome=done.outcome)


def _take(found: Announced, offset: int, chunk: bytes) -> Upload:
    files = wired().files
    ready = prepare_chunk(found, offset=offset, chunk=chunk, files=files)
    if isinstance(ready, Upload):
        return ready
    done = None
    try:
        with transaction() as session:
            done = take_chunk(session, ready, actor=the_actor(), now=wired().clock.now())
    except BaseException:
        done = None  # what was counted was rolled back with it
        raise
    finally:
        clear_up(ready, done, files=files)
    return done


def _announced(attachment_id: UUID) -> Announced:
    with reading() as session:
        found = announced_by(session, account_id=the_actor().account_id, attachment_id=attachment_id)
    if found is None:
        raise NotFoundError(NOT_ANNOUNCED, code="not_announced")
    return found


def _offset() -> int:
    text = request.args.get("offset", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise InvalidError(
            "从哪里接着发没有写对,没有接收。请更新程序后重发,手机上的内容不会丢。",
            fields={"offset": "应是不小于 0 的整数。"},
        )
    return int(text)


def _answer(found: Announced, *, received: int, complete: bool, outcome: str = "") -> Response:
    answer = AttachmentAnswer(
        id=str(found.id),
        kind=found.kind,
        type=found.type,
        bytes=found.bytes,
        sha256=found.sha256,
        received=received,
        complete=complete,
        outcome=outcome,
    )
    return jsonify(answer.model_dump(mode="json"))
