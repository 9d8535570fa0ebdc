"""A small invented county for tests: two townships, four villages, eight grids, one account per role.

County 990101 spans lon 111.0-111.4, lat 29.0-29.1; each village is a square of 0.1 degrees, each grid half a village.

    990101001 东河镇: villages 990101001201 (111.0-111.1), 990101001202 (111.1-111.2)
    990101002 西山乡: villages 990101002201 (111.2-111.3), 990101002202 (111.3-111.4)
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from uuid import UUID

from argon2 import PasswordHasher
from shapely.geometry import MultiPolygon, Point, box
from sqlalchemy import Table
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.places import Boundary, BoundaryGeneration, Division, MediationRoom
from grid_app.policy import Actor, Role
from grid_app.services.accounts.actors import actor_of

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
COUNTY = "990101"
TOWNSHIPS = {"990101001": "东河镇", "990101002": "西山乡"}
VILLAGES = {
    "990101001201": ("云岭村", 111.0),
    "990101001202": ("柳湾村", 111.1),
    "990101002201": ("石桥村", 111.2),
    "990101002202": ("白沙村", 111.3),
}
MODELS = (BoundaryGeneration, Division, Boundary, Unit, Account, Assignment, MediationRoom)  # each after what it names
PASSWORD = "Correct-Horse-9"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # thousands sign in: a quick one

ROLE_PLACES = {
    Role.GRID_WORKER: ("990101001201J001", "village"),
    Role.MEDIATOR: ("990101001201", "mediation"),
    Role.VILLAGE_LEAD: ("990101001201", "village"),
    Role.TOWNSHIP_OFFICER: ("990101001", "township"),
    Role.TOWNSHIP_LEAD: ("990101001", "township"),
    Role.COUNTY_OFFICER: (COUNTY, "county"),
    Role.COUNTY_LEAD: (COUNTY, "county_lead"),
    Role.SECURITY_ADMIN: (COUNTY, "county"),
    Role.SYSADMIN: (COUNTY, "county"),
    Role.AUDITOR: (COUNTY, "county"),
}


_KEPT: dict[str, tuple[World, list[tuple[str, list[tuple[object, ...]]]]]] = {}  # by the kind of database


@dataclass
class World:
    """Ids of what was made; ``actor(role)`` gives the actor of the role's account."""

    generation_id: UUID
    units: dict[str, UUID] = field(default_factory=dict)
    assignments: dict[str, UUID] = field(default_factory=dict)
    accounts: dict[str, UUID] = field(default_factory=dict)

    def actor(self, session: Session, name: Role | str) -> Actor:
        actor = actor_of(session, self.assignments[str(name)], now=NOW)
        assert actor is not None
        return actor


def village_box(code: str) -> tuple[float, float, float, float]:
    west = VILLAGES[code][1]
    return (west, 29.0, west + 0.1, 29.1)


def build_world(session: Session) -> World:
    """Put the small county into an empty database; from the second time on by its kept rows, in a tenth of the time."""
    kind = session.get_bind().dialect.name
    if kind not in _KEPT:
        world = _build(session)
        _KEPT[kind] = (world, [_kept_rows(session, model.__table__) for model in MODELS])
    else:
        world, parts = _KEPT[kind]
        for statement, rows in parts:
            session.connection().exec_driver_sql(statement, rows)
    return replace(world, units={**world.units}, assignments={**world.assignments}, accounts={**world.accounts})


def _kept_rows(session: Session, table: Table) -> tuple[str, list[tuple[object, ...]]]:
    """Return the statement that puts the table's rows back, and the rows as the driver takes them."""
    shown, mark = ("{}::text", "%s") if session.get_bind().dialect.name == "postgresql" else ("{}", "?")
    columns = [f'"{column.name}"' for column in table.columns]
    asked = f'SELECT {", ".join(shown.format(column) for column in columns)} FROM "{table.name}"'
    statement = f'INSERT INTO "{table.name}" ({", ".join(columns)}) VALUES ({", ".join([mark] * len(columns))})'
    return statement, [tuple(row) for row in session.connection().exec_driver_sql(asked)]


def _build(session: Session) -> World:
    world = World(generation_id=new_id())
    session.add(
        BoundaryGeneration(id=world.generation_id, number=1, state="active", created_at=BEGIN, activated_at=BEGIN)
    )
    session.flush()
    _divide(session, world)
    _staff(session, world)
    session.flush()
    return world


