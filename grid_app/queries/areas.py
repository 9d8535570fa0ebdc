"""Areas of responsibility (分片包干): who answers for a place, the most particular area first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.joint import ResponsibilityArea
from grid_app.models.places import Division
from grid_app.queries.disputes_detail import unit_names
from grid_app.queries.disputes_places import place_names

COUNTY_CODE = 6
TOWNSHIP_CODE = 9


@dataclass(frozen=True)
class AreaView:
    """An area with its words: lead unit, team, other units, places."""

    id: UUID
    name: str
    team: str
    lead_unit_id: UUID
    lead: str
    unit_ids: tuple[UUID, ...]
    units: tuple[str, ...]
    codes: tuple[str, ...]
    places: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class Responsible:
    """The unit that answers for a place by its area."""

    unit_id: UUID
    unit: str
    area: str
    team: str


@dataclass(frozen=True)
class TownshipPlaces:
    """A township with its villages, as places to choose."""

    code: str
    name: str
    villages: tuple[tuple[str, str], ...]


def areas_of(session: Session, county_code: str) -> list[AreaView]:
    """Return the areas in force of a county, by name."""
    rows = session.scalars(
        select(ResponsibilityArea)
        .where(ResponsibilityArea.county_code == county_code, ResponsibilityArea.ended_at.is_(None))
        .order_by(ResponsibilityArea.name)
    ).all()
    return _views(session, rows)


def area_of(session: Session, area_id: UUID, county_code: str) -> AreaView | None:
    """Return one area in force of a county."""
    return next((one for one in areas_of(session, county_code) if one.id == area_id), None)


def _views(session: Session, rows: Sequence[ResponsibilityArea]) -> list[AreaView]:
    keys = {UUID(key) for row in rows for key in row.unit_ids} | {row.lead_unit_id for row in rows}
    names = unit_names(session, keys)
    codes = {code for row in rows for code in row.division_codes}
    places = place_names(session, codes)
    return [
        AreaView(
            row.id, row.name, row.team, row.lead_unit_id, names[row.lead_unit_id],
            tuple(UUID(key) for key in row.unit_ids), tuple(names[UUID(key)] for key in row.unit_ids),
            tuple(row.division_codes), tuple(places.get(code, code) for code in row.division_codes), row.version,
        )
        for row in rows
    ]  # fmt: skip


def responsible_for(session: Session, dispute_id: UUID) -> Responsible | None:
    """Return the unit that answers for the place of a dispute; never a closed one or the one complained of."""
    found = session.execute(
        select(Division.path, Dispute.about_unit_id)
        .join(Dispute, Dispute.division_code == Division.code)
        .where(Dispute.id == dispute_id)
    ).first()
    if found is None:
        return None
    along = found[0].strip("/").split("/")
    rows = session.execute(
        select(ResponsibilityArea, Unit.name)
        .join(Unit, Unit.id == ResponsibilityArea.lead_unit_id)
        .where(
            ResponsibilityArea.county_code == along[0],
            ResponsibilityArea.ended_at.is_(None),
            Unit.closed_at.is_(None),
        )
    ).all()
    fitting = [
        (max(len(code) for code in set(row.division_codes) & set(along)), row, name)
        for row, name in rows
        if set(row.division_codes) & set(along) and row.lead_unit_id != found[1]
    ]
    if not fitting:
        return None
    _, row, name = max(fitting, key=lambda one: (one[0], one[1].name))
    return Responsible(row.lead_unit_id, name, row.name, row.team)


def places_to_choose(session: Session, county_code: str) -> list[TownshipPlaces]:
    """Return the townships of a county with their villages."""
    rows = session.execute(
        select(Division.code, Division.name, Division.level, Division.parent_code)
        .where(Division.level.in_(("township", "village")), Division.path.startswith(f"/{county_code}/"))
        .where(Division.valid_to.is_(None))
        .order_by(Division.code)
    ).all()
    villages = [row for row in rows if row.level == "village"]
    return [
        TownshipPlaces(
            row.code, row.name, tuple((one.code, one.name) for one in villages if one.parent_code == row.code)
        )
        for row in rows
        if row.level == "township"
    ]


def units_to_choose(session: Session, county_code: str) -> list[Unit]:
    """Return the open units of a county that may answer for an area: departments and governments, then committees."""
    order = {"department": 0, "county_office": 1, "township_government": 2, "village_committee": 3}
    found = session.scalars(
        select(Unit).where(
            Unit.closed_at.is_(None),
            Unit.kind.in_((*order, "mediation_committee")),
            Unit.division_code.startswith(county_code, autoescape=True),
        )
    )
    return sorted(found, key=lambda unit: (order.get(unit.kind, 4), unit.division_code, unit.name))


def units_by_place(
    session: Session, county_code: str, places: Sequence[TownshipPlaces]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the same units as a form offers them: the county's, the townships', each township's committees."""
    committees = {one.code: f"{one.name}的村(社区)" for one in places}
    groups: dict[str, list[tuple[str, str]]] = {}
    for unit in units_to_choose(session, county_code):
        title = "乡镇(街道)" if unit.kind == "township_government" else "县级部门"
        if unit.kind in ("village_committee", "mediation_committee"):
            title = committees.get(unit.division_code[:TOWNSHIP_CODE], title)
        groups.setdefault(title, []).append((str(unit.id), unit.name))
    return list(groups.items())
