"""Whistles from both sides: what waits for a unit, what it called for itself, what the county has to decide.

Lines are matters with a time; nothing is counted or compared by unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.joint import JointUnit, Whistle, WhistleCall
from grid_app.policy import Actor, Scope
from grid_app.queries.disputes_places import place_names
from grid_app.queries.scoping import visible
from grid_app.vocabulary.joint import WAITING_STATES

MOST_LINES: Final = 100


@dataclass(frozen=True)
class CallLine:
    """One call: of which matter, by whom, for which department, where it stands, and what is due next."""

    dispute_id: UUID
    case_code: str
    place: str
    by_unit: str
    unit: str
    urgent: bool
    state: str
    due_at: datetime | None
    silent: bool


@dataclass(frozen=True)
class JointLine:
    """A matter that the unit handles with another one that leads."""

    dispute_id: UUID
    case_code: str
    place: str
    lead: str
    task: str


def calls_waiting_for(session: Session, actor: Actor, scope: Scope) -> list[CallLine]:
    """Return the calls that the actor's unit has to do something about, the earliest due first."""
    waits = (WhistleCall.unit_id == actor.unit_id, WhistleCall.state.in_(WAITING_STATES))
    return _lines(session, scope, *waits)


def count_calls_waiting(session: Session, actor: Actor, scope: Scope) -> int:
    """Return how many lines ``calls_waiting_for`` would give."""
    question = (
        select(func.count(WhistleCall.id))
        .join(Dispute, Dispute.id == WhistleCall.dispute_id)
        .where(WhistleCall.unit_id == actor.unit_id, WhistleCall.state.in_(WAITING_STATES), visible(scope))
    )
    return session.scalar(question) or 0


def calls_of_unit(session: Session, actor: Actor, scope: Scope) -> list[CallLine]:
    """Return what the actor's unit called and what has not ended."""
    return _lines(session, scope, Whistle.unit_id == actor.unit_id, Whistle.state.in_(("asked", "sent")))


def calls_below(session: Session, actor: Actor, scope: Scope) -> list[CallLine]:
    """Return what other units of the area called and what still waits for another department, or for its rating."""
    others = (Whistle.unit_id != actor.unit_id, WhistleCall.unit_id != actor.unit_id)
    return _lines(session, scope, Whistle.state == "sent", WhistleCall.state.in_((*WAITING_STATES, "done")), *others)


def calls_to_check(session: Session, scope: Scope) -> list[CallLine]:
    """Return the whistles of the area that wait for the township's leader."""
    return _lines(session, scope, Whistle.state == "asked")


def calls_to_rule(session: Session, scope: Scope) -> list[CallLine]:
    """Return the calls that a department refused and the county has to decide on."""
    return _lines(session, scope, WhistleCall.state == "refused")


def joined_by(session: Session, actor: Actor, scope: Scope) -> list[JointLine]:
    """Return the matters that the actor's unit handles with another one that leads; the newest first."""
    rows = session.execute(
        select(Dispute.id, Dispute.case_code, Dispute.division_code, Unit.name, JointUnit.task)
        .join(JointUnit, JointUnit.dispute_id == Dispute.id)
        .join(Unit, Unit.id == Dispute.owner_unit_id)
        .where(JointUnit.unit_id == actor.unit_id, JointUnit.left_at.is_(None), visible(scope))
        .order_by(JointUnit.joined_at.desc(), JointUnit.id)
        .limit(MOST_LINES)
    ).all()
    places = place_names(session, {row[2] for row in rows})
    return [JointLine(key, code, places[place], lead, task) for key, code, place, lead, task in rows]


def _lines(session: Session, scope: Scope, *conditions: ColumnElement[bool]) -> list[CallLine]:
    rows = session.execute(_question().where(*conditions, visible(scope))).all()
    places = place_names(session, {row.division_code for row in rows})
    lines = [
        CallLine(
            row.id, row.case_code, places[row.division_code], row.by_unit, row.unit, row.urgent, row.state,
            _due(row), row.silent_at is not None,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (one.due_at is None, one.due_at, one.case_code, one.unit))


def _question() -> Select[*tuple[Any, ...]]:
    by = aliased(Unit)
    return (
        select(
            Dispute.id, Dispute.case_code, Dispute.division_code, by.name.label("by_unit"), Unit.name.label("unit"),
            Whistle.urgent, WhistleCall.state, WhistleCall.answer_due_at, WhistleCall.site_due_at,
            WhistleCall.silent_at,
        )
        .join(WhistleCall, WhistleCall.dispute_id == Dispute.id)
        .join(Whistle, Whistle.id == WhistleCall.whistle_id)
        .join(Unit, Unit.id == WhistleCall.unit_id)
        .join(by, by.id == Whistle.unit_id)
        .order_by(Whistle.asked_at.desc(), WhistleCall.id)
        .limit(MOST_LINES)
    )  # fmt: skip


def _due(row: Row[Any]) -> datetime | None:
    """Return what is due next: the answer, then being on site; afterwards the department's own date counts."""
    found: dict[str, datetime | None] = {"called": row.answer_due_at, "answered": row.site_due_at}
    return found.get(row.state)
