"""What lies in an office's inbox: only its own rows, and only matters its people may know of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.models.incidents import Incident
from grid_app.models.places import Division
from grid_app.models.rounds import Finding
from grid_app.policy import Action, Actor, Role, allows, dispute_scope
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import GRADE_ORDER

WAITING_STATES: Final = ("open", "exhausted")
ANSWERED_STATES: Final = ("acknowledged", "acted")
PAGE_ROWS: Final = 50
MOST_COUNTED: Final = 1_000
"""More are not counted, so that an inbox of many years opens as quickly as a new one."""

_ABOUT, _TOLD_OF = aliased(Dispute), aliased(Incident)
"""Made once: making them takes longer than the questions they are in."""


@dataclass(frozen=True)
class Desk:
    """A unit whose inbox an actor may open; ``lender`` is the assignment that lent the right, if one did."""

    unit_id: UUID
    lender: UUID | None


@dataclass(frozen=True)
class InboxRow:
    """One escalation as a list shows it.

    ``told_at`` is when devices may hear of it, ``act_due_at`` when the office that took it up must have acted;
    ``due_at`` is when it goes to the next rung, ``None`` once nobody is left or somebody took it up; ``place`` is
    the village, or the division itself when it is larger; ``case_code`` the number of the dispute, finding or incident.
    """

    escalation_id: UUID
    code: str
    event_kind: str
    case_code: str
    place: str
    category: str
    grade: str
    state: str
    reason: str
    opened_at: datetime
    rung: int
    due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_unit: str | None
    dispute_id: UUID | None
    finding_id: UUID | None
    round_id: UUID | None
    incident_id: UUID | None
    policy_id: UUID
    act_due_at: datetime | None
    acted_at: datetime | None
    acknowledged_unit_id: UUID | None
    told_at: datetime | None


@dataclass(frozen=True)
class InboxPage:
    """One page of an inbox, how many wait (at most ``MOST_COUNTED``), and whether there is another page.

    What was taken up is not counted: it grows for ever, and nobody needs the number.
    """

    rows: tuple[InboxRow, ...]
    waiting: int
    has_more: bool


def desks_of(session: Session, actor: Actor) -> tuple[Desk, ...]:
    """Return the units in whose name an actor answers: the own one first, then those that lent the right."""
    lenders = [lender for action, lender in actor.lent_by if action is Action.ACKNOWLEDGE]
    lent = select(Assignment.unit_id, Assignment.id).where(Assignment.id.in_(lenders)).order_by(Assignment.id)
    rows = session.execute(lent).all() if lenders else ()
    return (Desk(actor.unit_id, None), *(Desk(row.unit_id, row.id) for row in rows))


def reachable(actor: Actor, desks: Sequence[Desk]) -> ColumnElement[bool]:
    """Return the condition that an escalation may be opened by ``actor``; put it into every ``where``.

    It lies in the inbox of one of the desks (a county lead reaches every inbox of the county), is no sealed or
    county-only matter unless the actor sees those, and is not about one of the desks' own units.
    """
    units = [desk.unit_id for desk in desks]
    scope = dispute_scope(actor)
    lies_at = InboxItem.unit_id.in_(units)
    if actor.role is Role.COUNTY_LEAD:  # in one list of units: with "or" between two a database has but one plan
        own = select(Unit.id).where(Unit.id.in_(units))
        lies_at = InboxItem.unit_id.in_(_units_under(actor.division_path).union(own))
    about_own = select(_ABOUT.id).where(_ABOUT.id == Escalation.dispute_id, _ABOUT.about_unit_id.in_(units))
    concerns_own = select(_TOLD_OF.id).where(_TOLD_OF.id == Escalation.incident_id, _TOLD_OF.about_unit_id.in_(units))
    conditions = [
        select(InboxItem.id).where(InboxItem.escalation_id == Escalation.id, lies_at).exists(),
        ~about_own.exists(),
        ~concerns_own.exists(),
    ]
    if not scope.sees_sealed:
        conditions.append(Escalation.category.not_like(f"{SEALED}%"))
    if not scope.sees_county_only:
        conditions.append(Escalation.category.not_like(f"{COUNTY_ONLY}%"))
    return and_(*conditions)


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many escalations wait for an answer in the actor's inboxes, at most ``MOST_COUNTED``."""
    return _count(session, reachable(actor, desks_of(session, actor)), WAITING_STATES)


