"""The invented county of the lists: twenty townships, four hundred villages, their units, and one account per scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.security.passwords import hash_password
from grid_app.services.clocks.rules import seed_rules

COUNTY, COUNTY_NAME, PASSWORD = "990101", "青溪县", "Correct-Horse-9"
TOWNSHIPS, VILLAGES = 20, 20
DEPARTMENTS = ("自然资源局", "住房和城乡建设局", "人力资源和社会保障局", "农业农村局", "民政局", "城市管理局", "水利局",
               "市场监督管理局", "教育局", "卫生健康局", "交通运输局", "司法局")  # fmt: skip
FIRST = "东西南北上下云石柳白青龙金玉松竹梅桃清长"
SECOND = "岭桥湾沙坪溪坝塘林冲洲坡泉垭口田井铺峰峡"


@dataclass(frozen=True)
class County:
    """Codes and ids that disputes refer to; ``weights`` is how often a dispute lies in each village."""

    villages: list[str]
    weights: np.ndarray
    committees: list[UUID]
    governments: dict[str, UUID]
    departments: list[UUID]
    reporters: list[UUID]
    logins: dict[str, str]
    grids: int = 2


def build_county(
    session: Session, now: datetime, rng: np.random.Generator, *, per_township: int = VILLAGES, grids: int = 2
) -> County:
    """Make the places, units and accounts; the busiest village and its township get the accounts that measure."""
    _division(session, COUNTY, "county", COUNTY_NAME, parent=None, path=f"/{COUNTY}/")
    villages, townships = _places(session, per_township, grids)
    weights = 1 / np.arange(1, len(villages) + 1) ** 0.8
    weights = rng.permutation(weights / weights.sum())
    county_office = _unit(session, f"{COUNTY_NAME}信访工作联席会议办公室", "county_office", COUNTY)
    departments = [_unit(session, f"{COUNTY_NAME}{name}", "department", COUNTY) for name in DEPARTMENTS]
    governments = {code: _unit(session, f"{name}人民政府", "township_government", code) for code, name in townships}
    names = dict(villages)
    committees = [_unit(session, f"{names[code]}村民委员会", "village_committee", code) for code, _ in villages]
    session.flush()
    busiest = int(weights.argmax())
    code = villages[busiest][0]
    logins = {
        "county": _account(session, Role.COUNTY_OFFICER, county_office, COUNTY, now),
        "township": _account(session, Role.TOWNSHIP_OFFICER, governments[code[:9]], code[:9], now),
        "village": _account(session, Role.VILLAGE_LEAD, committees[busiest], code, now),
    }
    reporters = [_worker(session, f"{one}J001", committees[at], now) for at, (one, _) in enumerate(villages)]
    seed_rules(session, now)
    codes = [one for one, _ in villages]
    return County(codes, weights, committees, governments, departments, reporters, logins, grids)


def _places(session: Session, per_township: int, grids: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    villages, townships = [], []
    for town in range(TOWNSHIPS):
        code, name = f"{COUNTY}{town + 1:03d}", f"{FIRST[town]}{SECOND[town]}镇"
        _division(session, code, "township", name, parent=COUNTY, path=f"/{COUNTY}/{code}/")
        townships.append((code, name))
        session.flush()
        for number in range(per_township):
            below = f"{code}{number + 201:03d}"
            called = f"{FIRST[number % 20]}{SECOND[(town + number + number // 20) % 20]}村"
            path = f"/{COUNTY}/{code}/{below}/"
            _division(session, below, "village", called, parent=code, path=path)
            villages.append((below, called))
            session.flush()
            for grid in range(1, grids + 1):
                _grid(session, below, f"{called}第{grid}网格", f"{below}J{grid:03d}", path)
    session.flush()
    return villages, townships


def _grid(session: Session, village: str, name: str, code: str, path: str) -> None:
    _division(session, code, "grid", name, parent=village, path=f"{path}{code}/")


def _division(session: Session, code: str, level: str, name: str, *, parent: str | None, path: str) -> None:
    session.add(Division(code=code, level=level, name=name, parent_code=parent, path=path, valid_from=date(2020, 1, 1)))


def _unit(session: Session, name: str, kind: str, division: str) -> UUID:
    unit = Unit(id=new_id(), name=name, kind=kind, division_code=division)
    session.add(unit)
    return unit.id


def _account(session: Session, role: Role, unit: UUID, division: str, now: datetime) -> str:
    account = Account(
        id=new_id(), login=str(role), display_name=str(role), password_hash=hash_password(PASSWORD),
        must_change_password=False, created_at=now,
    )  # fmt: skip
    session.add(account)
    session.flush()
    session.add(Assignment(account_id=account.id, role=str(role), unit_id=unit, division_code=division, valid_from=now))
    return account.login


def _worker(session: Session, grid: str, unit: UUID, now: datetime) -> UUID:
    account = Account(
        id=new_id(), login=grid, display_name=grid, password_hash="", must_change_password=False, created_at=now
    )
    session.add(account)
    session.flush()
    role = Assignment(
        id=new_id(), account_id=account.id, role=str(Role.GRID_WORKER), unit_id=unit, division_code=grid,
        valid_from=now,
    )  # fmt: skip
    session.add(role)
    return role.id
