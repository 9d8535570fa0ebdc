"""The offices and the sixty accounts of the invented county."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import numpy as np
from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.demo.county import County, Township, Village
from grid_app.demo.names import Names
from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.policy import Role

PHONE: Final = "0000-0000000"
MAIN_TOWNSHIP: Final = "990001100"
LED_VILLAGES: Final = (
    "990001100203", "990001100208", "990001001004", "990001002007",
    "990001101206", "990001200204", "990001103001", "990001104001",
)  # fmt: skip
"""Villages whose committee has an account of its own; elsewhere the township types."""
FULLY_STAFFED: Final = "990001100203"
MEDIATING: Final = ("990001100203", "990001100", "990001001", "990001002", "990001101", "990001200")
LOGINS: Final = {
    Role.GRID_WORKER: "wanggeyuan",
    Role.MEDIATOR: "tiaojieyuan",
    Role.VILLAGE_LEAD: "cunfuzeren",
    Role.TOWNSHIP_OFFICER: "xiangzhenjingban",
    Role.TOWNSHIP_LEAD: "xiangzhenlingdao",
    Role.COUNTY_OFFICER: "xianjijingban",
    Role.COUNTY_LEAD: "xianjilingdao",
    Role.SECURITY_ADMIN: "anquanguanli",
    Role.SYSADMIN: "xitongguanli",
    Role.AUDITOR: "shenji",
}
"""Logins in pinyin, so that any phone can type them; a two-digit number follows."""


@dataclass(frozen=True)
class Post:
    """One account to be made: its login, its first role, in which unit and over which division."""

    login: str
    role: Role
    unit: str
    division_code: str


@dataclass(frozen=True)
class Staff:
    """Ids of offices and assignments.

    ``units`` by ``county``, ``county_lead``, a department's name, ``government:<township>``, ``committee:<village>``
    or ``mediation:<division>``; ``assignments`` by ``<role>:<division>``, at the county by ``<role>:<unit key>``;
    ``accounts`` gives the account behind each assignment.
    """

    units: Mapping[str, UUID]
    assignments: Mapping[str, UUID]
    accounts: Mapping[UUID, UUID]

    def office_of(self, code: str) -> UUID:
        """Return the office that answers for a place: the village's committee, or the township's government."""
        return self.units[f"committee:{code[:12]}" if len(code) >= 12 else f"government:{code}"]

    def government(self, code: str) -> UUID:
        """Return the government of the township of any code below it."""
        return self.units[f"government:{code[:9]}"]

    def officer(self, code: str) -> UUID:
        """Return who does the typing in the township of any code below it."""
        return self.assignments[f"{Role.TOWNSHIP_OFFICER}:{code[:9]}"]

    def lead(self, code: str) -> UUID:
        """Return who leads the township of any code below it."""
        return self.assignments[f"{Role.TOWNSHIP_LEAD}:{code[:9]}"]

    @property
    def county_officer(self) -> UUID:
        """The first officer of the county's office."""
        return self.assignments[f"{Role.COUNTY_OFFICER}:county"]

    @property
    def county_lead(self) -> UUID:
        """The county leader on duty."""
        return self.assignments[f"{Role.COUNTY_LEAD}:county_lead"]

    def reporter(self, code: str, channel: str) -> UUID:
        """Return who logs what is told at a place: the room's mediator, the grid's worker, village or township."""
        if channel == "mediation_room":
            for area in (code[:12], code[:9]):
                if found := self.assignments.get(f"{Role.MEDIATOR}:{area}"):
                    return found
        return self.assignments.get(f"{Role.GRID_WORKER}:{code}") or self.returner(code[:12])

    def returner(self, village_code: str) -> UUID:
        """Return who answers rounds for a village: its lead, else the township."""
        return self.assignments.get(f"{Role.VILLAGE_LEAD}:{village_code}") or self.officer(village_code)


def posts(county: County, names: Names) -> tuple[Post, ...]:
    """Return the sixty posts; the first of each role belongs to the township that the stories are told in."""
    townships = sorted(county.townships, key=lambda one: (one.code != MAIN_TOWNSHIP, one.code))
    grids = [*_full(county)[:3], *(_village(county, code).grids[0].code for code in LED_VILLAGES[1:])]
    wanted: list[tuple[Role, str, str]] = [
        *((Role.GRID_WORKER, f"committee:{code[:12]}", code) for code in grids),
        *((Role.MEDIATOR, f"mediation:{code}", code) for code in MEDIATING),
        *((Role.VILLAGE_LEAD, f"committee:{code}", code) for code in LED_VILLAGES),
        *((Role.TOWNSHIP_OFFICER, f"government:{one.code}", one.code) for one in townships),
        *((Role.TOWNSHIP_LEAD, f"government:{one.code}", one.code) for one in townships),
        *[(Role.COUNTY_OFFICER, "county", county.code)] * 2,
        *((Role.COUNTY_OFFICER, one.name, county.code) for one in names.departments),
        (Role.COUNTY_LEAD, "county_lead", county.code),
        *((role, "county", county.code) for role in (Role.SECURITY_ADMIN, Role.SYSADMIN, Role.AUDITOR)),
    ]
    numbers = dict.fromkeys(Role, 0)
    made = []
    for role, unit, division in wanted:
        numbers[role] += 1
        made.append(Post(f"{LOGINS[role]}{numbers[role]:02d}", role, unit, division))
    return tuple(made)


