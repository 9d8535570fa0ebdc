"""Code lists, own villages as light GeoJSON, similar open disputes, and the description of the API."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from geo.coordinates import CRS_NAMES, to_wgs84
from grid_app.api.guard import guard_api
from grid_app.api.openapi import document
from grid_app.api.openapi_models import CategoriesAnswer, CategoryAnswer, NearbyAnswer, NearbyDispute, TileAnswer
from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.nearby import Asked, Hint, similar_open
from grid_app.queries.villages import (
    FEW,
    Precision,
    active_generation,
    own_and_grids,
    own_villages,
    villages_around,
    villages_geojson,
)
from grid_app.services.matters.names import hide_in_excerpt, names_kept_from
from grid_app.services.organisations.names import name_key
from grid_app.vocabulary.categories import (
    category_names,
    is_category,
    may_be_reported_in_the_field,
    name_of,
    tiles,
)
from grid_app.wiring import wired

TEXT_SIGNS = 2_000
NOTHING_DRAWN: dict[str, object] = {
    "type": "FeatureCollection",
    "features": [],
    "precision": "full",
    "border_tolerance_m": 0,
}

bp = Blueprint("api_reference", __name__, url_prefix="/api/v1")
guard_api(bp)


@bp.get("/categories")
@requires(Action.SIGNED_IN)
def categories() -> Response:
    """Return the twelve tiles and the whole code list."""
    answer = CategoriesAnswer(
        tiles=[TileAnswer(tile=one.tile, code=one.code, label=one.label, hint=one.hint) for one in tiles()],
        categories=[
            CategoryAnswer(code=code, name=name_of(code), field=may_be_reported_in_the_field(code))
            for code in category_names()
            if is_category(code)
        ],
    )
    return jsonify(answer.model_dump())


@bp.get("/villages")
@requires(Action.REPORT_DISPUTE)
def villages() -> Response:
    """Return own villages as GeoJSON, with their neighbours and exact when asked; unchanged ones are answered with 304.

    With ``grids=1`` it names the own villages among them and draws their grids. More than ``FEW`` own villages are
    always drawn lightly: the answer says which precision it has.
    """
    path = the_actor().division_path
    around, exact = request.args.get("around") == "1", request.args.get("precision") == Precision.FULL
    with_grids = request.args.get("grids") == "1"
    with reading() as session:
        generation = active_generation(session)
        tag = _tag(generation, f"{path}|{around}|{exact}|{with_grids}")
        if request.if_none_match.contains_weak(tag):
            return _kept(Response(status=304), tag)
        drawn = NOTHING_DRAWN
        if generation is not None:
            own = shown = own_villages(session, path=path, generation_id=generation)
            precision = Precision.FULL if exact and len(own) <= FEW else Precision.LIGHT
            if around:
                shown = villages_around(session, own=own, generation_id=generation)
            drawn = villages_geojson(shown, precision)
            if with_grids:
                drawn |= own_and_grids(session, own=own, generation_id=generation)
    body = json.dumps(drawn, ensure_ascii=False, separators=(",", ":"))
    return _kept(Response(body, mimetype="application/geo+json"), tag)


@bp.get("/nearby")
@requires(Action.READ_DISPUTES)
def nearby() -> Response:
    """Return similar open disputes of own area as hints for the person who is writing a report."""
    wiring = wired()
    asked = _asked()
    with reading() as session:
        if asked.village_code is None and asked.lon is not None and asked.lat is not None:
            place = wiring.places.find(session, lon=asked.lon, lat=asked.lat, accuracy_m=None)
            asked = replace(asked, village_code=place.code)
        hints = similar_open(session, scope=the_scope(), asked=asked)
        names = names_kept_from(
            session, [one.id for one in hints], actor=the_actor(), cipher=wiring.keys.fields
        )  # fmt: skip
    hints = [replace(one, excerpt=hide_in_excerpt(one.excerpt, names[one.id])) for one in hints]
    return jsonify(NearbyAnswer(hints=[_hint(one) for one in hints]).model_dump())


@bp.get("/openapi.json")
@requires(Action.PUBLIC)
def openapi() -> Response:
    """Return the description of every API route (OpenAPI 3.1)."""
    return jsonify(document())


def _asked() -> Asked:
    problems: dict[str, str] = {}
    category = request.args.get("category", "")
    if not is_category(category):
        problems["category"] = "没有这个类别,请重新选择。"
    text = request.args.get("text", "")
    if len(text) > TEXT_SIGNS or "\x00" in text:
        problems["text"] = f"最多 {TEXT_SIGNS} 个字,不能有控制字符。"
    point = _point(problems)
    if problems:
        raise InvalidError("没有查找相近的事项。请改好后重试。", fields=problems)
    lon, lat = point or (None, None)
    return Asked(
        category=category,
        text=text,
        village_code=request.args.get("village", "")[:12] or None,
        lon=lon,
        lat=lat,
        organisation=name_key(request.args.get("organisation", "")[:100]),
        today=local_date(wired().clock.now()),
    )


def _point(problems: dict[str, str]) -> tuple[float, float] | None:
    sent = {name: request.args.get(name, "").strip() for name in ("lon", "lat")}
    if not any(sent.values()):
        return None
    crs = next((name for name in CRS_NAMES if name == request.args.get("crs", "wgs84")), None)
    lon, lat = (_number(value) for value in sent.values())
    if crs is None or not (abs(lon) <= 180 and abs(lat) <= 90):
        problems["lon"] = "位置不对:经度、纬度要一起给,坐标系要写 wgs84、cgcs2000、gcj02 或 bd09。"
        return None
    east, north = to_wgs84(lon, lat, crs)
    return float(east), float(north)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _hint(one: Hint) -> NearbyDispute:
    return NearbyDispute(
        id=str(one.id),
        case_code=one.case_code,
        place=one.place,
        since=one.since.isoformat(),
        category=name_of(one.category),
        excerpt=one.excerpt,
        verdict=one.verdict,
        score=one.score,
    )


def _tag(generation: UUID | None, path: str) -> str:
    return hashlib.sha256(f"{generation}|{path}|2".encode()).hexdigest()[:32]


def _kept(response: Response, tag: str) -> Response:
    """Let the phone keep the answer, asking each time whether it is still true."""
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
