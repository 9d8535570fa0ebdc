"""Questions about follow-up visits: whose they are, which are due, who may make one. Nothing here counts workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from grid_app.models.places import Division
from grid_app.policy import Actor, Role, Scope
from grid_app.queries.accounts import AssignmentRow, assignment_is_valid, assignments_in_force, under
from grid_app.queries.disputes_places import place_names
from grid_app.queries.duties import against_township, is_against_township
from grid_app.queries.field import excerpt
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED

AHEAD: Final = timedelta(days=7)
MOST_VISITS: Final = 100
CARRIER_ROLES: Final = (Role.GRID_WORKER, Role.VILLAGE_LEAD, Role.MEDIATOR, Role.TOWNSHIP_OFFICER)
TOWNSHIP_PARTS: Final = 2


@dataclass(frozen=True)
class DueVisit:
    """A visit to be made: the day after closing it stands for, when, where, and what the matter was."""

    id: UUID
    dispute_id: UUID
    case_code: str
    day: int
    due_on: date
    place: str
    place_text: str
    category: str
    summary: str
    state: str

    @property
    def excerpt(self) -> str:
        """The beginning of the matter on one line."""
        return excerpt(self.summary)


@dataclass(frozen=True)
class Planned:
    """A follow-up as the page of its dispute shows it; ``carrier`` is empty when the unit makes it."""

    id: UUID
    closed_at: datetime
    day: int
    due_on: date
    state: str
    carrier_id: UUID | None
    carrier: str


def carrier_for(session: Session, dispute: Dispute, *, now: datetime) -> UUID | None:
    """Return the assignment that visits after ``dispute`` is closed; ``None``: the unit that handled it does.

    The reporter, if a grid worker in force whose area holds the place, or lies in the village that is the place; else
    the grid worker with the smallest area that holds it. Nobody of a unit complained of, nobody for sealed or
    county-only matters, and nobody where a township has the duty to solve it: the county calls back.
    """
    if dispute.category.startswith((SEALED, COUNTY_ONLY)) or is_against_township(session, dispute.id):
        return None
    path = session.get_one(Division, dispute.division_code).path
    above = path.strip("/").split("/")
    own_village = and_(Assignment.id == dispute.reported_by, Division.parent_code == dispute.division_code)
    conditions = [Assignment.role == Role.GRID_WORKER, or_(Assignment.division_code.in_(above), own_village)]
    if dispute.about_unit_id is not None:
        conditions.append(Assignment.unit_id != dispute.about_unit_id)
    workers = assignments_in_force(session, *conditions, now=now)
    if any(one.assignment_id == dispute.reported_by for one in workers):
        return dispute.reported_by
    nearest = sorted(workers, key=lambda one: (-len(one.division_code), str(one.assignment_id)))
    return nearest[0].assignment_id if nearest else None


def own_visits(session: Session, actors: Sequence[Actor], *, until: date) -> list[DueVisit]:
    """Return what is due for these assignments until a day, the earliest first; never sealed or county-only."""
    question = _due(until).where(carried_by([actor.assignment_id for actor in actors]))
    return _visits(session, question)


def unit_visits(session: Session, actor: Actor, scope: Scope, *, until: date, now: datetime) -> list[DueVisit]:
    """Return what is due in the scope and has nobody in force to make it: the unit that handled it makes it."""
    theirs = and_(Dispute.owner_unit_id == actor.unit_id, ~against_township())
    if actor.role in (Role.COUNTY_OFFICER, Role.COUNTY_LEAD):
        theirs = or_(Dispute.owner_unit_id == actor.unit_id, against_township())
    question = _due(until).where(visible(scope), theirs, ~carrier_in_force(now))
    return _visits(session, question)


def carried_by(assignments: Sequence[UUID] | Select[UUID]) -> ColumnElement[bool]:
    """Return the condition that one of these assignments makes the visit and may see the matter."""
    recused = exists().where(Assignment.id == FollowUp.carrier_id, Assignment.unit_id == Dispute.about_unit_id)
    return and_(
        FollowUp.carrier_id.in_(assignments),
        ~recused,
        Dispute.category.not_like(f"{SEALED}%"),
        Dispute.category.not_like(f"{COUNTY_ONLY}%"),
    )


def carrier_in_force(now: datetime) -> ColumnElement[bool]:
    """Return the condition that the named carrier still holds that post and may see the matter."""
    return exists().where(
        Assignment.id == FollowUp.carrier_id,
        or_(Dispute.about_unit_id.is_(None), Assignment.unit_id != Dispute.about_unit_id),
        assignment_is_valid(now),
        Account.id == Assignment.account_id,
        Account.disabled_at.is_(None),
    )


def one_visit(session: Session, follow_up_id: UUID) -> DueVisit | None:
    """Return one follow-up whatever its state; who may see it is for the caller to ask."""
    found = _visits(session, _visit().where(FollowUp.id == follow_up_id))
    return found[0] if found else None


def same_closing(session: Session, follow_up_id: UUID) -> list[DueVisit]:
    """Return the visits after the same closing, by day; who may see them is for the caller to ask."""
    this = select(FollowUp.dispute_id, FollowUp.closed_at).where(FollowUp.id == follow_up_id).subquery()
    siblings = _visit().where(FollowUp.dispute_id == this.c.dispute_id, FollowUp.closed_at == this.c.closed_at)
    return _visits(session, siblings.order_by(FollowUp.day))


def own_due_dates(session: Session, actor: Actor, *, until: date) -> list[date]:
    """Return the due days of what the account visits in its acting role until a day, the earliest first."""
    own = select(Assignment.id).where(Assignment.account_id == actor.account_id, Assignment.role == str(actor.role))
    question = (
        select(FollowUp.due_on)
        .join(Dispute, Dispute.id == FollowUp.dispute_id)
        .where(FollowUp.state == "due", FollowUp.due_on <= until, carried_by(own))
        .order_by(FollowUp.due_on)
    )
    return list(session.scalars(question))


def follow_ups_of(session: Session, *, scope: Scope, dispute_id: UUID) -> list[Planned]:
    """Return the follow-ups of a dispute in the scope, the latest closing's last, by day."""
    rows = session.execute(
        select(FollowUp, Account.display_name)
        .join(Dispute, Dispute.id == FollowUp.dispute_id)
        .outerjoin(Assignment, Assignment.id == FollowUp.carrier_id)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .where(FollowUp.dispute_id == dispute_id, visible(scope))
        .order_by(FollowUp.closed_at, FollowUp.day)
    )
    return [
        Planned(one.id, one.closed_at, one.day, one.due_on, one.state, one.carrier_id, name or "") for one, name in rows
    ]


