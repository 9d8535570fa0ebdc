"""POST /api/v1/reports:held: a phone names what it has as received, and learns whether the office holds it."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from grid_app.api.field_models import HeldAnswer, HeldClaim, HeldRequest, HeldResult
from grid_app.api.guard import bearer_token, guard_api
from grid_app.api.parsing import read_model
from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires
from grid_app.policy import Action
from grid_app.services.reports.gaps import HeldItem, compare_held
from grid_app.wiring import wired

BODY_BYTES = 512 * 1024

bp = Blueprint("api_held", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.post("/reports:held")
@requires(Action.REPORT_DISPUTE)
def held() -> Response:
    """Answer id by id; how many wait on the phone and since when is read and not kept."""
    asked = read_model(HeldRequest, BODY_BYTES)
    items = [_item(number, claim) for number, claim in enumerate(asked.items)]
    with transaction() as session:
        answers = compare_held(session, items=items, token=bearer_token(), now=wired().clock.now())
    results = [HeldResult(id=claim.id, held=answer) for claim, answer in zip(asked.items, answers, strict=True)]
    return jsonify(HeldAnswer(results=results).model_dump())


def _item(number: int, claim: HeldClaim) -> HeldItem:
    try:
        return HeldItem(UUID(claim.id), claim.digest, has_receipt=claim.receipt)
    except ValueError as error:
        raise InvalidError(
            "有的编号写法不对,没有核对。请更新程序后再试;手机上的内容不会丢。",
            fields={f"items.{number}.id": "应是 UUID。"},
        ) from error
