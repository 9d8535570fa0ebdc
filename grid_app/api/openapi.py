"""The description of the API (OpenAPI 3.1), made from the same models that the views read and write."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from apispec import APISpec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from grid_app.api.openapi_models import Problem
from grid_app.api.openapi_routes import ROUTES, Route

PREFIX = "/api/v1"
API_VERSION = "1.0"
REFS = "#/components/schemas/{model}"
PROBLEM = "application/problem+json"
WORDS = {
    304: "unchanged since the ETag that was sent",
    400: "the body is no JSON object, or broken off",
    401: "nobody is signed in, or the token has ended",
    403: "the role does not include this",
    404: "no such thing for this account",
    409: "the offset is not where the office stands; `received` says where",
    413: "too large; send it in parts",
    415: "not declared as JSON",
    422: "a field cannot be taken; `fields` says which and why",
    503: "it could not be stored just now; nothing has changed",
}


@lru_cache(maxsize=1)
def document() -> dict[str, object]:
    """Return the whole description as one JSON object; it is the same for every caller."""
    spec = APISpec(
        title="grid-app",
        version=API_VERSION,
        openapi_version="3.1.0",
        info={"description": "Reports of disputes from phones, receipts, devices and reference data."},
        servers=[{"url": PREFIX}],
    )
    spec.components.security_scheme("device", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("desk", {"type": "apiKey", "in": "cookie", "name": "grid"})
    for name, schema in _schemas(ROUTES).items():
        spec.components.schema(name, schema)
    for route in ROUTES:
        spec.path(path=route.path, operations={route.method: _operation(route)})
    described: dict[str, object] = spec.to_dict()
    return described


def _schemas(routes: Iterable[Route]) -> dict[str, dict[str, object]]:
    bodies = {route.body for route in routes if route.body}
    answers = {route.answer for route in routes if route.answer} | {Problem}
    ordered = sorted(bodies | answers, key=lambda model: model.__name__)
    _, found = models_json_schema(
        [(model, "validation" if model in bodies else "serialization") for model in ordered], ref_template=REFS
    )
    definitions: dict[str, dict[str, object]] = found.get("$defs", {})
    return definitions


def _operation(route: Route) -> dict[str, object]:
    described: dict[str, object] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "security": [{scheme: []} for scheme in route.security],
        "responses": {str(route.status): _answer(route), **{str(code): _problem(code) for code in route.problems}},
    }
    if route.body:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.body)}}}
    if route.body_media:
        binary = {"schema": {"type": "string", "format": "binary"}}
        described["requestBody"] = {"required": True, "content": {route.body_media: binary}}
    if route.parameters:
        described["parameters"] = [
            {
                "in": one.place,
                "name": one.name,
                "required": one.required,
                "description": one.meaning,
                "schema": one.schema,
            }
            for one in route.parameters
        ]
    return described


def _answer(route: Route) -> dict[str, object]:
    if route.answer is None:
        return {"description": route.summary, "content": {"application/json": {"schema": {"type": "object"}}}}
    return {"description": route.answer.__doc__, "content": {route.media: {"schema": _ref(route.answer)}}}


def _problem(code: int) -> dict[str, object]:
    if code == 304:
        return {"description": WORDS[code]}
    return {"description": WORDS[code], "content": {PROBLEM: {"schema": _ref(Problem)}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFS.format(model=model.__name__)}
