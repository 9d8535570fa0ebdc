"""The reachability board: offices and channels, what works by proof, what is dead and who must act."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, Role, allows
from grid_app.queries.accounts import under
from grid_app.queries.reachability_states import (
    DEAD,
    UNPROVEN,
    WORKS,
    ChannelState,
    device_states,
    endpoint_states,
    phone_states,
)
from grid_app.vocabulary.channels import OFFICE_KINDS, PHONE

NONE: Final = "none"
WORST_FIRST: Final = (DEAD, NONE, UNPROVEN, WORKS)


@dataclass(frozen=True)
class Office:
    """An office whose channels are looked after; ``path`` is that of its division."""

    unit_id: UUID
    name: str
    kind: str
    division_code: str
    path: str


@dataclass(frozen=True)
class OfficeState:
    """An office on the board; ``state`` is works, unproven, dead or none, by its outward channels alone."""

    office: Office
    state: str
    channels: tuple[ChannelState, ...]

    def of_kind(self, kind: str) -> tuple[ChannelState, ...]:
        """Return the office's channels of a kind."""
        return tuple(one for one in self.channels if one.kind == kind)


def sees_own_alone(session: Session, actor: Actor) -> bool:
    """Say whether the actor's look at channels ends with the own unit: leads of towns, officers of departments."""
    if actor.role == Role.TOWNSHIP_LEAD:
        return True
    return actor.role == Role.COUNTY_OFFICER and session.get_one(Unit, actor.unit_id).kind != "county_office"


def offices_seen(session: Session, actor: Actor) -> list[Office]:
    """Return the offices whose channels the actor may see, by the code of their division."""
    if not allows(actor, Action.READ_REACHABILITY):
        return []
    if sees_own_alone(session, actor):
        return offices_where(session, Unit.id == actor.unit_id)
    return offices_where(session, under(actor.division_path))


def offices_with_channels(session: Session) -> list[Office]:
    """Return every open office whose channels are looked after; for jobs, which belong to no area."""
    return offices_where(session)


def board_of(session: Session, offices: Sequence[Office], *, now: datetime) -> list[OfficeState]:
    """Return the states of offices: what needs somebody first, then by the code of their division."""
    units = [one.unit_id for one in offices]
    found: dict[UUID, list[ChannelState]] = {unit: [] for unit in units}
    for states_of in (device_states, endpoint_states, phone_states):
        for channel in states_of(session, units, now=now):
            found[channel.unit_id].append(channel)
    states = [OfficeState(one, office_state(found[one.unit_id]), tuple(found[one.unit_id])) for one in offices]
    return sorted(states, key=lambda one: WORST_FIRST.index(one.state))


def office_state(channels: Collection[ChannelState]) -> str:
    """Return an office's state: one outward channel with a fresh proof is enough; the telephone is the last resort."""
    outward = [one for one in channels if one.kind != PHONE]
    present = [one for one in outward if one.code != "lost"]
    if any(one.state == WORKS for one in outward):
        return WORKS
    if not present:
        return NONE
    return DEAD if all(one.state == DEAD for one in present) else UNPROVEN


def who_mends(session: Session, path: str) -> Office | None:
    """Return the county office that answers for the channels of what lies on ``path``."""
    along = [code for code in path.split("/") if code]
    found = offices_where(session, Unit.kind == "county_office", Unit.division_code.in_(along))
    return found[-1] if found else None


def offices_where(session: Session, *conditions: ColumnElement[bool]) -> list[Office]:
    """Return the open offices whose channels are looked after and that meet ``conditions``, by code of division."""
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.kind, Unit.division_code, Division.path)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.kind.in_(OFFICE_KINDS), Unit.closed_at.is_(None), *conditions)
        .order_by(Unit.division_code, Unit.name, Unit.id)
    )
    return [Office(*row) for row in rows]
