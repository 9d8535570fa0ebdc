"""What the filters of the list offer: places of the scope, and units that handle disputes there."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.policy import Actor
from grid_app.queries.disputes_units import DEPARTMENTS, GOVERNMENTS


class Choice(NamedTuple):
    """One entry of a select: its value and its words."""

    value: str
    words: str


def townships_in(session: Session, actor: Actor) -> list[Choice]:
    """Return the townships below the actor's own place, by code; none below a township."""
    return _below(session, actor.division_code, "township")


def villages_in(session: Session, place: str) -> list[Choice]:
    """Return the villages of a township, by code."""
    return _below(session, place, "village")


def township_of(session: Session, place: str) -> str:
    """Return the township that a place is or lies in; empty for a county or an unknown place."""
    path = session.scalar(select(Division.path).where(Division.code == place)) or ""
    along = path.strip("/").split("/")
    return along[1] if len(along) > 1 else ""


def place_word(session: Session, place: str) -> str:
    """Return the name of one place; an unknown one is shown by its code."""
    return session.scalar(select(Division.name).where(Division.code == place)) or place


def units_in(session: Session, actor: Actor, *, township: str) -> list[Choice]:
    """Return the units a list may be narrowed to: the offices, and those of the chosen township's villages."""
    along = actor.division_path.strip("/").split("/")
    inside = Division.path.startswith(actor.division_path, autoescape=True)
    wanted = [Unit.kind.in_(GOVERNMENTS) & inside, Unit.kind.in_(DEPARTMENTS) & Unit.division_code.in_(along)]
    if township or len(along) > 1:
        near = Division.path.contains(f"/{township}/", autoescape=True) if township else inside
        wanted.append(inside & near)
    rows = session.execute(
        select(Unit.id, Unit.name)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.closed_at.is_(None), or_(*wanted))
        .order_by(Unit.division_code, Unit.kind, Unit.name)
    )
    return [Choice(str(key), name) for key, name in rows]


def unit_word(session: Session, unit: UUID) -> str:
    """Return the name of one unit; an unknown one says so."""
    return session.scalar(select(Unit.name).where(Unit.id == unit)) or "没有这个单位"


def _below(session: Session, place: str, level: str) -> list[Choice]:
    rows = session.execute(
        select(Division.code, Division.name)
        .where(Division.parent_code == place, Division.level == level, Division.valid_to.is_(None))
        .order_by(Division.code)
    )
    return [Choice(code, name) for code, name in rows]