def carrier_choices(session: Session, *, scope: Scope, dispute_id: UUID, now: datetime) -> list[AssignmentRow]:
    """Return who may be named to visit for a dispute in the scope."""
    dispute = session.scalar(select(Dispute).where(Dispute.id == dispute_id, visible(scope)))
    return carriers_for(session, dispute, now=now) if dispute else []


def carriers_for(session: Session, dispute: Dispute, *, now: datetime) -> list[AssignmentRow]:
    """Return who may be named to visit: field roles and officers of the place's township, its own village first.

    Nobody of a unit complained of, nobody for sealed or county-only matters, and nobody where a township has the duty:
    the county calls back itself.
    """
    if dispute.category.startswith((SEALED, COUNTY_ONLY)) or is_against_township(session, dispute.id):
        return []
    path = session.get_one(Division, dispute.division_code).path
    township = "/" + "/".join(path.strip("/").split("/")[:TOWNSHIP_PARTS]) + "/"
    conditions = [Assignment.role.in_(CARRIER_ROLES), under(township)]
    if dispute.about_unit_id is not None:
        conditions.append(Assignment.unit_id != dispute.about_unit_id)
    found = assignments_in_force(session, *conditions, now=now)
    village = dispute.division_code[:12]
    return sorted(found, key=lambda one: (not one.division_code.startswith(village), one.division_code))


def _visit() -> Select[FollowUp, Dispute]:
    return select(FollowUp, Dispute).join(Dispute, Dispute.id == FollowUp.dispute_id)


def _due(until: date) -> Select[FollowUp, Dispute]:
    due = _visit().where(FollowUp.state == "due", FollowUp.due_on <= until)
    return due.order_by(FollowUp.due_on, FollowUp.day, FollowUp.id).limit(MOST_VISITS)


def _visits(session: Session, question: Select[FollowUp, Dispute]) -> list[DueVisit]:
    rows = session.execute(question).all()
    places = place_names(session, {dispute.division_code for _, dispute in rows})
    return [
        DueVisit(
            id=one.id,
            dispute_id=dispute.id,
            case_code=dispute.case_code,
            day=one.day,
            due_on=one.due_on,
            place=places[dispute.division_code],
            place_text=dispute.place_text,
            category=dispute.category,
            summary=dispute.summary,
            state=one.state,
        )
        for one, dispute in rows
    ]
