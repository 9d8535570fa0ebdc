"""Measure the sync API: a batch of 200 reports, new and replayed, on the embedded database and on PostGIS.

Run from the root of the repository: ``python -m bench.bench_sync [--batches 7] [--items 200] [--json]``.
The county is invented: 2,000 square villages, each with two grids. Every report has a point, a text, an
organisation and a household band, as a phone sends them; the time is from the request to the whole answer, through
the application. Figures are medians over the batches. Exits with 1 when a batch of new reports takes a second or more.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import numpy as np
from flask import Flask
from shapely import MultiPolygon, box
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Role
from grid_app.security.passwords import hash_password
from grid_app.services.accounts.actors import actor_of
from grid_app.services.accounts.devices import register_device
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.settings import Settings
from tests.fakes import FrozenClock
from tests.postgres import Cluster, PostgresMissingError

BAR_SECONDS = 1.0
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COUNTY = "990101"
COLUMNS, ROWS, SIDE = 50, 40, 0.02
WEST, SOUTH = 111.0, 28.5
CATEGORIES = ("0901", "0402", "0799", "0299", "0504", "99")


def build_county(session: Session) -> str:
    """Make the county and one township officer; return the token of the officer's phone."""
    generation = new_id()
    session.add(BoundaryGeneration(id=generation, number=1, state="active", created_at=NOW, activated_at=NOW))
    session.add(_division(COUNTY, "county", None, f"/{COUNTY}/"))
    session.flush()
    for column in range(COLUMNS):
        town = f"{COUNTY}{column + 100:03d}"
        session.add(_division(town, "township", COUNTY, f"/{COUNTY}/{town}/"))
    session.flush()
    for column in range(COLUMNS):
        for row in range(ROWS):
            _village(session, generation, column, row)
    seed_ladders(session, NOW)
    return _officer(session)


def _division(code: str, level: str, parent: str | None, path: str) -> Division:
    return Division(
        code=code, level=level, name=code, kind="", parent_code=parent, path=path, valid_from=date(2026, 1, 1)
    )


def _village(session: Session, generation, column: int, row: int) -> None:
    town = f"{COUNTY}{column + 100:03d}"
    code, path = f"{town}{row + 200:03d}", f"/{COUNTY}/{town}/{town}{row + 200:03d}/"
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    session.add(_division(code, "village", town, path))
    session.flush()
    session.add(_boundary(generation, "village", code, town, (west, south, west + SIDE, south + SIDE)))
    for number in (1, 2):
        grid, low = f"{code}J00{number}", south + (number - 1) * SIDE / 2
        session.add(_division(grid, "grid", code, f"{path}{grid}/"))
        session.add(_boundary(generation, "grid", grid, code, (west, low, west + SIDE, low + SIDE / 2)))


def _boundary(generation, level: str, code: str, parent: str, sides: tuple[float, float, float, float]) -> Boundary:
    return Boundary(
        generation_id=generation,
        level=level,
        code=code,
        name=code,
        parent_code=parent,
        area_km2=4.0,
        label_lon=sides[0],
        label_lat=sides[1],
        source_crs="wgs84",
        polygon=f"SRID=4326;{MultiPolygon([box(*sides)]).wkt}",
    )


def _officer(session: Session) -> str:
    unit = Unit(name="镇人民政府", kind="township_government", division_code=f"{COUNTY}100")
    account = Account(
        login="officer",
        display_name="officer",
        password_hash=hash_password("x"),
        must_change_password=False,
        created_at=NOW,
    )
    session.add_all([unit, account])
    session.flush()
    role = Assignment(
        account_id=account.id, role=str(Role.COUNTY_OFFICER), unit_id=unit.id, division_code=COUNTY, valid_from=NOW
    )
    session.add(role)
    session.flush()
    actor = actor_of(session, role.id, now=NOW)
    return register_device(session, actor=actor, label="", pin="2580", days=30, now=NOW).token


