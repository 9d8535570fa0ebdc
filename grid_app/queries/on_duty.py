"""Who is on duty in an office at a moment: shifts, leave with substitutes, and who may take something up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Delegation, Unit
from grid_app.models.duty_roster import DutyRoster, RosterLeave, RosterPlace, RosterShift
from grid_app.policy import ADMIN_ROLES, PERMITTED, Action, Role
from grid_app.queries.chunks import chunks
from notifications.roster import Leave, OnDuty, Roster, Shift, Span, on_duty_at, shared

INSTANT: Final = timedelta(microseconds=1)
TAKERS: Final = PERMITTED[Action.ACKNOWLEDGE]


def on_duty(session: Session, unit_id: UUID, at: datetime) -> tuple[OnDuty, ...]:
    """Return who is on duty in an office at ``at``: whoever is asked first before the others, substitutes put in.

    Empty is a gap, or an office that keeps no roster: ``has_roster`` tells the two apart.
    """
    roster = rosters_of(session, [unit_id], Span(at, at + INSTANT)).get(unit_id)
    return on_duty_at(roster, at) if roster else ()


def has_roster(session: Session, unit_id: UUID) -> bool:
    """Return whether an office keeps a roster, be there a shift at present or not."""
    return session.scalar(select(DutyRoster.unit_id).where(DutyRoster.unit_id == unit_id, _is_kept())) is not None


def keeping(session: Session, unit_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of the offices that keep a roster."""
    found: set[UUID] = set()
    for some in chunks(sorted(set(unit_ids))):
        found |= set(session.scalars(select(DutyRoster.unit_id).where(DutyRoster.unit_id.in_(some), _is_kept())))
    return found


def rosters_of(session: Session, unit_ids: Iterable[UUID], span: Span) -> dict[UUID, Roster]:
    """Return the rosters of those of the offices that keep one, as far as they touch ``span``, which has an end."""
    found: dict[UUID, Roster] = {}
    for some in chunks(sorted(keeping(session, unit_ids))):
        shifts = _shifts(session, some, span)
        leaves = _leaves(session, some, span)
        able = able_in(session, some)
        for unit_id in some:
            found[unit_id] = Roster(tuple(shifts[unit_id]), tuple(leaves[unit_id]), able[unit_id])
    return found


def able_in(session: Session, unit_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, tuple[Span, ...]]]:
    """Return, for each office, when which of its assignments may take something up, by its role or because lent."""
    units = list(unit_ids)
    own: dict[UUID, dict[UUID, tuple[Span, ...]]] = {unit_id: {} for unit_id in units}
    lent = _lent(session, units)
    rows = session.execute(
        select(Assignment, Account.disabled_at)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.unit_id.in_(units), Assignment.role.not_in(sorted(ADMIN_ROLES)))
        .order_by(Assignment.id)
    )
    for assignment, disabled_at in rows:
        held = Span(assignment.valid_from, _earlier(assignment.valid_to, disabled_at))
        if held.ends is not None and held.ends <= held.begins:
            continue
        spans = [held] if Role(assignment.role) in TAKERS else [shared(held, one) for one in lent[assignment.id]]
        own[assignment.unit_id][assignment.id] = tuple(one for one in spans if one is not None)
    return own


def leaves_of(session: Session, unit_id: UUID, *, after: datetime) -> list[Leave]:
    """Return the leave of an office that ends after a moment."""
    rows = session.scalars(select(RosterLeave).where(RosterLeave.unit_id == unit_id, RosterLeave.ends_at > after))
    return [_leave(row) for row in rows]


def _shifts(session: Session, units: Sequence[UUID], span: Span) -> dict[UUID, list[Shift]]:
    touching = (
        RosterShift.unit_id.in_(units),
        RosterShift.starts_at < span.ends,
        RosterShift.ends_at > span.begins,
        RosterShift.called_off.is_(False),
    )
    people: dict[UUID, list[UUID]] = defaultdict(list)
    for shift_id, who in session.execute(
        select(RosterPlace.shift_id, RosterPlace.assignment_id)
        .join(RosterShift, RosterShift.id == RosterPlace.shift_id)
        .where(*touching)
        .order_by(RosterPlace.position)
    ):
        people[shift_id].append(who)
    found: dict[UUID, list[Shift]] = defaultdict(list)
    for row in session.scalars(select(RosterShift).where(*touching).order_by(RosterShift.starts_at, RosterShift.id)):
        found[row.unit_id].append(Shift(Span(row.starts_at, row.ends_at), tuple(people[row.id])))
    return found


def _leaves(session: Session, units: Sequence[UUID], span: Span) -> dict[UUID, list[Leave]]:
    found: dict[UUID, list[Leave]] = defaultdict(list)
    for row in session.scalars(
        select(RosterLeave).where(
            RosterLeave.unit_id.in_(units), RosterLeave.starts_at < span.ends, RosterLeave.ends_at > span.begins
        )
    ):
        found[row.unit_id].append(_leave(row))
    return found


def _lent(session: Session, units: Sequence[UUID]) -> dict[UUID, list[Span]]:
    """Return by assignment when the right to take up is lent to it by somebody whose role has it."""
    lender = aliased(Assignment)
    rows = session.execute(
        select(Delegation, lender.valid_from, lender.valid_to, lender.role)
        .join(Assignment, Assignment.id == Delegation.to_assignment_id)
        .join(lender, lender.id == Delegation.from_assignment_id)
        .where(Assignment.unit_id.in_(units))
    )
    found: dict[UUID, list[Span]] = defaultdict(list)
    for delegation, begins, ends, role in rows:
        stops = _earlier(delegation.ends_at, delegation.revoked_at)
        span = shared(Span(delegation.starts_at, stops), Span(begins, ends))
        if Action.ACKNOWLEDGE in delegation.actions and Role(role) in TAKERS and span is not None:
            found[delegation.to_assignment_id].append(span)
    return found


def _is_kept() -> ColumnElement[bool]:
    return (
        DutyRoster.ended_at.is_(None)
        & select(Unit.id).where(Unit.id == DutyRoster.unit_id, Unit.closed_at.is_(None)).exists()
    )


def _leave(row: RosterLeave) -> Leave:
    return Leave(row.assignment_id, Span(row.starts_at, row.ends_at), row.substitute_id)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    there = [moment for moment in (one, other) if moment is not None]
    return min(there) if there else None
