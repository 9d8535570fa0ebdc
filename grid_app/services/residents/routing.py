"""To whom a resident's complaint goes: one level above the unit it is about; and who is told that something waits."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.services.notices import Line, tell_unit

VILLAGE, TOWNSHIP, COUNTY, LEADERS = "village_committee", "township_government", "county_office", "county_lead_office"
ABOVE: Final = {
    VILLAGE: (TOWNSHIP, COUNTY, LEADERS),
    "mediation_committee": (TOWNSHIP, COUNTY, LEADERS),
    TOWNSHIP: (COUNTY, LEADERS),
    "department": (COUNTY, LEADERS),
    COUNTY: (LEADERS,),
}
"""By the kind of the unit complained of: the kinds that may get the complaint, the nearest first."""

ABOUT: Final = {"owner": "正在办这件事的单位", "village": "村(社区)", "township": "乡镇(街道)"}
_KINDS: Final = {"village": VILLAGE, "township": TOWNSHIP}
OFFICES: Final = frozenset({Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD, Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
LINES: Final = {
    "resident_request": ("有当事人提出了要求(看、改、删自己的信息,或者撤回),请在 15 天内答复。", "/residents/requests"),
    "resident_complaint": (
        "有一件对办事态度的投诉交给本单位。请在 15 天内答复;被投诉的单位看不到。",
        "/residents/complaints",
    ),
}


def chosen_unit(session: Session, dispute: Dispute, about: str) -> Unit | None:
    """Return the unit that a resident complains of; the one that handles the matter when none was chosen."""
    if about in _KINDS:
        found = _along(session, dispute)
        return next((unit for unit in found if unit.kind == _KINDS[about]), None) or _owner(session, dispute)
    return _owner(session, dispute)


def above(session: Session, unit: Unit | None, dispute: Dispute, *, at_least_county: bool = False) -> Unit | None:
    """Return the office one level above ``unit`` at the dispute's place; never the unit itself."""
    kinds = ABOVE.get(unit.kind, (LEADERS,)) if unit else (COUNTY, LEADERS)
    if at_least_county:
        kinds = tuple(kind for kind in kinds if kind != TOWNSHIP)
    found = _along(session, dispute)
    for kind in kinds:
        for one in found:
            if one.kind == kind and (unit is None or one.id != unit.id):
                return one
    return None


def tell_office(session: Session, unit_id: UUID | None, about: UUID, *, kind: str, now: datetime) -> None:
    """Put a line on the start page of those who work in an office; the line names nobody and no matter."""
    text, url = LINES[kind]
    tell_unit(session, Line(kind, text, f"{url}#{about}"), unit_id, roles=OFFICES, now=now)


def _owner(session: Session, dispute: Dispute) -> Unit | None:
    return session.get(Unit, dispute.owner_unit_id) if dispute.owner_unit_id else None


def _along(session: Session, dispute: Dispute) -> list[Unit]:
    path = session.scalar(select(Division.path).where(Division.code == dispute.division_code)) or ""
    codes = path.strip("/").split("/")[:3]
    return list(
        session.scalars(
            select(Unit)
            .where(Unit.division_code.in_(codes), Unit.closed_at.is_(None))
            .order_by(Unit.division_code.desc(), Unit.id)
        )
    )
