"""POST /api/v1/returns:sync: answers to screening rounds that were written without signal."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from grid_app.api.batches import take_forms
from grid_app.api.guard import guard_api
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.services.rounds.return_sync import RETURNS

bp = Blueprint("api_returns", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.post("/returns:sync")
@requires(Action.RETURN_ROUND)
def sync() -> Response:
    """Take in a batch and answer item by item."""
    return jsonify(take_forms(RETURNS).model_dump(mode="json"))
