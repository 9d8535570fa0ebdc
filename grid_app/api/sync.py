"""POST /api/v1/disputes:sync and receipts:verify.

The phone keeps a report until this answer says that the office holds its id; see docs/sync-protocol.md.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from grid_app.api.batches import items_of, result_of
from grid_app.api.guard import guard_api
from grid_app.api.openapi_models import ReceiptClaim, ReceiptVerdict, SyncAnswer
from grid_app.api.parsing import read_model, read_object
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.reports.batch import read_items, receive_items
from grid_app.services.reports.receipts import verify_receipt
from grid_app.services.reports.receiving import Desk, Lookups
from grid_app.wiring import wired

BATCH_BYTES = 8 * 1024 * 1024
BATCH_ITEMS = 500

bp = Blueprint("api_sync", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.post("/disputes:sync")
@requires(Action.REPORT_DISPUTE)
def sync() -> Response:
    """Take in a batch and answer item by item."""
    items = items_of(read_object(BATCH_BYTES), most=BATCH_ITEMS)
    sent = read_items(items)
    wiring = wired()
    with reading() as session:  # after new boundaries the first question builds an index: not under the write lock
        wiring.places.find(session, lon=0.0, lat=0.0, accuracy_m=None)
    with transaction() as session:
        desk = Desk(the_actor(), wiring.places, wiring.keys, wiring.clock.now(), via="sync", lookups=Lookups(session))
        answers = receive_items(session, items=sent, desk=desk)
    results = [result_of(item, answer) for item, answer in zip(items, answers, strict=True)]
    return jsonify(SyncAnswer(results=results).model_dump(mode="json"))


@bp.post("/receipts:verify")
@requires(Action.SIGNED_IN)
def verify() -> Response:
    """Say whether a receipt is genuine and the report is known."""
    claim = read_model(ReceiptClaim)
    with reading() as session:
        verdict = verify_receipt(
            session,
            keys=wired().keys,
            report_id=_id_of(claim.id),
            digest=claim.digest.lower(),
            received_at=claim.received_at,
            signature=claim.signature.lower(),
        )
    return jsonify(ReceiptVerdict(genuine=verdict.genuine, known=verdict.known).model_dump())


def _id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidError("回执编号的写法不对。请照回执上的编号填写。", fields={"id": "应是 UUID。"}) from error