def settle(
    session: Session,
    *,
    county: County,
    names: Names,
    rng: np.random.Generator,
    hashes: Mapping[str, str],
    now: datetime,
) -> Staff:
    """Open every office and add the accounts with their password hashes; return who and where they are."""
    units = _open_offices(session, county, names)
    wanted = posts(county, names)
    persons = _persons(rng, names, len(wanted))
    accounts, held = [], []
    assignments: dict[str, UUID] = {}
    owners: dict[UUID, UUID] = {}
    for post, person in zip(wanted, persons, strict=True):
        account_id = new_id()
        accounts.append(_account(account_id, post, person, hashes[post.login], now))
        for role, division in _roles_of(post, county):
            key = f"{role}:{division}" if division != county.code else f"{role}:{post.unit}"
            row = _assignment(account_id, role, units[post.unit], division, now)
            held.append(row)
            assignment_id = cast("UUID", row["id"])
            assignments.setdefault(key, assignment_id)
            owners[assignment_id] = account_id
    session.execute(insert(cast("Table", Account.__table__)), accounts)
    session.execute(insert(cast("Table", Assignment.__table__)), held)
    return Staff(units, assignments, owners)


def _roles_of(post: Post, county: County) -> list[tuple[Role, str]]:
    """Return the roles of a post; one mediator also walks the grid that nobody else has."""
    own = (post.role, post.division_code)
    if post.role is Role.MEDIATOR and post.division_code == FULLY_STAFFED:
        return [own, *((Role.GRID_WORKER, code) for code in _full(county)[3:4])]
    return [own]


def _full(county: County) -> list[str]:
    return [grid.code for grid in _village(county, FULLY_STAFFED).grids]


def _village(county: County, code: str) -> Village:
    return next(one for one in county.villages if one.code == code)


def _persons(rng: np.random.Generator, names: Names, count: int) -> list[str]:
    """Return names made of a surname and a solar term, each once."""
    whole = [surname + given for surname in names.surnames for given in names.given]
    return [whole[at] for at in rng.permutation(len(whole))[:count]]


def _open_offices(session: Session, county: County, names: Names) -> dict[str, UUID]:
    rows = [
        _unit("county", f"{names.short}信访工作联席会议办公室", "county_office", county.code),
        _unit("county_lead", f"{names.short}领导值班室", "county_lead_office", county.code),
        *(_unit(one.name, names.short + one.name, "department", county.code) for one in names.departments),
    ]
    for township in county.townships:
        rows += _township_offices(township)
    session.execute(insert(cast("Table", Unit.__table__)), [row for _, row in rows])
    return {key: cast("UUID", row["id"]) for key, row in rows}


def _township_offices(township: Township) -> Sequence[tuple[str, dict[str, object]]]:
    office = "办事处" if township.name.endswith("街道") else "人民政府"
    rows = [
        _unit(f"government:{township.code}", township.name + office, "township_government", township.code),
        _unit(f"mediation:{township.code}", township.name + "人民调解委员会", "mediation_committee", township.code),
    ]
    for village in township.villages:
        office = "居民委员会" if village.is_community else "村民委员会"
        rows.append(_unit(f"committee:{village.code}", village.name + office, "village_committee", village.code))
        rows.append(
            _unit(f"mediation:{village.code}", village.name + "人民调解委员会", "mediation_committee", village.code)
        )
    return rows


def _unit(key: str, name: str, kind: str, division_code: str) -> tuple[str, dict[str, object]]:
    row = {"id": new_id(), "name": name, "kind": kind, "division_code": division_code, "duty_phone": PHONE}
    return key, row


def _account(account_id: UUID, post: Post, person: str, password_hash: str, now: datetime) -> dict[str, object]:
    return {
        "id": account_id,
        "login": post.login,
        "display_name": person,
        "password_hash": password_hash,
        "must_change_password": False,
        "is_demo": True,
        "created_at": now,
    }


def _assignment(account_id: UUID, role: Role, unit_id: UUID, division: str, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "account_id": account_id,
        "role": str(role),
        "unit_id": unit_id,
        "division_code": division,
        "valid_from": now,
    }
