"""Units in the support workspace: those in the own area, those an office is above, those it may make proposals to."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.places import Division
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.scoping import codes_under

SUPERVISORS: Final = frozenset({"county_office", "county_lead_office", "township_government"})
"""The kinds of units that stand above others; a department answers, and supervises nobody."""
ADVISED: Final = ("department", "county_office", "township_government")


def units_in_area(session: Session, actor: Actor) -> list[Unit]:
    """Return the open units of the actor's area by place, kind and name; the offices of leaders are left out."""
    found = session.scalars(
        select(Unit).where(
            Unit.closed_at.is_(None),
            Unit.kind != "county_lead_office",
            Unit.division_code.in_(codes_under(dispute_scope(actor))),
        )
    )
    return sorted(found, key=lambda unit: (unit.division_code, unit.kind, unit.name))


def units_below(session: Session, actor: Actor) -> list[Unit]:
    """Return the open units that the actor's unit is above: of its area, but not itself; none for a department."""
    own = session.get(Unit, actor.unit_id)
    if own is None or own.kind not in SUPERVISORS:
        return []
    higher = SUPERVISORS if own.kind == "township_government" else {"county_lead_office", "county_office"}
    return [unit for unit in units_in_area(session, actor) if unit.id != own.id and unit.kind not in higher]


def units_advised(session: Session, actor: Actor) -> list[Unit]:
    """Return the units that the actor's unit may make proposals to: those below it, and the offices of its county."""
    own = session.get(Unit, actor.unit_id)
    if own is None or own.kind not in SUPERVISORS:
        return []
    county = actor.division_path.strip("/").split("/")[0]
    along = or_(Unit.division_code == county, Unit.division_code.in_(codes_under(dispute_scope(actor))))
    found = session.scalars(select(Unit).where(Unit.closed_at.is_(None), Unit.kind.in_(ADVISED), along))
    both = {unit.id: unit for unit in (*found, *units_below(session, actor)) if unit.id != own.id}
    return sorted(both.values(), key=lambda unit: (unit.division_code, unit.kind, unit.name))


def unit_above(session: Session, unit: Unit) -> Unit | None:
    """Return the open office one level up: the township's of a committee, else the county's."""
    path = (session.scalar(select(Division.path).where(Division.code == unit.division_code)) or "").strip("/")
    along = path.split("/")
    wanted = [("township_government", along[1])] if len(along) > 2 else []
    for kind, code in (*wanted, ("county_office", along[0])):
        rows = select(Unit).where(Unit.kind == kind, Unit.division_code == code, Unit.closed_at.is_(None))
        found = session.scalars(rows.order_by(Unit.name, Unit.id)).first()
        if found is not None and found.id != unit.id:
            return found
    return None


def places_below(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return the living townships and villages of the actor's area: code and name, in the order of their codes."""
    rows = session.execute(
        select(Division.code, Division.name, Division.level)
        .where(
            Division.level.in_(("township", "village")),
            Division.valid_to.is_(None),
            Division.path.startswith(actor.division_path, autoescape=True),
        )
        .order_by(Division.code)
    )
    return [(code, name if level == "township" else f"　{name}") for code, name, level in rows]


def staff_names(session: Session, unit_ids: list[UUID]) -> set[str]:
    """Return the names of who ever worked in the units, so that a text about a unit can be kept free of them."""
    rows = session.scalars(
        select(Account.display_name)
        .join(Assignment, Assignment.account_id == Account.id)
        .where(Assignment.unit_id.in_(unit_ids))
    )
    return set(rows)
