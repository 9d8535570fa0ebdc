"""Follow-up visits for phones: which are due and whom to ask, and handing in what was heard."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import Blueprint, Response, jsonify

from grid_app.api.batches import take_forms
from grid_app.api.field_models import DueFollowUp, FollowUpsAnswer, VisitContact
from grid_app.api.guard import bearer_token, guard_api
from grid_app.clock import local_date
from grid_app.database.transaction import transaction
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.services.follow_ups.contacts import VisitForPhone, visits_for_phone
from grid_app.services.follow_ups.sync import VISITS
from grid_app.wiring import wired

bp = Blueprint("api_follow_ups", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.get("/follow-ups")
@requires(Action.FOLLOW_UP)
def due() -> Response:
    """Return what is due; names and phones only to a registered phone, never to the cookie of a page."""
    now = wired().clock.now()
    cipher = wired().keys.fields if bearer_token() else None
    with transaction() as session:
        found = visits_for_phone(session, actor=the_actor(), cipher=cipher, now=now)
    answer = FollowUpsAnswer(server_time=_moment(now), items=[_item(one, local_date(now)) for one in found])
    response = jsonify(answer.model_dump(mode="json"))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/follow-ups:sync")
@requires(Action.FOLLOW_UP)
def sync() -> Response:
    """Take in a batch of visits and answer item by item."""
    return jsonify(take_forms(VISITS).model_dump(mode="json"))


def _item(one: VisitForPhone, today: date) -> DueFollowUp:
    visit = one.visit
    return DueFollowUp(
        id=str(visit.id),
        dispute_id=str(visit.dispute_id),
        case_code=visit.case_code,
        day=visit.day,
        due_on=visit.due_on.isoformat(),
        overdue=visit.due_on < today,
        place=visit.place,
        house_hint=visit.place_text,
        category=visit.category,
        excerpt=visit.excerpt,
        contacts=[VisitContact(label=party.label, name=party.name, phone=party.phone) for party in one.contacts],
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
