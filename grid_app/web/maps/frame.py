"""The framed map and what it fetches: the frame's page, the facts, and the geometry, cached for good."""

from __future__ import annotations

import gzip
import json
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, cast
from uuid import UUID

from flask import Blueprint, Response, make_response, request, url_for

from grid_app.adapters.folium_geometry import FORMAT, GeometryCache, village_payload
from grid_app.adapters.folium_map import MapAssets, MapFrame, render_map
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_scope
from grid_app.http.headers import csp_nonce
from grid_app.policy import Action
from grid_app.queries.geometry import shapes_under
from grid_app.queries.map_area import Area
from grid_app.queries.map_facts import area_in_scope
from grid_app.web.maps.asked import NOT_YOURS, asked, facts_of, view_of
from grid_app.web.maps.layers import LAYER_WORDS, payload
from grid_app.wiring import wired

FOR_GOOD: Final = "private, max-age=31536000, immutable"
STALE: Final = "这一代边界已经换了。请刷新页面。"


@requires(Action.READ_MAP)
def frame() -> Response:
    """Give the page that stands in the map's frame."""
    ask = asked()
    facts = facts_of(ask)
    area = facts.area
    page = render_map(
        MapFrame(
            title=f"{area.root.name}地图:{LAYER_WORDS[ask.layer]}",
            attribution=f"第 {area.generation_number} 代边界 · 内部使用,不作划界依据",
            config={
                "geometry": _geometry_url(area),
                "facts": ask.url("maps.facts"),
                "village": url_for("maps.village", code="CODE"),
                "township": url_for("maps.index", layer=ask.layer, root="CODE"),
                "opensTownships": area.root.level == "county",
            },
            nonce=csp_nonce(),
        ),
        assets=_assets(),
    )
    return make_response(page)


@requires(Action.READ_MAP)
def facts() -> Response:
    """Give the asked layer's facts: the same numbers as the table."""
    ask = asked()
    found = facts_of(ask)
    body = json.dumps(payload(view_of(ask, found), found), ensure_ascii=False, separators=(",", ":")).encode()
    return _compressed(gzip.compress(body, 6, mtime=0))


@requires(Action.READ_MAP)
def geometry(generation: UUID, root: str) -> Response:
    """Give the drawn shapes of an area in the generation in use; the same address always gives the same bytes."""
    with reading() as session:
        area = area_in_scope(session, scope=the_scope(), root=root)
    if area is None:
        raise NotFoundError(NOT_YOURS)
    if area.generation_id != generation:
        raise NotFoundError(STALE)
    found = _cache(wired().settings.instance_dir).get(f"{generation}-{area.root.code}", lambda: _build(area))
    answer = _compressed(found.body)
    answer.headers["Cache-Control"] = FOR_GOOD
    answer.set_etag(found.etag)
    answer.make_conditional(request)  # becomes 304 in place
    return answer


def add_routes(bp: Blueprint) -> None:
    """Register the frame and what it fetches on the map's blueprint."""
    bp.add_url_rule("/map/frame", "frame", frame, methods=["GET"])
    bp.add_url_rule("/map/facts.json", "facts", facts, methods=["GET"])
    address = "/map/geometry/<uuid:generation>/village/<root>.json"
    bp.add_url_rule(address, "geometry", geometry, methods=["GET"])


def _build(area: Area) -> bytes:
    generation = cast("UUID", area.generation_id)  # the caller compared it with one
    above = area.above[-1].path if area.root.level == "village" else area.root.path
    with reading() as session:
        villages = shapes_under(session, generation_id=generation, level="village", root_path=area.root.path)
        townships = shapes_under(session, generation_id=generation, level="township", root_path=above)
    return village_payload(villages, townships)


def _geometry_url(area: Area) -> str:
    if area.generation_id is None or not area.on_map:
        return ""
    return url_for("maps.geometry", generation=area.generation_id, root=area.root.code, f=FORMAT)


@lru_cache(maxsize=8)
def _cache(instance: Path) -> GeometryCache:
    return GeometryCache(instance / "cache")


def _compressed(body: bytes) -> Response:
    """Return gzipped JSON, unpacked for the rare client that does not take it."""
    takes_gzip = request.accept_encodings["gzip"] > 0
    answer = make_response(body if takes_gzip else gzip.decompress(body))
    answer.content_type = "application/json"
    answer.vary.add("Accept-Encoding")
    if takes_gzip:
        answer.content_encoding = "gzip"
    return answer


def _assets() -> MapAssets:
    static = partial(url_for, "static")
    return MapAssets(
        leaflet_js=static(filename="vendor/leaflet/leaflet.js"),
        leaflet_css=static(filename="vendor/leaflet/leaflet.css"),
        sheets=(static(filename="css/tokens.css"), static(filename="office/map_frame.css")),
        module=static(filename="office/map_layers.js"),
    )
