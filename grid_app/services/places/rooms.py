"""Mediation rooms from a CSV file: checked row by row, taken over by code, so that repeating an import is harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from geo.coordinates import CRS_NAMES, in_china, to_wgs84
from grid_app.models.places import Division, MediationRoom
from grid_app.policy import Actor
from grid_app.queries.boundaries import in_parts
from grid_app.queries.rooms import ROOM_KIND_WORDS, ROOM_STATUS_WORDS
from grid_app.services.audit import record_audit
from grid_app.services.csv_rows import CsvRow, RefusedRow, read_rows

COLUMNS = (
    *("code", "name", "division_code", "lon", "lat", "crs", "brand"),
    *("kind", "opening_hours", "mediators", "phone", "status"),
)
NEEDED = ("code", "name", "division_code")
LONGEST = {"code": 40, "name": 100, "brand": 60, "opening_hours": 200, "phone": 40}
DEFAULTS = {"kind": "village", "status": "active"}

Values = dict[str, object]


@dataclass(frozen=True)
class RoomsImported:
    """What became of every row: the first three and ``refused`` add up to ``rows``."""

    rows: int
    added: int
    changed: int
    unchanged: int
    refused: tuple[RefusedRow, ...]


@dataclass
class _Sorted:
    """The rows of a file by what becomes of them; filled while the rows are looked at."""

    added: list[Values] = field(default_factory=list)
    changed: list[Values] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


class _RowError(Exception):
    """A row cannot be taken, for these reasons."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = reasons


def preview_rooms(session: Session, *, content: bytes) -> RoomsImported:
    """Return what importing the file would do; writes nothing.

    Raises
    ------
    InvalidError
        When the file as a whole cannot be read.
    """
    return _told(_sort(session, read_rows(content, columns=COLUMNS, needed=NEEDED)))


def import_rooms(session: Session, *, content: bytes, actor: Actor | None, now: datetime) -> RoomsImported:
    """Take the good rows over by code, leave the others out with their reasons.

    A column the file lacks keeps what is stored; an empty cell empties it. See docs/places.md for the columns.

    Raises
    ------
    InvalidError
        When the file as a whole cannot be read.
    """
    found = _sort(session, read_rows(content, columns=COLUMNS, needed=NEEDED))
    if found.added:
        session.execute(insert(MediationRoom), [_filled(values) for values in found.added])
    if found.changed:
        session.execute(update(MediationRoom), found.changed)
    told = _told(found)
    details = {"added": told.added, "changed": told.changed, "refused": len(told.refused)}
    record_audit(session, actor, "rooms.imported", now=now, details=details)
    return told


def _told(found: _Sorted) -> RoomsImported:
    rows = len(found.added) + len(found.changed) + found.unchanged + len(found.refused)
    return RoomsImported(rows, len(found.added), len(found.changed), found.unchanged, tuple(found.refused))


def _sort(session: Session, rows: Sequence[CsvRow]) -> _Sorted:
    """Say of every row whether it is new, changes something, changes nothing or is refused."""
    divisions = _living(session, {row.values["division_code"] for row in rows})
    stored = _stored(session, {row.values["code"] for row in rows})
    found = _Sorted()
    seen: dict[str, int] = {}
    for row in rows:
        try:
            values = _values(row, divisions, seen)
        except _RowError as error:
            found.refused.append(RefusedRow(row.number, row.values["code"], error.reasons))
            continue
        seen[row.values["code"]] = row.number
        _place_in(found, values, stored.get(row.values["code"]))
    return found


def _place_in(found: _Sorted, values: Values, before: MediationRoom | None) -> None:
    if before is None:
        found.added.append(values)
    elif any(getattr(before, name) != value for name, value in values.items() if name != "point"):
        found.changed.append(values | {"id": before.id})
    else:
        found.unchanged += 1


def _values(row: CsvRow, divisions: frozenset[str], seen: Mapping[str, int]) -> Values:
    """Return the columns of a room, or raise with every reason against the row."""
    given = row.values
    reasons = [f"{name} 没有填" for name in NEEDED if not given[name]]
    reasons += [f"{n} 超过 {most} 个字" for n, most in LONGEST.items() if len(given.get(n, "")) > most]
    if given["division_code"] and given["division_code"] not in divisions:
        reasons.append(f"区划 {given['division_code']} 不存在或已停用")
    reasons += [f"代码在第 {seen[given['code']]} 行已出现过"] if given["code"] in seen else []
    reasons += _choice_reasons(given)
    values: Values = {name: text for name, text in given.items() if name not in ("lon", "lat", "crs", "mediators")}
    values |= {name: default for name, default in DEFAULTS.items() if name in given and not given[name]}
    for read in (_place, _mediators):
        try:
            values |= read(given)
        except _RowError as error:
            reasons += error.reasons
    if reasons:
        raise _RowError(*reasons)
    return values


def _choice_reasons(given: Mapping[str, str]) -> list[str]:
    choices = {"kind": tuple(ROOM_KIND_WORDS), "status": tuple(ROOM_STATUS_WORDS), "crs": CRS_NAMES}
    return [
        f"{name} 不能是“{given[name]}”,可以是:{'、'.join(words)}"
        for name, words in choices.items()
        if given.get(name) and given[name] not in words
    ]


def _place(given: Mapping[str, str]) -> Values:
    if "lon" not in given and "lat" not in given:
        return {}
    lon, lat = given.get("lon", ""), given.get("lat", "")
    if not lon and not lat:
        return {"lon": None, "lat": None, "point": None}
    try:
        x, y = float(lon), float(lat)
    except ValueError as error:
        raise _RowError("lon 和 lat 要么都填数字,要么都不填") from error
    crs = given.get("crs") or "wgs84"
    if not in_china(x, y).all():
        raise _RowError("位置在中国范围以外,请核对坐标系和经纬度的顺序")
    if crs not in CRS_NAMES:
        return {}
    shifted = to_wgs84(x, y, crs)
    lon_wgs, lat_wgs = (round(float(value), 7) for value in shifted)
    return {"lon": lon_wgs, "lat": lat_wgs, "point": f"SRID=4326;POINT({lon_wgs} {lat_wgs})"}


def _mediators(given: Mapping[str, str]) -> Values:
    if "mediators" not in given:
        return {}
    text = given["mediators"]
    if text and not (text.isascii() and text.isdigit() and int(text) <= 999):
        raise _RowError("mediators 要填 0 到 999 的整数,或不填")
    return {"mediators": int(text) if text else None}


def _filled(values: Values) -> Values:
    """Return a new room's columns, the same for every row, so that all travel in one statement."""
    empty: Values = {"lon": None, "lat": None, "point": None, "mediators": None}
    texts: Values = dict.fromkeys(("brand", "opening_hours", "phone"), "")
    return empty | texts | DEFAULTS | values


def _living(session: Session, codes: set[str]) -> frozenset[str]:
    question = select(Division.code).where(Division.valid_to.is_(None))
    return frozenset(
        code for part in in_parts(sorted(codes)) for code in session.scalars(question.where(Division.code.in_(part)))
    )


def _stored(session: Session, codes: set[str]) -> dict[str, MediationRoom]:
    question = select(MediationRoom)
    return {
        room.code: room
        for part in in_parts(sorted(codes))
        for room in session.scalars(question.where(MediationRoom.code.in_(part)))
    }
