"""GET /api/v1/field: what a phone keeps for work without signal."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from flask import Blueprint, Response, request

from grid_app.api.field_models import (
    FieldAccount,
    FieldAnswer,
    FieldDuty,
    FieldEntry,
    FieldKey,
    FieldNearby,
    FieldReport,
    FieldRound,
    FieldTile,
    FieldWay,
)
from grid_app.api.guard import guard_api
from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, Actor, dispute_scope
from grid_app.queries.disputes import DisputeLine
from grid_app.queries.field import Duty, OpenNearby, excerpt, points_of
from grid_app.queries.return_pages import ReturnPage
from grid_app.services.field_bundle import FieldBundle, field_bundle
from grid_app.vocabulary.categories import is_family, tiles
from grid_app.vocabulary.words import ROLE_WORDS, STATE_WORDS, WAY_WORDS
from grid_app.wiring import wired

FORM = "dispute/2"
VILLAGE_DIGITS = 12
MIDNIGHT = timedelta(seconds=1)
Points: TypeAlias = Mapping[UUID, tuple[float, float]]
MOBILE = re.compile(r"1[3-9]\d{9}")

bp = Blueprint("api_field", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.get("/field")
@requires(Action.REPORT_DISPUTE)
def bundle() -> Response:
    """Return everything at once, with a tag over all but the time; unchanged it is answered with 304."""
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        found = field_bundle(session, actor=actor, cipher=wired().keys.fields, now=now)
        points = points_of(session, scope=dispute_scope(actor), ids=[one.id for one in found.own_reports])
    content = _answer(found, points, actor, now).model_dump(mode="json")
    tag = _tag(content)
    if request.if_none_match.contains_weak(tag):
        return _kept(Response(status=304), tag)
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return _kept(Response(body, mimetype="application/json"), tag)


def _answer(found: FieldBundle, points: Points, actor: Actor, now: datetime) -> FieldAnswer:
    office, role, code = wired().keys.office, str(actor.role), actor.division_code
    return FieldAnswer(
        form=FORM,
        server_time=_moment(now),
        account=FieldAccount(
            id=str(actor.account_id),
            name=actor.display_name,
            role=role,
            role_word=ROLE_WORDS[role],
            unit=actor.unit_name,
        ),
        home_village=code[:12] if len(code) >= VILLAGE_DIGITS else "",
        villages_url="/api/v1/villages",
        tiles=_tiles(),
        rounds=[_round(one) for one in found.returns],
        own_reports=[_report(one, points.get(one.id)) for one in found.own_reports],
        nearby=[_nearby(one) for one in found.nearby],
        duty=_duty(found.duty),
        office_key=FieldKey(id=office.current, spki=office.spki),
        ways=[FieldWay(code=way, word=word) for way, word in WAY_WORDS.items()],
    )


def _tiles() -> list[FieldTile]:
    return [
        FieldTile(tile=one.tile, code=one.code, label=one.label, hint=one.hint, is_family=is_family(one.code))
        for one in tiles()
    ]


def _round(page: ReturnPage) -> FieldRound:
    first = page.waiting[0] if page.waiting else page.rounds[0]
    return FieldRound(
        division_code=page.code,
        name=page.name,
        rounds=[one.name for one in page.rounds],
        due=local_date(first.due_at - MIDNIGHT).isoformat(),
        answered=not page.waiting,
        entries=[
            FieldEntry(id=str(one.dispute_id), category=one.category, excerpt=excerpt(one.summary))
            for one in page.entries
        ],
    )


def _report(one: DisputeLine, point: tuple[float, float] | None) -> FieldReport:
    lon, lat = point or (None, None)
    return FieldReport(
        id=str(one.id),
        case_code=one.case_code,
        tracking_code=one.tracking_code,
        state_word=STATE_WORDS.get(one.state, one.state),
        place=one.place,
        category=one.category,
        lon=lon,
        lat=lat,
        excerpt=excerpt(one.summary),
        received_at=_moment(one.received_at),
    )


def _nearby(one: OpenNearby) -> FieldNearby:
    return FieldNearby(
        id=str(one.id),
        category=one.category,
        village_code=one.village_code,
        lon=one.lon,
        lat=one.lat,
        since=one.since.isoformat(),
        excerpt=one.excerpt,
        organisation=one.organisation,
    )


def _duty(duty: Duty) -> FieldDuty:
    return FieldDuty(name=duty.name, phone=duty.phone, sms=duty.phone if MOBILE.fullmatch(duty.phone) else "")


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _tag(content: dict[str, object]) -> str:
    lasting = {name: value for name, value in content.items() if name != "server_time"}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:32]


def _kept(response: Response, tag: str) -> Response:
    """Let the phone keep the answer, asking each time whether it is still true."""
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
