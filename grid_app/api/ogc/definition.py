"""The OpenAPI 3.0 definition of the interface, as the layers that the asker may see make it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grid_app.api.ogc.documents import GEOJSON, JSON, OPENAPI, TITLES, Document
from grid_app.api.ogc.parameters import DEFAULT_LIMIT, MOST

_PROBLEM: Final = {"content": {"application/problem+json": {"schema": {"type": "object"}}}}
_ERRORS: Final = {
    "400": {"description": "参数不认识或不对", **_PROBLEM},
    "401": {"description": "要用程序密码", **_PROBLEM},
    "403": {"description": "这个身份不能读取地图图层", **_PROBLEM},
    "404": {"description": "没有这个图层或要素", **_PROBLEM},
    "429": {"description": "程序密码错得太多,过一刻钟再连", **_PROBLEM},
}
FORM: Final[Document] = {
    "name": "f",
    "in": "query",
    "required": False,
    "style": "form",
    "explode": False,
    "schema": {"type": "string", "enum": ["json", "html"]},
}
PARAMETERS: Final = [
    {
        "name": "limit",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT},
    },
    {
        "name": "offset",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {"type": "integer", "minimum": 0, "default": 0},
    },
    {
        "name": "bbox",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {
            "type": "array",
            "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
            "items": {"type": "number"},
        },
    },
    {
        "name": "datetime",
        "in": "query",
        "required": False,
        "style": "form",
        "explode": False,
        "schema": {"type": "string"},
    },
]


def definition_document(names: Sequence[str], address: str) -> Document:
    """Return the definition; ``address`` is the absolute one of the landing page."""
    paths: Document = {
        "/": _get("landing", "入口", JSON, [FORM]),
        "/conformance": _get("conformance", "符合的标准", JSON),
        "/api": _get("definition", "接口定义", OPENAPI),
        "/collections": _get("collections", "图层", JSON),
    }
    for name in names:
        title = TITLES[name][0]
        paths[f"/collections/{name}"] = _get(f"{name}.about", title, JSON)
        paths[f"/collections/{name}/items"] = _get(f"{name}.items", f"{title}的要素", GEOJSON, PARAMETERS)
        feature = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"/collections/{name}/items/{{featureId}}"] = _get(f"{name}.item", f"一个{title}", GEOJSON, [feature])
    return {
        "openapi": "3.0.3",
        "info": {"title": "地图图层", "version": "1.0.0"},
        "servers": [{"url": address.rstrip("/")}],
        "components": {"securitySchemes": {"program": {"type": "http", "scheme": "basic"}}},
        "security": [{"program": []}],
        "paths": paths,
    }


def _get(name: str, summary: str, media: str, parameters: Sequence[Document] = ()) -> Document:
    found = {"description": summary, "content": {media: {"schema": {"type": "object"}}}}
    operation: Document = {"operationId": name, "summary": summary, "responses": {"200": found, **_ERRORS}}
    if parameters:
        operation["parameters"] = list(parameters)
    return {"get": operation}
