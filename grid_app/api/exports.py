"""POST /api/v1/exports: the encrypted file of a phone that could not send."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import UnsupportedMediaType

from grid_app.api.batches import result_of
from grid_app.api.guard import guard_api
from grid_app.api.openapi_models import SyncAnswer
from grid_app.http.export_intake import hand_in
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.reports.exports import EXPORT_BYTES

bp = Blueprint("api_exports", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.post("/exports")
@requires(Action.SIGNED_IN)
def take() -> Response:
    """Take the file in and answer as sync does; tracking codes are told to the owner alone."""
    request.max_content_length = EXPORT_BYTES
    if not request.is_json:
        raise UnsupportedMediaType
    done = hand_in(request.get_data(cache=False), bringer=the_actor())
    answers = done.answers if done.owner_brought_it else [replace(one, tracking_code="") for one in done.answers]
    results = [result_of(item, answer) for item, answer in zip(done.items, answers, strict=True)]
    return jsonify(SyncAnswer(results=results).model_dump(mode="json"))
