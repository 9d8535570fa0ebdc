"""Reading a request's body: JSON objects of a reasonable size, refused with a sentence otherwise."""

from __future__ import annotations

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from grid_app.errors import InvalidError, Refusal
from grid_app.services.json_text import json_of
from grid_app.services.reports.sentences import sentences_of

SMALL_BODY_BYTES = 64 * 1024

Model = TypeVar("Model", bound=BaseModel)


def read_object(limit_bytes: int) -> dict[str, object]:
    """Return the request's body as a JSON object.

    A number too large for JSON becomes infinite and a name that stands twice in an object adds an unknown one, so
    that the item they are in is refused and not its neighbours.

    Raises
    ------
    Refusal
        The body is no JSON object: broken off, of another form, not UTF-8.
    RequestEntityTooLarge, UnsupportedMediaType
        It is larger than ``limit_bytes``, or not declared as JSON; nothing is parsed then.
    """
    request.max_content_length = limit_bytes
    if not request.is_json:
        raise UnsupportedMediaType
    raw = request.get_data(cache=False)
    try:
        body = json_of(raw)
    except (ValueError, RecursionError) as error:
        raise Refusal(
            "收到的内容不完整或不是 JSON,什么也没有登记。可能是网络中断,请原样重发;手机上的内容不会丢。",
            code="not_json",
        ) from error
    if not isinstance(body, dict):
        raise Refusal("内容应是一个 JSON 对象,什么也没有登记。请更新程序后重发;手机上的内容不会丢。", code="not_object")
    return body


def read_model(model: type[Model], limit_bytes: int = SMALL_BODY_BYTES) -> Model:
    """Return the request's body as ``model``.

    Raises
    ------
    InvalidError
        With one sentence per field.
    """
    body = read_object(limit_bytes)
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise InvalidError("有的项目填得不对,没有办理。请改好后重试。", fields=sentences_of(error)) from error
