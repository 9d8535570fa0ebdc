"""The county of the coverage bench: 2,000 villages with boundaries, 300 rooms, a quarter's mediations."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import numpy as np
from shapely.geometry import box
from sqlalchemy import Table, insert, update
from sqlalchemy.orm import Session

from bench.lists.county import County
from grid_app.clock import local_date
from grid_app.database.base import Base, new_id
from grid_app.models.disputes import Dispute
from grid_app.models.mediation import MediationCase, MediationSession
from grid_app.models.places import Boundary, BoundaryGeneration, Division, MediationRoom

COLUMNS, SIDE, WEST, SOUTH = 50, 0.025, 111.0, 28.5
ROOMS, CASES = 300, 10_000
HOURS = (
    "周一至周五 08:30-17:30",
    "周二、周四 09:00-12:00",
    "周三 14:00-17:00,其他时间电话预约",
    "逢赶集日 09:00-15:00",
    "",
)
Row = dict[str, Any]


def add_places(session: Session, county: County, rng: np.random.Generator, now: datetime) -> list[UUID]:
    """Give every village a square, households and a kind, and open the rooms; return the rooms' ids."""
    generation = BoundaryGeneration(id=new_id(), number=1, state="active", created_at=now, activated_at=now)
    session.add(generation)
    session.flush()
    rows, told, rooms = [], [], []
    with_room = {int(at) for at in rng.permutation(len(county.villages))[:ROOMS]}
    for at, code in enumerate(county.villages):
        x, y = WEST + at % COLUMNS * SIDE, SOUTH + at // COLUMNS * SIDE
        households = int(rng.lognormal(5.6, 0.6)) + 20
        told.append({"code": code, "households": households, "urban": bool(rng.random() < 0.2)})
        rows.append(
            {
                "id": new_id(), "generation_id": generation.id, "level": "village", "code": code, "name": code,
                "kind": "", "parent_code": code[:9], "area_km2": 6.0, "label_lon": x + SIDE / 2,
                "label_lat": y + SIDE / 2, "source_crs": "wgs84",
                "polygon": f"SRID=4326;MULTIPOLYGON({box(x, y, x + SIDE, y + SIDE).wkt.removeprefix('POLYGON ')})",
            }
        )  # fmt: skip
        if at in with_room:
            rooms.append(_room(code, x + SIDE / 2, y + SIDE / 2, len(rooms), now))
    _add(session, Boundary, rows)
    session.execute(update(Division), told)
    _add(session, MediationRoom, rooms)
    return [room["id"] for room in rooms]


def _room(code: str, lon: float, lat: float, number: int, now: datetime) -> Row:
    today = local_date(now)
    return {
        "id": new_id(), "code": f"R{number:04d}", "name": f"第{number}调解室", "division_code": code, "lon": lon,
        "lat": lat, "point": f"SRID=4326;POINT({lon} {lat})", "opening_hours": HOURS[number % len(HOURS)],
        "mediators": 1 + number % 4, "term_until": today + timedelta(days=300 - number), "phone": "",
        "used_on": today - timedelta(days=number % 120), "brand": "", "kind": "village", "status": "active",
    }  # fmt: skip


def add_cases(
    session: Session, county: County, rooms: list[UUID], rng: np.random.Generator, now: datetime, *, count: int = CASES
) -> None:
    """Add disputes of the last 90 days that are being mediated, most of them with a meeting that was held."""
    disputes, cases, meetings = [], [], []
    reporter = county.reporters[0]
    for number in range(count):
        at = now - timedelta(days=float(rng.random() * 89))
        dispute, case = new_id(), new_id()
        place = county.villages[int(rng.choice(len(county.villages), p=county.weights))]
        disputes.append(
            {
                "id": dispute, "case_code": f"C{number}", "tracking_code": f"T{number}", "version": 1,
                "state": "mediating", "category": "0901", "summary": "", "division_code": place, "place_kind": "chosen",
                "place_text": "", "source_crs": "wgs84", "channel": "grid_walk", "danger": False, "safety_child": False,
                "safety_present": False, "project": "", "household_label": str(number), "grade": "blue",
                "grade_reasons": [], "captured_at": at, "received_at": at, "noted_on": local_date(at),
                "reported_by": reporter, "legal_basis": "",
            }
        )  # fmt: skip
        cases.append(
            {
                "id": case, "dispute_id": dispute, "source": "apply", "unit_id": county.committees[0],
                "state": "mediating", "opened_at": at, "is_public": False,
            }
        )  # fmt: skip
        if number % 5:
            held = min(at + timedelta(days=float(rng.random() * 20)), now)
            meetings.append(
                {
                    "id": new_id(), "case_id": case, "number": 1, "planned_at": held, "held_at": held, "state": "held",
                    "room_id": rooms[number % len(rooms)], "assignment_id": reporter, "record": "", "place": "",
                }
            )  # fmt: skip
    for model, rows in ((Dispute, disputes), (MediationCase, cases), (MediationSession, meetings)):
        _add(session, model, rows)


def _add(session: Session, model: type[Base], rows: list[Row]) -> None:
    session.execute(insert(cast("Table", model.__table__)), rows)
