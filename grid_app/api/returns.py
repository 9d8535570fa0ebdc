"""POST /api/v1/returns:sync: answers to screening rounds that were written without signal."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from grid_app.api.batches import items_of, result_of
from grid_app.api.guard import guard_api
from grid_app.api.openapi_models import SyncAnswer
from grid_app.api.parsing import read_object
from grid_app.database.transaction import reading, transaction
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, Actor
from grid_app.services.actors import actors_of
from grid_app.services.return_sync import ReturnDesk, read_return, receive_return
from grid_app.wiring import wired

BATCH_BYTES = 1024 * 1024
BATCH_ITEMS = 100

bp = Blueprint("api_returns", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.post("/returns:sync")
@requires(Action.RETURN_ROUND)
def sync() -> Response:
    """Take in a batch, each item in a transaction of its own, and answer item by item."""
    items = items_of(read_object(BATCH_BYTES), most=BATCH_ITEMS)
    desk = ReturnDesk(_own_actors(), wired().keys, wired().clock.now())
    results = []
    for item in items:
        with transaction() as session:
            answer = receive_return(session, sent=read_return(item), desk=desk)
        results.append(result_of(item, answer))
    return jsonify(SyncAnswer(results=results).model_dump(mode="json"))


def _own_actors() -> list[Actor]:
    """Return the assignments of the acting role: a worker with several grids answers for each in its own name."""
    actor = the_actor()
    with reading() as session:
        own = actors_of(session, actor.account_id, now=wired().clock.now())
    return [one for one in own if one.role == actor.role] or [actor]