def batch(rng: np.random.Generator, items: int) -> bytes:
    """Return the body of a batch of new reports with points anywhere in the county."""
    lon = WEST + rng.random(items) * COLUMNS * SIDE
    lat = SOUTH + rng.random(items) * ROWS * SIDE
    sent = [
        {
            "id": str(uuid4()),
            "content": {
                "form": "dispute/1",
                "captured_at": "2026-11-20T09:30:00+08:00",
                "category": str(rng.choice(CATEGORIES)),
                "danger": False,
                "summary": f"第{number}户反映去年的土地租金到现在没有给,找过几次都说等一等,希望有个准话",
                "lon": float(lon[number]),
                "lat": float(lat[number]),
                "accuracy_m": 25.0,
                "organisation": f"青溪第{number % 20}农业有限公司",
                "household_band": "2-4",
            },
        }
        for number in range(items)
    ]
    return json.dumps({"items": sent}, ensure_ascii=False).encode()


def send(app: Flask, token: str, body: bytes, outcome: str) -> tuple[float, float]:
    """Return the seconds until the whole answer is there, by the clock and of this process's work."""
    started, worked = time.perf_counter(), time.process_time()
    answer = app.test_client().post(
        "/api/v1/disputes:sync",
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    seconds = time.perf_counter() - started, time.process_time() - worked
    assert {one["outcome"] for one in answer.json["results"]} == {outcome}, answer.json
    return seconds


def measure_on(url: str, folder: Path, *, batches: int, items: int) -> dict[str, float]:
    """Return the median seconds of a batch on one database; the first batch, which warms up, does not count."""
    app = create_app(Settings(instance_dir=folder, database_url=url), clock=FrozenClock(NOW))
    rng = np.random.default_rng(20261120)
    with app.app_context():
        upgrade(app.extensions["grid"].engine)
        with transaction() as session:
            token = build_county(session)
        bodies = [batch(rng, items) for _ in range(batches + 1)]
        new = [send(app, token, body, "accepted") for body in bodies][1:]
        again = [send(app, token, body, "already_have") for body in bodies][1:]
        app.extensions["grid"].engine.dispose()
    return {
        "new_seconds": round(median(clock for clock, _ in new), 3),
        "new_seconds_worst": round(max(clock for clock, _ in new), 3),
        "new_process_seconds": round(median(work for _, work in new), 3),
        "replayed_seconds": round(median(clock for clock, _ in again), 3),
        "new_per_second": round(items / median(clock for clock, _ in new), 1),
    }


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Give the address of a fresh database of each kind; PostGIS only where it is installed."""
    urls = {"sqlite": f"sqlite:///{folder / 'grid.sqlite'}"}
    try:
        cluster = Cluster().start()
    except PostgresMissingError:
        yield urls
        return
    try:
        yield urls | {"postgis": cluster.create("bench_sync")}
    finally:
        cluster.stop()


def measure(*, batches: int = 7, items: int = 200) -> dict[str, Any]:
    """Return the figures of both databases; a missing PostGIS is named, not passed over in silence."""
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as urls:
        found = {
            kind: measure_on(url, Path(name) / f"{kind}-instance", batches=batches, items=items)
            for kind, url in urls.items()
        }
    missing = [kind for kind in ("sqlite", "postgis") if kind not in found]
    met = all(one["new_seconds"] < BAR_SECONDS for one in found.values())
    return {"items": items, "batches": batches, "villages": COLUMNS * ROWS, "met": met, "not_run": missing, **found}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batches", type=int, default=7)
    parser.add_argument("--items", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(batches=given.batches, items=given.items)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        for kind in ("sqlite", "postgis"):
            print(kind, *(f"{name}={value}" for name, value in found.get(kind, {"not": "run"}).items()))
    sys.exit(0 if found["met"] else 1)


if __name__ == "__main__":
    main()
