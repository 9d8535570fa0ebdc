"""An invented county with disputes on SQLite: boundaries, parties whose names must be hidden, texts of real length."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from bench.bulk import Filling, filling
from bench.lists.county import County, build_county
from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.models.disputes import Dispute, DisputeEvent, Party
from grid_app.models.places import Boundary, BoundaryGeneration
from grid_app.services.matters.parties import name_context
from grid_app.settings import Settings
from grid_app.wiring import wired

SEED, PORTION, DAYS = 20261122, 5_000, 700
NAMED_EVERY = 4
TEXTS = (
    "流转的三十多亩田,从去年秋天起租金没有付,联系不上公司,组里几户商量着要回地自己种",
    "隔壁建房把排水沟填了,下雨水往院子里漫,村里来量过两次,还没有说法",
    "工地拖欠三个月工钱,说等工程款下来再发,过年前要用钱",
    "小区电梯停了两周,物业说等配件,楼上有老人下不来",
)
CATEGORIES = ("0901", "0201", "0701", "0402", "0504", "1101")
GRADES = ("green", "blue", "yellow", "orange", "red")


def build(folder: Path, total: int, now: datetime) -> Settings:
    """Fill an embedded database in ``folder`` and return the settings that open it."""
    settings = Settings(instance_dir=folder)
    app = create_app(settings)
    with app.app_context():
        upgrade(wired().engine)
        rng = np.random.default_rng(SEED)
        with transaction() as session:
            county = build_county(session, now, rng)
            _boundaries(session, county, now)
        with filling(wired().engine, (Dispute, DisputeEvent, Party)) as file:
            for start in range(0, total, PORTION):
                _disputes(file, county, range(start, min(start + PORTION, total)), now, rng)
    return settings


def _boundaries(session: Session, county: County, now: datetime) -> None:
    generation = BoundaryGeneration(id=new_id(), number=1, state="active", created_at=now, activated_at=now)
    session.add(generation)
    session.flush()
    for at, code in enumerate(county.villages):
        west, south = 111 + 0.02 * (at % 20), 29 + 0.02 * (at // 20)
        shape = MultiPolygon([box(west, south, west + 0.02, south + 0.02)])
        session.add(
            Boundary(
                generation_id=generation.id,
                level="village",
                code=code,
                name=code,
                area_km2=4.3,
                polygon=shape.wkt,
                label_lon=west + 0.01,
                label_lat=south + 0.01,
                source_crs="wgs84",
            )
        )


def _disputes(file: Filling, county: County, numbers: range, now: datetime, rng: np.random.Generator) -> None:
    cipher = wired().keys.fields
    places = rng.choice(len(county.villages), size=len(numbers), p=county.weights)
    disputes, events, parties = [], [], []
    for number, place in zip(numbers, places, strict=True):
        at = now - timedelta(days=DAYS * (1 - number / (numbers.stop + 1)), minutes=int(rng.integers(0, 1_000)))
        key, party, code = new_id(), new_id(), county.villages[place]
        is_closed = number % 5 != 0
        disputes.append(
            {
                "id": key, "case_code": f"B-{number:07d}", "tracking_code": f"T{number:09d}",
                "state": "closed" if is_closed else "handling", "category": CATEGORIES[number % 6],
                "summary": f"王大力家说:{TEXTS[number % 4]}", "division_code": code, "place_kind": "inside",
                "place_text": "", "generation_id": None, "lon": 111.0, "lat": 29.0, "source_crs": "wgs84",
                "channel": "grid_walk", "danger": False, "safety_child": False, "safety_present": False, "version": 1,
                "project": "", "household_label": f"h{number}", "grade": GRADES[number % 5], "grade_reasons": [],
                "owner_unit_id": county.governments[code[:9]], "captured_at": at, "received_at": at,
                "noted_on": local_date(at), "closed_at": now if is_closed else None,
                "legal_basis": "《民法典》第七百零三条",
                "closure_ground": "agreement_performed" if is_closed else None, "said": None,
            }
        )  # fmt: skip
        if is_closed:
            note = "双方在调解室谈好,按月付清,回访没有反复。"
            events.append({"id": new_id(), "dispute_id": key, "number": 1, "at": now, "kind": "closed", "note": note,
                           "details": {}})  # fmt: skip
        if number % NAMED_EVERY == 0:
            parties.append({"id": party, "dispute_id": key, "label": "当事人A", "created_at": at,
                            "name_sealed": cipher.encrypt("王大力", context=name_context(party))})  # fmt: skip
    file.add(Dispute, disputes)
    file.add(DisputeEvent, events)
    file.add(Party, parties)
