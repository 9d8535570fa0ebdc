"""What the pages of a roster show: shifts of some days, leave to come, who may be put on it, offices of an area."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.duty_roster import DutyRoster, RosterLeave, RosterPattern, RosterPlace, RosterShift
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.queries.accounts import under
from grid_app.queries.on_duty import able_in
from notifications.roster import Span


@dataclass(frozen=True)
class Person:
    """Somebody who may be put on a roster, by name as the own office writes it."""

    assignment_id: UUID
    account_id: UUID
    name: str
    role: Role


@dataclass(frozen=True)
class ShiftRow:
    """A shift as a page shows it; ``names`` are those of its people in their order."""

    shift_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[UUID, ...]
    names: tuple[str, ...]
    pattern_id: UUID | None
    by_hand: bool
    called_off: bool
    changed_at: datetime


@dataclass(frozen=True)
class LeaveRow:
    """A leave that is not over: who, until when, and who stands in (empty: nobody)."""

    leave_id: UUID
    assignment_id: UUID
    name: str
    substitute: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class OfficeRow:
    """An office of an area that can be asked to take something up."""

    unit_id: UUID
    name: str
    kind: str


def people_of(session: Session, unit_id: UUID, *, now: datetime) -> list[Person]:
    """Return who of an office may take something up now or later, by name."""
    able = able_in(session, [unit_id])[unit_id]
    there = {who for who, spans in able.items() if any(span.ends is None or span.ends > now for span in spans)}
    rows = session.execute(
        select(Assignment.id, Account.id, Account.display_name, Assignment.role)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.unit_id == unit_id)
        .order_by(Account.display_name, Assignment.id)
    )
    return [Person(who, account, name, Role(role)) for who, account, name, role in rows if who in there]


def shifts_between(session: Session, unit_id: UUID, span: Span) -> list[ShiftRow]:
    """Return the shifts of an office that touch a span of time, those called off among them, in order."""
    touching = (
        RosterShift.unit_id == unit_id,
        RosterShift.starts_at < span.ends,
        RosterShift.ends_at > span.begins,
    )
    people: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    for shift_id, who, name in session.execute(
        select(RosterPlace.shift_id, RosterPlace.assignment_id, Account.display_name)
        .join(RosterShift, RosterShift.id == RosterPlace.shift_id)
        .join(Assignment, Assignment.id == RosterPlace.assignment_id)
        .join(Account, Account.id == Assignment.account_id)
        .where(*touching)
        .order_by(RosterPlace.position)
    ):
        people[shift_id].append((who, name))
    rows = session.scalars(select(RosterShift).where(*touching).order_by(RosterShift.starts_at, RosterShift.id))
    return [_shift(row, people[row.id]) for row in rows]


def shift_of(session: Session, unit_id: UUID, shift_id: UUID) -> ShiftRow | None:
    """Return one shift of an office, or ``None``."""
    row = session.scalar(select(RosterShift).where(RosterShift.id == shift_id, RosterShift.unit_id == unit_id))
    if row is None:
        return None
    around = Span(row.starts_at, row.ends_at)
    return next(one for one in shifts_between(session, unit_id, around) if one.shift_id == shift_id)


def names_of(session: Session, unit_id: UUID) -> dict[UUID, str]:
    """Return the names of everybody who acts or acted for an office, by assignment."""
    rows = session.execute(
        select(Assignment.id, Account.display_name)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.unit_id == unit_id)
    )
    return {row[0]: row[1] for row in rows}


def leaves_ahead(session: Session, unit_id: UUID, *, now: datetime) -> list[LeaveRow]:
    """Return the leave of an office that is not over, soonest first."""
    stand_in, other = aliased(Account), aliased(Assignment)
    rows = session.execute(
        select(RosterLeave, Account.display_name, stand_in.display_name)
        .join(Assignment, Assignment.id == RosterLeave.assignment_id)
        .join(Account, Account.id == Assignment.account_id)
        .outerjoin(other, other.id == RosterLeave.substitute_id)
        .outerjoin(stand_in, stand_in.id == other.account_id)
        .where(RosterLeave.unit_id == unit_id, RosterLeave.ends_at > now)
        .order_by(RosterLeave.starts_at, RosterLeave.id)
    )
    return [
        LeaveRow(row.id, row.assignment_id, name, substitute or "", row.starts_at, row.ends_at)
        for row, name, substitute in rows
    ]


def patterns_of(session: Session, unit_id: UUID) -> list[RosterPattern]:
    """Return the patterns of an office that make shifts, oldest first."""
    return list(
        session.scalars(
            select(RosterPattern)
            .where(RosterPattern.unit_id == unit_id, RosterPattern.ended_at.is_(None))
            .order_by(RosterPattern.id)
        )
    )


def offices_under(session: Session, path: str, *, kinds: frozenset[str]) -> list[OfficeRow]:
    """Return the offices of an area that are open and of one of the kinds, in the order of their places."""
    rows = session.execute(
        select(Unit.id, Unit.name, Unit.kind)
        .join(Division, Division.code == Unit.division_code)
        .where(under(path), Unit.kind.in_(sorted(kinds)), Unit.closed_at.is_(None))
        .order_by(Unit.division_code, Unit.kind, Unit.name, Unit.id)
    )
    return [OfficeRow(*row) for row in rows]


def roster_row(session: Session, unit_id: UUID) -> DutyRoster | None:
    """Return what an office promises, ``None`` when it keeps no roster."""
    return session.scalar(select(DutyRoster).where(DutyRoster.unit_id == unit_id, DutyRoster.ended_at.is_(None)))


def _shift(row: RosterShift, people: list[tuple[UUID, str]]) -> ShiftRow:
    return ShiftRow(
        shift_id=row.id,
        kind=row.kind,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        people=tuple(who for who, _ in people),
        names=tuple(name for _, name in people),
        pattern_id=row.pattern_id,
        by_hand=row.by_hand,
        called_off=row.called_off,
        changed_at=row.changed_at,
    )
