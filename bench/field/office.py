"""An office of realistic size: the villages around one grid worker, what lies open near him, what he reported."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from shapely import MultiPolygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from bench.faults.server import COMMAND
from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.policy import Role
from grid_app.security.passwords import hash_password
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.settings import Settings

COUNTY, VILLAGE = "430702", "430702200212"
LOGIN, PASSWORD = "grid-worker", "Correct-Horse-9"
NEARBY, OWN = 500, 100
PLACES = (
    "村东",
    "桥头",
    "水渠边",
    "晒谷场",
    "学校后面",
    "老井旁",
    "砖厂路口",
    "果园坡下",
    "三组",
    "五组",
    "渡口",
    "集市南口",
)
MATTERS = (
    "排水沟",
    "宅基地边界",
    "承包地租金",
    "工地夜里的噪声",
    "灌溉用水",
    "过道",
    "果树遮光",
    "欠下的工钱",
    "垃圾堆放",
    "停车",
)
STANDS = (
    "吵过两回没有动手",
    "村里调解过一次没谈拢",
    "一方不肯见面",
    "答应了又反悔",
    "想请人来看看",
    "说等秋后再讲",
    "老人出入不方便",
)
CATEGORIES = ("0901", "0402", "0799", "0299", "0504", "99")


@dataclass(frozen=True)
class Office:
    """Where the data lie, how the worker signs in, and what the places are."""

    folder: Path
    login: str
    password: str
    source: str


def make_office(folder: Path) -> Office:
    """Make the office with real villages when GRID_TEST_DATA names them, else with the demonstration county."""
    data = Path(os.environ.get("GRID_TEST_DATA") or "missing") / "changde"
    is_real = data.is_dir()
    told = None if is_real else _make_demo(folder)
    app = create_app(Settings(instance_dir=folder, database_url=f"sqlite:///{folder / 'grid.sqlite'}"))
    with app.app_context():
        upgrade(app.extensions["grid"].engine)
        with transaction() as session:
            role = _demo_worker(session, told["login"]) if told else _real_worker(session, data)
            _add_disputes(session, role)
    app.extensions["grid"].engine.dispose()
    if told:
        return Office(folder, told["login"], told["password"], "the demonstration county")
    return Office(folder, LOGIN, PASSWORD, "real villages")


def _make_demo(folder: Path) -> Mapping[str, str]:
    environment = {**os.environ, "GRID_INSTANCE_DIR": str(folder)}
    subprocess.run([*COMMAND[:-2], "demo"], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=600)
    accounts: list[dict[str, str]] = json.loads((folder / "demo-accounts.json").read_text("utf-8"))
    return next(one for one in accounts if one["role"] == str(Role.GRID_WORKER))


def _demo_worker(session: Session, login: str) -> Assignment:
    asked = select(Assignment).join(Account, Account.id == Assignment.account_id).where(Account.login == login)
    return session.scalars(asked.where(Assignment.role == str(Role.GRID_WORKER))).one()


def _real_worker(session: Session, data: Path) -> Assignment:
    """Divide one county, and hire a worker whose grid is one whole village of it."""
    generation, now = new_id(), datetime.now(UTC)
    session.add(BoundaryGeneration(id=generation, number=1, state="active", created_at=now, activated_at=now))
    counties = _features(data / "counties.geojson", "code", {COUNTY})
    towns = {f"{one['code']}": one for one, _ in _features(data / "towns.geojson", "county_code", {COUNTY})}
    session.add(_division(COUNTY, "county", next(counties)[0]["name"], ()))
    session.flush()
    session.add_all(_division(code, "township", one["name"], (COUNTY,)) for code, one in towns.items())
    session.flush()
    for facts, drawn in _features(data / "villages.geojson", "town_code", set(towns)):
        chain = (COUNTY, facts["town_code"])
        _draw(session, generation, _division(facts["code"], "village", facts["name"], chain), drawn)
        if facts["code"] == VILLAGE:
            grid = _division(f"{VILLAGE}J001", "grid", f"{facts['name']}第1网格", (*chain, VILLAGE))
            _draw(session, generation, grid, drawn)
    seed_ladders(session, now)
    return _hire(session, now)


def _features(path: Path, key: str, wanted: set[str]) -> Iterable[tuple[dict[str, Any], BaseGeometry]]:
    for one in json.loads(path.read_text("utf-8"))["features"]:
        if one["properties"][key] in wanted:
            yield one["properties"], shape(one["geometry"])


def _division(code: str, level: str, name: str, above: tuple[str, ...]) -> Division:
    path = "/".join(("", *above, code, ""))
    parent = above[-1] if above else None
    kind = "village" if level == "village" else ""
    return Division(
        code=code, level=level, name=name, kind=kind, parent_code=parent, path=path, valid_from=date(2026, 1, 1)
    )


def _draw(session: Session, generation: UUID, division: Division, drawn: BaseGeometry) -> None:
    session.add(division)
    session.flush()
    inside = drawn.representative_point()
    whole = drawn if isinstance(drawn, MultiPolygon) else MultiPolygon([drawn])
    session.add(
        Boundary(
            generation_id=generation, level=division.level, code=division.code, name=division.name, kind=division.kind,
            parent_code=division.parent_code, area_km2=1.0, label_lon=inside.x, label_lat=inside.y,
            source_crs="wgs84", polygon=f"SRID=4326;{whole.wkt}",
        )
    )  # fmt: skip


def _hire(session: Session, now: datetime) -> Assignment:
    unit = Unit(name="村民委员会", kind="village_committee", division_code=VILLAGE, duty_phone="0000-0000000")
    account = Account(
        login=LOGIN, display_name="网格员甲", password_hash=hash_password(PASSWORD), must_change_password=False,
        created_at=now,
    )  # fmt: skip
    session.add_all([unit, account])
    session.flush()
    role = Assignment(
        account_id=account.id, role=str(Role.GRID_WORKER), unit_id=unit.id, division_code=f"{VILLAGE}J001",
        valid_from=now - timedelta(days=100),
    )  # fmt: skip
    session.add(role)
    session.flush()
    return role


def _summary(chance: random.Random) -> str:
    """Return words of a matter that no other matter has, so that they compress as little as real ones."""
    households, day = chance.randint(2, 60), chance.randint(1, 28)
    return (
        f"{chance.choice(PLACES)}{households}户为{chance.choice(MATTERS)}争执,从上月{day}日起,"
        f"{chance.choice(STANDS)},另有{chance.randint(2, 90)}处{chance.choice(MATTERS)}也说不清,"
        f"{chance.choice(STANDS)}"
    )


def _add_disputes(session: Session, role: Assignment) -> None:
    """Let 500 matters of others lie open in the worker's area, and 100 of his own."""
    now, chance = datetime.now(UTC), random.Random(20261122)  # noqa: S311 - points and words, not secrets
    label = session.scalars(
        select(Boundary).where(Boundary.code == role.division_code, Boundary.level == "grid").limit(1)
    ).one()
    for number in range(NEARBY + OWN):
        at = now - timedelta(days=chance.uniform(1, 80))
        lon, lat = label.label_lon + chance.uniform(-0.004, 0.004), label.label_lat + chance.uniform(-0.004, 0.004)
        session.add(
            Dispute(
                case_code=f"999999-2026-{number:06d}", tracking_code=f"BENCH{number:05d}", state="reported",
                category=chance.choice(CATEGORIES), summary=_summary(chance), place_kind="inside",
                division_code=role.division_code, lon=lon, lat=lat, channel="grid_walk", grade="blue",
                grade_reasons=[], household_label=f"bench-{number}", captured_at=at, received_at=at,
                noted_on=local_date(at), reported_by=role.id if number >= NEARBY else None,
            )
        )  # fmt: skip
