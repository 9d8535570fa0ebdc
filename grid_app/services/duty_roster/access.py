"""Whose roster somebody may look at: the own office with names, the county's duty desk all of it, others how far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.policy import ADMIN_ROLES, Action, Actor, Role, allows, covers

KINDS: Final = frozenset({"county_office", "county_lead_office", "department", "township_government"})
"""Kinds of offices that keep a roster: those whose people may take up an escalation."""
DESK: Final = frozenset({"county_office", "county_lead_office"})
COUNTY_ROLES: Final = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
NO_ROSTER: Final = "没有这个单位的值班表,或者它不归您看。请从“值班表”页面重新进入。"
NOT_YOURS: Final = "值班表由本单位自己排。要改,请联系这个单位。"


@dataclass(frozen=True)
class Office:
    """An office as somebody looks at its roster: with names or without, and whether it is theirs to change."""

    unit_id: UUID
    name: str
    kind: str
    division_code: str
    shows_names: bool
    may_edit: bool


def sees_all(session: Session, actor: Actor) -> bool:
    """Return whether an actor sees how far every roster of the area goes."""
    return actor.role in (Role.COUNTY_LEAD, Role.SECURITY_ADMIN) or _is_at_the_desk(session, actor)


def office_for(session: Session, actor: Actor, unit_id: UUID) -> Office:
    """Return an office whose roster an actor may look at.

    Raises
    ------
    NotFoundError
        There is none, or it is not the actor's to look at.
    """
    row = session.execute(
        select(Unit, Division.path)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.id == unit_id, Unit.closed_at.is_(None))
    ).first()
    is_own = unit_id == actor.unit_id and actor.role not in ADMIN_ROLES
    if row is None:
        raise NotFoundError(NO_ROSTER)
    unit: Unit = row[0]
    if not is_own and not (unit.kind in KINDS and covers(actor, row[1]) and sees_all(session, actor)):
        raise NotFoundError(NO_ROSTER)
    return Office(
        unit_id=unit.id,
        name=unit.name,
        kind=unit.kind,
        division_code=unit.division_code,
        shows_names=is_own or _is_at_the_desk(session, actor),
        may_edit=is_own and allows(actor, Action.EDIT_ROSTER),
    )


def office_to_edit(session: Session, actor: Actor, unit_id: UUID) -> Office:
    """Return the own office, whose roster an actor changes.

    Raises
    ------
    NotFoundError, ForbiddenError
        No such office for the actor; another office's roster.
    """
    office = office_for(session, actor, unit_id)
    if not office.may_edit:
        raise ForbiddenError(NOT_YOURS)
    return office


def _is_at_the_desk(session: Session, actor: Actor) -> bool:
    """Say whether somebody works where the county is reached: its office and its leaders' duty desk."""
    if actor.role not in COUNTY_ROLES:
        return False
    return session.scalar(select(Unit.kind).where(Unit.id == actor.unit_id)) in DESK
