"""What the address of a request for features asks for; anything unknown or wrong is refused with 400."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite
from typing import Final

from flask import request

from grid_app.clock import local_date

DEFAULT_LIMIT: Final = 10
MOST: Final = 2_000
ITEMS: Final = ("limit", "offset", "bbox", "datetime")
Box = tuple[float, float, float, float]
# RFC 3339 5.6: full-date "T" full-time.
_MOMENT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
_NUMBER: Final = re.compile(r"\d{1,9}")


class BadParameterError(Exception):
    """A parameter is unknown or has a value that cannot be; ``sentence`` (zh-CN) says which and how it should be."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class ItemsAsked:
    """Which features: how many from where on, touching one of the boxes, and until which day they must have begun."""

    limit: int
    offset: int
    boxes: tuple[Box, ...]
    last_day: date | None

    def holds(self, since: date | None) -> bool:
        """Say whether what holds from ``since`` on is asked for; what has no day always is."""
        return since is None or self.last_day is None or since <= self.last_day


def refuse_unknown(known: Collection[str] = ()) -> None:
    """Refuse a request with a parameter that this address does not know.

    Raises
    ------
    BadParameterError
        Naming the first of them.
    """
    for name in request.args:
        if name not in known:
            raise BadParameterError(f"不认识参数“{name[:40]}”。可以用的参数:{'、'.join(known) or '没有'}。")


def wants_page() -> bool:
    """Say whether the start is wanted as a page for people: by ``f``, else by what the asker accepts first.

    Raises
    ------
    BadParameterError
        A parameter is unknown, or ``f`` names no form of the start.
    """
    refuse_unknown(("f",))
    form = request.args.get("f")
    if form not in (None, "html", "json"):
        raise BadParameterError("f 可以写 html 或 json。")
    accepted = request.accept_mimetypes
    return form == "html" or (form is None and accepted["text/html"] > accepted["application/json"])


def items_asked() -> ItemsAsked:
    """Return what this request for features asks.

    Raises
    ------
    BadParameterError
        A parameter is unknown or wrong.
    """
    refuse_unknown(ITEMS)
    given: Mapping[str, str] = request.args
    limit = _number(given, "limit", DEFAULT_LIMIT, least=1)
    return ItemsAsked(min(limit, MOST), _number(given, "offset", 0, least=0), _boxes(given), _last_day(given))


def _number(given: Mapping[str, str], name: str, default: int, *, least: int) -> int:
    raw = given.get(name)
    if raw is None:
        return default
    if not (raw.isascii() and _NUMBER.fullmatch(raw)) or int(raw) < least:
        raise BadParameterError(f"{name} 应是不小于 {least} 的整数。")
    return int(raw)


def _boxes(given: Mapping[str, str]) -> tuple[Box, ...]:
    """Return the asked rectangle, as two when it crosses the 180th meridian; heights of six numbers are passed over."""
    raw = given.get("bbox")
    if raw is None:
        return ()
    try:
        sides = [float(part) for part in raw.split(",")]
    except ValueError as error:
        raise BadParameterError("bbox 应是逗号隔开的 4 个或 6 个数字。") from error
    if len(sides) == 6:
        sides = [sides[0], sides[1], sides[3], sides[4]]
    if len(sides) != 4 or not all(map(isfinite, sides)):
        raise BadParameterError("bbox 应是逗号隔开的 4 个或 6 个数字。")
    west, south, east, north = sides
    if south > north or max(abs(south), abs(north)) > 90 or max(abs(west), abs(east)) > 180:
        raise BadParameterError("bbox 的次序是 西,南,东,北(经纬度),南不能大于北。")
    if west > east:
        return ((west, south, 180.0, north), (-180.0, south, east, north))
    return ((west, south, east, north),)


def _last_day(given: Mapping[str, str]) -> date | None:
    """Return the day until which the asked time reaches; what is here holds from a day on and has not ended."""
    raw = given.get("datetime")
    if raw is None:
        return None
    start, slash, end = raw.partition("/")
    if not slash:
        return _day(_moment(start))
    begins, ends = _bound(start), _bound(end)
    if begins is None and ends is None:
        raise BadParameterError("datetime 的起止不能都不写。")
    if begins is not None and ends is not None and begins > ends:
        raise BadParameterError("datetime 的起点不能晚于终点。")
    return None if ends is None else _day(ends)


def _day(moment: datetime) -> date:
    """Return the day in Shanghai; at the ends of the calendar, which programs write for "ever", its first or last."""
    try:
        return local_date(moment)
    except OverflowError:
        return date.max if moment.year == date.max.year else date.min


def _bound(raw: str) -> datetime | None:
    return None if raw in ("", "..") else _moment(raw)


def _moment(raw: str) -> datetime:
    if not _MOMENT.fullmatch(raw):
        raise BadParameterError("datetime 应写成 2026-11-21T00:00:00Z,或 起/止,一头可写 ..。")
    try:
        return datetime.fromisoformat(raw.upper())
    except ValueError as error:
        raise BadParameterError("datetime 里没有这一天或这个时刻。") from error
