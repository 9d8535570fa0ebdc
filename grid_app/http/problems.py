"""Errors of the API as problem+json (RFC 9457) with a stable ``code``."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from grid_app.errors import InvalidError, Refusal

STATUS = {"not_found": 404, "forbidden": 403, "conflict": 409, "invalid": 422, "not_signed_in": 401}


def problem(
    status: int,
    code: str,
    sentence: str,
    *,
    fields: dict[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> Response:
    """Return a problem+json answer; ``more`` are members that this code has beside the usual ones."""
    body: dict[str, object] = {
        "type": "about:blank",
        "status": status,
        "code": code,
        "detail": sentence,
        **(more or {}),
    }
    if fields:
        body["fields"] = fields
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def problem_of_refusal(refusal: Refusal) -> Response:
    """Return the answer to a service's refusal."""
    fields = refusal.fields if isinstance(refusal, InvalidError) else None
    return problem(STATUS.get(refusal.default_code, 400), refusal.code, refusal.sentence, fields=fields)


def problem_of_http(error: HTTPException) -> Response:
    """Return the answer to Flask's own errors: unknown address, wrong method, too large."""
    sentences = {
        404: "没有这个地址。",
        405: "这个地址不支持这种请求。",
        413: "内容太大,没有接收。请拆小后重发,手机上的内容不会丢。",
    }
    status = error.code or 500
    return problem(status, f"http_{status}", sentences.get(status, "请求没有成功,请稍后重试;内容没有丢失。"))
