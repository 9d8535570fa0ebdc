"""The addresses of OGC API - Features (OGC 17-069r4): landing page, conformance, definition, collections, features."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from flask import Blueprint, Response, make_response, render_template, request, url_for

from grid_app.adapters.area_bounds import bounds_of
from grid_app.api.ogc.definition import definition_document
from grid_app.api.ogc.documents import (
    CONFORMS_TO,
    GEOJSON,
    JSON,
    OPENAPI,
    TITLES,
    Document,
    as_json,
    collection_document,
    collections_document,
    feature_document,
    items_text,
    landing_document,
    link,
)
from grid_app.api.ogc.guard import guard_ogc
from grid_app.api.ogc.kept import kept_facts
from grid_app.api.ogc.parameters import BadParameterError, ItemsAsked, items_asked, refuse_unknown, wants_page
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.http.problems import problem
from grid_app.policy import Action, allows
from grid_app.queries.layers import LAYERS, extent_of, layer_feature, layer_page
from grid_app.queries.layers_areas import Asking
from grid_app.queries.map_area import narrowed
from grid_app.wiring import wired

bp = Blueprint("ogc", __name__, url_prefix="/ogc")
guard_ogc(bp)
NEEDS = {"findings": Action.READ_FINDINGS}
NO_LAYER = "没有这个图层,或您的身份不能看。"
NO_FEATURE = "没有这个要素,或它不在您的辖区内。"


@bp.errorhandler(BadParameterError)
def refuse(error: BadParameterError) -> Response:
    """Answer a parameter that is unknown or wrong."""
    return problem(400, "bad_parameter", error.sentence)


@bp.get("/")
@requires(Action.READ_MAP)
def landing() -> Response:
    """Give the landing page: a document for programs, a page for people who open the address in a browser."""
    if wants_page():
        layers = [TITLES[name] for name in _names()]
        address = url_for("ogc.landing", _external=True)
        answer = make_response(render_template("pages/ogc.html", layers=layers, address=address))
    else:
        answer = _answer(landing_document())
    answer.vary.add("Accept")
    return answer


@bp.get("/conformance")
@requires(Action.READ_MAP)
def conformance() -> Response:
    """Give the classes of the standard that are met."""
    refuse_unknown()
    return _answer({"conformsTo": list(CONFORMS_TO)})


@bp.get("/api")
@requires(Action.READ_MAP)
def definition() -> Response:
    """Give the OpenAPI definition."""
    refuse_unknown()
    return _answer(definition_document(_names(), url_for("ogc.landing", _external=True)), OPENAPI)


@bp.get("/collections")
@requires(Action.READ_MAP)
def collections() -> Response:
    """Give the layers that the asker may see."""
    refuse_unknown()
    with reading() as session:
        extent = extent_of(session, asking=_asking(), bounds_of=bounds_of(wired().engine))
    return _answer(collections_document(_names(), extent))


@bp.get("/collections/<name>")
@requires(Action.READ_MAP)
def collection(name: str) -> Response:
    """Give what there is to know of one layer."""
    _check(name)
    refuse_unknown()
    with reading() as session:
        extent = extent_of(session, asking=_asking(), bounds_of=bounds_of(wired().engine))
    return _answer(collection_document(name, extent))


@bp.get("/collections/<name>/items")
@requires(Action.READ_MAP)
def items(name: str) -> Response:
    """Give a page of a layer's features."""
    _check(name)
    asked = items_asked()
    with reading() as session:
        page = layer_page(
            session, layer=name, asking=_asking(), bounds_of=bounds_of(wired().engine), boxes=asked.boxes,
            facts_of=kept_facts, holds=asked.holds, offset=asked.offset, limit=asked.limit,
        )  # fmt: skip
    at = wired().clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    links = _page_links(name, asked, page.matched)
    return _answer(items_text(page.features, matched=page.matched, at=at, links=links), GEOJSON)


@bp.get("/collections/<name>/items/<feature_id>")
@requires(Action.READ_MAP)
def item(name: str, feature_id: str) -> Response:
    """Give one feature."""
    _check(name)
    refuse_unknown()
    with reading() as session:
        found = layer_feature(session, layer=name, asking=_asking(), feature_id=feature_id, facts_of=kept_facts)
    if found is None:
        raise NotFoundError(NO_FEATURE)
    links = [
        link("item", "self", GEOJSON, "本要素", name=name, feature_id=feature_id),
        link("collection", "collection", JSON, "所在图层", name=name),
    ]
    return _answer(feature_document(found, links), GEOJSON)


def _page_links(name: str, asked: ItemsAsked, matched: int) -> Sequence[Document]:
    given = {key: value for key, value in request.args.items() if key != "offset"}
    links = [
        link("items", "self", GEOJSON, "本页", name=name, **request.args.to_dict()),
        link("collection", "collection", JSON, "所在图层", name=name),
    ]
    after = asked.offset + asked.limit
    if after < matched:
        links.append(link("items", "next", GEOJSON, "下一页", name=name, **given, offset=after))
    if asked.offset:
        before = max(0, asked.offset - asked.limit)
        links.append(link("items", "prev", GEOJSON, "上一页", name=name, **given, offset=before))
    return links


def _names() -> list[str]:
    return [name for name in LAYERS if allows(the_actor(), NEEDS.get(name, Action.READ_MAP))]


def _check(name: str) -> None:
    if name not in _names():
        raise NotFoundError(NO_LAYER)


def _asking() -> Asking:
    actor = the_actor()
    scope = narrowed(the_scope(), actor.division_path)
    return Asking(scope, wired().clock.now(), counts=allows(actor, Action.READ_DISPUTES))


def _answer(document: Document | str, media: str = JSON) -> Response:
    answer = make_response(document if isinstance(document, str) else as_json(document))
    answer.content_type = media
    return answer