def inbox_page(session: Session, actor: Actor, *, answered: bool, page: int = 1) -> InboxPage:
    """Return one page of the actor's inboxes.

    Parameters
    ----------
    answered
        False: what waits, worst grade first, then the longest waiting. True: what was taken up, newest first.
    page
        Counted from 1, ``PAGE_ROWS`` to a page.
    """
    mine = reachable(actor, desks_of(session, actor))
    states = ANSWERED_STATES if answered else WAITING_STATES
    order = [Escalation.acknowledged_at.desc()] if answered else [_severity().desc(), Escalation.opened_at]
    question = (
        _rows()
        .where(mine, Escalation.state.in_(states))
        .order_by(*order, Escalation.id)
        .limit(PAGE_ROWS + 1)
        .offset((page - 1) * PAGE_ROWS)
    )
    rows = tuple(_row(*found) for found in session.execute(question))
    return InboxPage(
        rows=rows[:PAGE_ROWS],
        waiting=_count(session, mine, WAITING_STATES),
        has_more=len(rows) > PAGE_ROWS,
    )


def inbox_row(session: Session, actor: Actor, escalation_id: UUID) -> InboxRow | None:
    """Return one escalation, or ``None`` when it does not exist or lies in no inbox the actor may open."""
    mine = reachable(actor, desks_of(session, actor))
    found = session.execute(_rows().where(mine, Escalation.id == escalation_id)).first()
    return None if found is None else _row(*found)


def openable(session: Session, actor: Actor, ids: Collection[UUID]) -> set[UUID]:
    """Return those of the escalations that the actor may open."""
    if not allows(actor, Action.READ_INBOX):
        return set()
    mine = reachable(actor, desks_of(session, actor))
    return set(session.scalars(select(Escalation.id).where(mine, Escalation.id.in_(ids))))


def _units_under(path: str) -> Select[Any]:
    return (
        select(Unit.id)
        .join(Division, Division.code == Unit.division_code)
        .where(Division.path.startswith(path, autoescape=True))
    )


def _count(session: Session, mine: ColumnElement[bool], states: Sequence[str]) -> int:
    some = select(Escalation.id).where(mine, Escalation.state.in_(states)).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _severity() -> ColumnElement[int]:
    ranks = [(Escalation.grade == grade, rank) for rank, grade in enumerate(GRADE_ORDER)]
    return case(*ranks, else_=-1)


@cache
def _rows() -> Select[Any]:
    place, village = aliased(Division), aliased(Division)
    return (
        select(
            Escalation,
            func.coalesce(Dispute.case_code, Finding.code, Incident.code, Escalation.code),
            case((place.level == "grid", village.name), else_=place.name),
            Unit.name,
        )
        .join(place, place.code == Escalation.division_code)
        .outerjoin(village, village.code == place.parent_code)
        .outerjoin(Dispute, Dispute.id == Escalation.dispute_id)
        .outerjoin(Finding, Finding.id == Escalation.finding_id)
        .outerjoin(Incident, Incident.id == Escalation.incident_id)
        .outerjoin(Unit, Unit.id == Escalation.acknowledged_unit_id)
    )


def _row(found: Escalation, case_code: str, place: str, acknowledged_unit: str | None) -> InboxRow:
    return InboxRow(
        escalation_id=found.id,
        code=found.code,
        event_kind=found.event_kind,
        case_code=case_code,
        place=place,
        category=found.category,
        grade=found.grade,
        state=found.state,
        reason=found.reason,
        opened_at=found.opened_at,
        rung=found.rung,
        due_at=(found.rung_due_at or found.next_step_at) if found.state == "open" else None,
        acknowledged_at=found.acknowledged_at,
        acknowledged_unit=acknowledged_unit,
        dispute_id=found.dispute_id,
        finding_id=found.finding_id,
        round_id=found.round_id,
        incident_id=found.incident_id,
        policy_id=found.policy_id,
        act_due_at=found.act_due_at,
        acted_at=found.acted_at,
        acknowledged_unit_id=found.acknowledged_unit_id,
        told_at=found.told_at,
    )
