"""Plain zh-CN sentences for what the schema of a report refuses, one per field."""

from __future__ import annotations

from pydantic import ValidationError
from pydantic_core import ErrorDetails

WHOLE = "content"
_FIXED = {
    "missing": "缺少这一项,请补上。",
    "extra_forbidden": "表单里没有这一项。请更新程序,或去掉它再发。",
    "string_type": "这一项要写成文字。",
    "string_too_short": "这一项不能是空的,请写上。",
    "string_pattern_mismatch": "这一项的写法不对,请核对代码。",
    "bool_type": "这一项只能回答是或否(true 或 false)。",
    "float_type": "这一项要写成数字。",
    "finite_number": "这一项要写成普通数字。",
    "list_type": "这一项要写成列表。",
    "model_type": "这一项要写成对象。",
    "timezone_aware": "时间要带时区,例如 2026-11-20T10:00:00+08:00。",
    "uuid_parsing": "编号的写法不对。",
}
_BY_BEGINNING = {
    "datetime": "时间要写成 2026-11-20T10:00:00+08:00 这样。",
    "date": "日期要写成 2026-11-20 这样。",
    "uuid": "编号的写法不对。",
}

_WITH_FIGURE = {
    "string_too_long": "最多 {max_length} 个字,请缩短后再发。",
    "too_long": "最多 {max_length} 条。",
    "literal_error": "不认识这个值,可以用:{expected}。",
    "greater_than_equal": "数字超出范围,最小是 {ge}。",
    "less_than_equal": "数字超出范围,最大是 {le}。",
}


def sentences_of(error: ValidationError) -> dict[str, str]:
    """Return one sentence per refused field, under the field's dotted name; the whole content is ``content``."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False):
        name = ".".join(str(part)[:40] for part in detail["loc"]) or WHOLE
        found.setdefault(name, _sentence(detail))
    return found


def _sentence(detail: ErrorDetails) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "sentence":
        return detail["msg"]
    if kind in _WITH_FIGURE:
        return _WITH_FIGURE[kind].format(**context)
    return _FIXED.get(kind) or _BY_BEGINNING.get(kind.partition("_")[0], "这一项填得不对,请核对后再发。")
