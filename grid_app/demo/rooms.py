"""Mediation rooms and recorded namings of the invented county."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from grid_app.database.base import Base, new_id
from grid_app.demo.county import County, Village
from grid_app.demo.names import Names
from grid_app.demo.people import PHONE, Staff
from grid_app.models.places import MediationRoom, VillageNaming

ROOMS: Final = 300
CLOSED_EVERY: Final = 37
NAMED: Final = 46
WITHDRAWN_EVERY: Final = 15
DOCUMENTS: Final = ("演联办〔{year}〕3号", "演联办〔{year}〕8号")

Row = dict[str, Any]


def open_rooms(
    session: Session, county: County, names: Names, staff: Staff, *, rng: np.random.Generator, as_of: date
) -> None:
    """Open one room in every township and in as many villages as make 300 in all."""
    chosen = sorted(int(at) for at in rng.permutation(len(county.villages))[: ROOMS - len(county.townships)])
    rows = [_township_room(one.villages[0], one.code, one.name, names) | _facts(1, as_of) for one in county.townships]
    for number, at in enumerate(chosen, start=1):
        rows.append(_village_room(county.villages[at], number, names, rng) | _facts(number, as_of))
    for row in rows:
        row["unit_id"] = staff.units[f"mediation:{row['division_code']}"]
    _insert(session, MediationRoom, rows)


def record_namings(
    session: Session, county: County, staff: Staff, *, rng: np.random.Generator, as_of: date, now: datetime
) -> None:
    """Record official namings of some villages with document number and date; a few are over or withdrawn."""
    chosen = sorted(int(at) for at in rng.permutation(len(county.villages))[:NAMED])
    rows = [
        _naming(county.villages[at], number, by=staff.county_officer, as_of=as_of, now=now)
        for number, at in enumerate(chosen)
    ]
    _insert(session, VillageNaming, rows)


def _township_room(seat: Village, code: str, name: str, names: Names) -> Row:
    return _room(f"TJS-{code}", f"{name}矛盾纠纷调解中心", "township", code, seat) | {
        "opening_hours": names.room_hours[0],
        "mediators": 5,
    }


def _village_room(village: Village, number: int, names: Names, rng: np.random.Generator) -> Row:
    row = _room(f"TJS-{village.code}", f"{village.name}矛盾纠纷调解室", "village", village.code, village)
    brand = names.room_brands[int(rng.integers(len(names.room_brands)))] if rng.random() < 0.3 else ""
    return row | {
        "brand": brand,
        "opening_hours": names.room_hours[int(rng.integers(len(names.room_hours)))],
        "mediators": int(rng.integers(1, 5)),
        "status": "closed" if number % CLOSED_EVERY == 0 else "active",
    }


def _facts(number: int, as_of: date) -> Row:
    """Return what is on record of a room, by its number: most is fine, some has run out, some nobody entered."""
    used, tested = as_of - timedelta(days=number % 80 + 1), None
    if number % 9 == 0:
        used = as_of - timedelta(days=120)
    elif number % 4 == 0:
        tested = as_of - timedelta(days=30)
    return {
        "term_until": None if number % 7 == 0 else as_of + timedelta(days=-40 if number % 6 == 0 else 400),
        "used_on": None if number % 11 == 0 or tested else used,
        "tested_on": tested,
        "accessible": (True, False, None)[number % 3],
        "woman_mediator": (True, True, False, None)[number % 4],
        "languages": "苗语" if number % 17 == 0 else "",
        "seats": None if number % 5 == 0 else 8 + number % 12,
    }


def _room(code: str, name: str, kind: str, division: str, village: Village) -> Row:
    point = shapely.point_on_surface(village.grids[0].polygon)
    lon, lat = round(float(point.x), 6), round(float(point.y), 6)
    return {
        "id": new_id(), "code": code, "name": name, "brand": "", "kind": kind, "division_code": division,
        "lon": lon, "lat": lat, "point": f"SRID=4326;POINT({lon!r} {lat!r})", "phone": PHONE, "status": "active",
    }  # fmt: skip


def _naming(village: Village, number: int, *, by: UUID, as_of: date, now: datetime) -> Row:
    """Return one naming of the last two years, valid for two; every fifteenth was withdrawn."""
    years_ago = 1 + number % 2
    named_on = date(as_of.year - years_ago, 12 if years_ago > 1 else 6, 20)
    row: Row = {
        "id": new_id(), "division_code": village.code,
        "document_number": DOCUMENTS[number % 2].format(year=named_on.year), "named_on": named_on,
        "expires_on": named_on.replace(year=named_on.year + 2), "withdrawn_on": None, "withdrawn_reason": "",
        "recorded_by": by, "recorded_at": now,
    }  # fmt: skip
    if number % WITHDRAWN_EVERY == WITHDRAWN_EVERY - 1:
        withdrawn = min(named_on + timedelta(days=200), as_of)
        row |= {"withdrawn_on": withdrawn, "withdrawn_reason": "村名册核对时发现登记有误,按原文件更正。"}
    return row


def _insert(session: Session, model: type[Base], rows: list[Row]) -> None:
    session.execute(insert(cast("Table", model.__table__)), rows)