def _divide(session: Session, world: World) -> None:
    _place(session, world, COUNTY, "county", "青溪县", None, f"/{COUNTY}/", (111.0, 29.0, 111.4, 29.1))
    for code, name in TOWNSHIPS.items():
        west = 111.0 if code.endswith("001") else 111.2
        path = f"/{COUNTY}/{code}/"
        _place(session, world, code, "township", name, COUNTY, path, (west, 29.0, west + 0.2, 29.1))
    for code, (name, west) in VILLAGES.items():
        path = f"/{COUNTY}/{code[:9]}/{code}/"
        _place(session, world, code, "village", name, code[:9], path, village_box(code))
        for number in (1, 2):
            grid, south = f"{code}J00{number}", 29.0 + 0.05 * (number - 1)
            sides = (west, south, west + 0.1, south + 0.05)
            _place(session, world, grid, "grid", f"{name}第{number}网格", code, f"{path}{grid}/", sides)


def _place(session, world, code, level, name, parent, path, sides) -> None:
    kind = "village" if level == "village" else ""
    session.add(
        Division(
            code=code,
            level=level,
            name=name,
            kind=kind,
            parent_code=parent,
            path=path,
            valid_from=date(2026, 1, 1),
            households=200 if level == "village" else None,
        )
    )
    session.flush()
    shape = box(*sides)
    session.add(
        Boundary(
            generation_id=world.generation_id,
            level=level,
            code=code,
            name=name,
            kind=kind,
            parent_code=parent,
            area_km2=100.0,
            label_lon=shape.centroid.x,
            label_lat=shape.centroid.y,
            source_crs="wgs84",
            polygon=f"SRID=4326;{MultiPolygon([shape]).wkt}",
        )
    )


def _staff(session: Session, world: World) -> None:
    _unit(session, world, "county", "青溪县信访工作联席会议办公室", "county_office", COUNTY)
    _unit(session, world, "county_lead", "青溪县领导值班室", "county_lead_office", COUNTY)
    for number, (code, name) in enumerate(TOWNSHIPS.items()):
        key = "township" if number == 0 else "township2"
        _unit(session, world, key, f"{name}人民政府", "township_government", code)
    _unit(session, world, "village", "云岭村村民委员会", "village_committee", "990101001201")
    _unit(session, world, "village2", "石桥村村民委员会", "village_committee", "990101002201")
    _unit(session, world, "mediation", "云岭村人民调解委员会", "mediation_committee", "990101001201")
    for role, (division, unit) in ROLE_PLACES.items():
        add_account(session, world, str(role), role, unit, division)
    add_account(session, world, "other_grid_worker", Role.GRID_WORKER, "village2", "990101002201J001")
    add_account(session, world, "second_grid_worker", Role.GRID_WORKER, "village", "990101001201J002")
    add_account(session, world, "other_township_lead", Role.TOWNSHIP_LEAD, "township2", "990101002")
    session.add(
        MediationRoom(
            code="R1",
            name="云岭村矛盾纠纷调解室",
            division_code="990101001201",
            lon=111.05,
            lat=29.05,
            point=f"SRID=4326;{Point(111.05, 29.05).wkt}",
            opening_hours="周三 09:00-12:00",
            mediators=3,
        )
    )


def _unit(session: Session, world: World, key: str, name: str, kind: str, division: str) -> None:
    unit = Unit(name=name, kind=kind, division_code=division, duty_phone="0736-0000000")
    session.add(unit)
    session.flush()
    world.units[key] = unit.id


def add_account(session: Session, world: World, name: str, role: Role, unit: str, division: str) -> UUID:
    """Add an account whose login is ``name`` and whose password is ``PASSWORD``."""
    account = Account(
        login=name, display_name=f"{name}甲", password_hash=_HASH, must_change_password=False, created_at=BEGIN
    )
    session.add(account)
    session.flush()
    assignment = Assignment(
        account_id=account.id, role=str(role), unit_id=world.units[unit], division_code=division, valid_from=BEGIN
    )
    session.add(assignment)
    session.flush()
    world.accounts[name], world.assignments[name] = account.id, assignment.id
    return assignment.id
