"""What an office sees of hard matters: visits and promises that fall due, grave matters nobody owns. No persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.leading import LeaderAssignment, LeaderPromise, PolicyQuery
from grid_app.policy import Scope
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.disputes_places import place_names
from grid_app.queries.leading import VISIT_CLOCK
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import REFERRAL_ONLY
from grid_app.vocabulary.leading import leading_rules
from grid_app.vocabulary.words import OPEN_STATES

MOST_LINES = 100


@dataclass(frozen=True)
class MatterLine:
    """One matter: its number, place and grade, and the day that counts here."""

    dispute_id: UUID
    case_code: str
    place: str
    grade: str
    day: date | datetime


def due_visits(session: Session, *, scope: Scope, until: datetime) -> list[MatterLine]:
    """Return the matters whose lead official has to meet the resident until then, the earliest first."""
    question = (
        select(Dispute.id, Dispute.case_code, Dispute.division_code, Dispute.grade, Deadline.due_at)
        .join(Deadline, Deadline.dispute_id == Dispute.id)
        .where(Deadline.rule_code == VISIT_CLOCK, Deadline.done_at.is_(None), Deadline.due_at <= until, visible(scope))
        .order_by(Deadline.due_at, Dispute.id)
    )
    return _lines(session, question)


def due_promises(session: Session, *, scope: Scope, until: date) -> list[MatterLine]:
    """Return the matters with a promise to the resident that is due until then and not kept, the earliest first."""
    question = (
        select(Dispute.id, Dispute.case_code, Dispute.division_code, Dispute.grade, func.min(LeaderPromise.due_on))
        .join(LeaderPromise, LeaderPromise.dispute_id == Dispute.id)
        .where(LeaderPromise.kept_on.is_(None), LeaderPromise.due_on <= until, visible(scope))
        .group_by(Dispute.id, Dispute.case_code, Dispute.division_code, Dispute.grade)
        .order_by(func.min(LeaderPromise.due_on), Dispute.id)
    )
    return _lines(session, question)


def waiting_queries(session: Session, *, scope: Scope) -> list[MatterLine]:
    """Return the open matters that wait for an answer about policy, with the day the longest question was asked."""
    question = (
        select(Dispute.id, Dispute.case_code, Dispute.division_code, Dispute.grade, func.min(PolicyQuery.asked_on))
        .join(PolicyQuery, PolicyQuery.dispute_id == Dispute.id)
        .where(PolicyQuery.answered_on.is_(None), Dispute.state.in_(OPEN_STATES), visible(scope))
        .group_by(Dispute.id, Dispute.case_code, Dispute.division_code, Dispute.grade)
        .order_by(func.min(PolicyQuery.asked_on), Dispute.id)
    )
    return _lines(session, question)


def without_lead(session: Session, *, scope: Scope, now: datetime) -> list[MatterLine]:
    """Return the open matters that lack an official in office: of grave grades, then those whose official has left.

    The gravest come first, then the oldest; the two are asked for apart, because no index answers both at once.
    """
    grades = leading_rules().listed_grades
    order = case({grade: at for at, grade in enumerate(grades)}, value=Dispute.grade)
    asked = select(Dispute.id, Dispute.case_code, Dispute.division_code, Dispute.grade, Dispute.received_at)
    grave = asked.where(*_grave(scope, now)).order_by(order, Dispute.received_at, Dispute.id)
    left = asked.where(*_left(scope, now)).order_by(Dispute.received_at, Dispute.id)
    return [*_lines(session, grave), *_lines(session, left)][:MOST_LINES]


def count_without_lead(session: Session, *, scope: Scope, now: datetime) -> int:
    """Return how many matters ``without_lead`` would tell of if it told of all."""
    asked = select(func.count(Dispute.id))
    parts = (_grave(scope, now), _left(scope, now))
    return sum(session.scalar(asked.where(*conditions)) or 0 for conditions in parts)


def _grave(scope: Scope, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Dispute.grade.in_(leading_rules().listed_grades), *_unowned(scope, now))


def _left(scope: Scope, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of a matter of a lower grade that was given to an official who is not in office now."""
    given = select(LeaderAssignment.dispute_id).where(LeaderAssignment.ended_at.is_(None))
    return (Dispute.id.in_(given), Dispute.grade.not_in(leading_rules().listed_grades), *_unowned(scope, now))


def _unowned(scope: Scope, now: datetime) -> tuple[ColumnElement[bool], ...]:
    owned = exists().where(
        LeaderAssignment.dispute_id == Dispute.id,
        LeaderAssignment.ended_at.is_(None),
        Assignment.id == LeaderAssignment.lead_id,
        assignment_is_valid(now),
        Account.id == Assignment.account_id,
        Account.disabled_at.is_(None),
    )
    passed_on = [Dispute.category.not_like(f"{group}%") for group in sorted(REFERRAL_ONLY)]
    return (Dispute.state.in_(OPEN_STATES), ~owned, *passed_on, visible(scope))


def _lines(session: Session, question: Select[UUID, str, str, str, Any]) -> list[MatterLine]:
    rows = session.execute(question.limit(MOST_LINES)).all()
    places = place_names(session, {row[2] for row in rows})
    return [MatterLine(key, code, places[place], grade, day) for key, code, place, grade, day in rows]
