"""The columns of a mediation room as a file or a form gives them: read, checked, and told what is odd about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from geo.coordinates import CRS_NAMES, in_china, to_wgs84
from grid_app.queries.coverage_rooms import opening_of
from grid_app.queries.rooms import ROOM_KIND_WORDS, ROOM_STATUS_WORDS
from grid_app.services.typed import is_likely, whole_of

COLUMNS: Final = (
    *("code", "name", "division_code", "lon", "lat", "crs", "brand"),
    *("kind", "opening_hours", "mediators", "phone", "status"),
    *("term_until", "used_on", "tested_on", "accessible", "woman_mediator", "languages", "seats"),
)
NEEDED: Final = ("code", "name", "division_code")
LONGEST: Final = {"code": 40, "name": 100, "brand": 60, "opening_hours": 200, "phone": 40, "languages": 200}
DEFAULTS: Final = {"kind": "village", "status": "active"}
DAYS: Final = ("term_until", "used_on", "tested_on")
PAST_DAYS: Final = frozenset({"used_on", "tested_on"})
FLAGS: Final = ("accessible", "woman_mediator")
NUMBERS: Final = ("mediators", "seats")
YES: Final = frozenset({"是", "有", "1", "yes", "true"})
NO: Final = frozenset({"否", "无", "没有", "0", "no", "false"})
MOST: Final = 999
_DATE_SIGNS: Final = re.compile(r"[/.年月日]")

Values = dict[str, object]
Errors = dict[str, str]


def read_room(
    given: Mapping[str, str], *, living: frozenset[str], today: date, words: Mapping[str, str] | None = None
) -> tuple[Values, Errors]:
    """Return the columns that were given and a sentence for every one that cannot be taken.

    ``living`` are the codes of living divisions; ``words`` are the names of the columns as the reader knows them.
    """
    called = {name: (words or {}).get(name, name) for name in COLUMNS}
    errors = {name: f"{called[name]} 没有填" for name in NEEDED if not given[name]}
    for name, most in LONGEST.items():
        if len(given.get(name, "")) > most:
            errors[name] = f"{called[name]} 超过 {most} 个字"
    code = given["division_code"]
    if code and code not in living:
        errors["division_code"] = f"区划 {code} 不存在或已停用"
    _check_choices(given, called, errors)
    texts = {name for name in given if name in LONGEST or name in {"division_code", "kind", "status"}}
    values: Values = {name: given[name] for name in given if name in texts}
    values |= {name: default for name, default in DEFAULTS.items() if name in given and not given[name]}
    values |= _place(given, errors)
    values |= _days(given, called, errors, today)
    values |= _flags(given, called, errors)
    values |= _numbers(given, called, errors)
    return values, errors


def odd_hours(text: str) -> str:
    """Say what is odd about opening hours that were written; empty when they can be read and open at some time."""
    opening = opening_of(text)
    if opening.state == "never":
        return f"按“{text}”算,一分钟也不开放,请核对"
    if opening.state == "unreadable":
        return f"开放时间“{text}”读不懂,统计按“没有登记”算;可以写成“周一至周五 8:30-12:00”"
    if opening.state == "partly":
        return f"开放时间里“{'、'.join(opening.rest)}”没有读进去,统计只算读懂的部分"
    return ""


def _check_choices(given: Mapping[str, str], called: Mapping[str, str], errors: Errors) -> None:
    choices = {"kind": tuple(ROOM_KIND_WORDS), "status": tuple(ROOM_STATUS_WORDS), "crs": CRS_NAMES}
    for name, offered in choices.items():
        if given.get(name) and given[name] not in offered:
            errors[name] = f"{called[name]} 不能是“{given[name]}”,可以是:{'、'.join(offered)}"


def _place(given: Mapping[str, str], errors: Errors) -> Values:
    if "lon" not in given and "lat" not in given:
        return {}
    lon, lat = given.get("lon", ""), given.get("lat", "")
    if not lon and not lat:
        return {"lon": None, "lat": None, "point": None}
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        errors["lon"] = "lon(经度)和 lat(纬度)要么都填数字,要么都不填"
        return {}
    crs = given.get("crs") or "wgs84"
    if not in_china(x, y).all():
        errors["lon"] = "位置在中国范围以外,请核对坐标系和经纬度的顺序"
    if crs not in CRS_NAMES or "lon" in errors:
        return {}
    shifted = to_wgs84(x, y, crs)
    lon_wgs, lat_wgs = (round(float(value), 7) for value in shifted)
    return {"lon": lon_wgs, "lat": lat_wgs, "point": f"SRID=4326;POINT({lon_wgs} {lat_wgs})"}


def _days(given: Mapping[str, str], called: Mapping[str, str], errors: Errors, today: date) -> Values:
    values: Values = {}
    for name in DAYS:
        if name not in given:
            continue
        day = _day(given[name])
        if given[name] and day is None:
            errors[name] = f"{called[name]} 要填日期,比如 2026-11-20,或不填"
        elif day is not None and not is_likely(day):
            errors[name] = f"{called[name]} {day} 的年份不对"
        elif day is not None and name in PAST_DAYS and day > today:
            errors[name] = f"{called[name]} {day} 还没有到"
        values[name] = day
    return values


def _day(text: str) -> date | None:
    parts = [part for part in _DATE_SIGNS.sub("-", text).split("-") if part.strip()]
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _flags(given: Mapping[str, str], called: Mapping[str, str], errors: Errors) -> Values:
    values: Values = {}
    for name in FLAGS:
        if name not in given:
            continue
        word = given[name].lower()
        if word and word not in YES | NO:
            errors[name] = f"{called[name]} 填“是”或“否”,不清楚就不填"
        values[name] = None if not word else word in YES
    return values


def _numbers(given: Mapping[str, str], called: Mapping[str, str], errors: Errors) -> Values:
    values: Values = {}
    for name in NUMBERS:
        if name not in given:
            continue
        number = whole_of(given[name])
        if given[name] and (number is None or number > MOST):
            errors[name] = f"{called[name]} 要填 0 到 {MOST} 的整数,或不填"
            continue
        values[name] = number
    return values
