"""Taking an escalation up: by an office through a named person; opening it only notes that the office has seen it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.escalations import Escalation, InboxItem, OutboxMessage
from grid_app.policy import Action, Actor, allows
from grid_app.queries.inbox import WAITING_STATES, Desk, desks_of, reachable
from grid_app.services.alarms import clear_alarm
from grid_app.services.audit import record_audit
from grid_app.services.escalations.course import heard_at, ladder_at, office_hours
from grid_app.services.escalations.events import DANGER
from grid_app.services.escalations.rows import note_event
from grid_app.services.escalations.rungs import exhausted_key
from notifications.engine import act_due_at
from notifications.ladder import LadderError


@dataclass(frozen=True)
class Acknowledged:
    """Which unit took an escalation up, and when; ``first`` says whether it was by this call."""

    unit_name: str
    at: datetime
    first: bool


def acknowledge(session: Session, *, escalation_id: UUID, actor: Actor, now: datetime) -> Acknowledged:
    """Record that an office has taken an escalation up, through a named person; a second call changes nothing.

    The unit is the one whose inbox holds it: the actor's own, or that of the leader who lent the right, whose
    assignment then stands in the history beside the actor's. A county lead may take up any of the county's.
    Messages that still wait to be sent are stopped, and the time to act begins where the ladder knows one.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role does not acknowledge; the escalation lies in no inbox that the actor may open.
    """
    escalation, desk = open_to(session, escalation_id=escalation_id, actor=actor)
    first = _take_up(session, escalation, desk, actor, now)
    session.refresh(escalation)
    if first:
        _note_taken_up(session, escalation, desk, actor, now)
    unit = session.get_one(Unit, escalation.acknowledged_unit_id)
    return Acknowledged(unit_name=unit.name, at=escalation.acknowledged_at or now, first=first)


def open_to(session: Session, *, escalation_id: UUID, actor: Actor, hold: bool = False) -> tuple[Escalation, Desk]:
    """Return an escalation that the actor may answer, and the desk in whose name.

    With ``hold`` nobody else, nor the ladder, moves it until the transaction ends, and it is read as it is then.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role does not acknowledge; the escalation lies in no inbox that the actor may open.
    """
    if not allows(actor, Action.ACKNOWLEDGE):
        raise ForbiddenError("您现在的身份不能确认提醒。如果您有别的身份,请先切换。")
    desks = desks_of(session, actor)
    question = select(Escalation).where(Escalation.id == escalation_id, reachable(actor, desks))
    if hold:  # rows that only refer to it may be written meanwhile
        question = question.with_for_update(of=Escalation, key_share=True).execution_options(populate_existing=True)
    escalation = session.scalar(question)
    if escalation is None:
        raise NotFoundError("您单位的收件箱里没有这条提醒。请回到收件箱查看。")
    return escalation, _desk_for(session, escalation_id, desks)


def mark_seen(session: Session, *, escalation_id: UUID, actor: Actor, now: datetime) -> bool:
    """Note that the actor's unit has opened an escalation for the first time, and say whether it was.

    Only the unit is kept, never the person. A county lead who looks into another office's inbox leaves no mark.
    """
    units = [desk.unit_id for desk in desks_of(session, actor)]
    seen = session.execute(
        update(InboxItem)
        .where(
            InboxItem.escalation_id == escalation_id,
            InboxItem.unit_id.in_(units),
            InboxItem.seen_at.is_(None),
        )
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
        .returning(InboxItem.unit_id, InboxItem.rung)
    ).all()
    for row in seen:
        note_event(session, escalation_id, "seen", rung=row.rung, now=now, unit_id=row.unit_id)
    return bool(seen)


def stop_messages(session: Session, escalation_id: UUID, *, now: datetime) -> None:
    """Stop what still waits to be sent about an escalation; what a dispatcher holds ends by itself."""
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.escalation_id == escalation_id,
            OutboxMessage.state == "due",
            or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
        )
        .values(state="stopped", finished_at=now)
        .execution_options(synchronize_session=False)
    )


def _desk_for(session: Session, escalation_id: UUID, desks: tuple[Desk, ...]) -> Desk:
    """Return the first desk whose inbox holds the escalation; for a county lead over others, the own one."""
    told = set(session.scalars(select(InboxItem.unit_id).where(InboxItem.escalation_id == escalation_id)))
    return next((desk for desk in desks if desk.unit_id in told), desks[0])


def _take_up(session: Session, escalation: Escalation, desk: Desk, actor: Actor, now: datetime) -> bool:
    act_due_at = _act_due(session, escalation, now)
    taken = session.execute(
        update(Escalation)
        .where(Escalation.id == escalation.id, Escalation.state.in_(WAITING_STATES))
        .values(
            state="acknowledged",
            acknowledged_at=now,
            acknowledged_unit_id=desk.unit_id,
            acknowledged_by=actor.assignment_id,
            act_due_at=act_due_at,
            next_step_at=act_due_at,
        )
        .execution_options(synchronize_session=False)
        .returning(Escalation.id)
    )
    return taken.first() is not None


def _act_due(session: Session, escalation: Escalation, now: datetime) -> datetime | None:
    """Return when the office must have acted; it is asked again in hours in which somebody hears it."""
    try:
        due = act_due_at(ladder_at(session, escalation), taken_at=now, hours=office_hours(session))
    except LadderError:
        return None
    return heard_at(session, escalation, due) if due else None


def _note_taken_up(session: Session, escalation: Escalation, desk: Desk, actor: Actor, now: datetime) -> None:
    stop_messages(session, escalation.id, now=now)
    clear_alarm(session, key=exhausted_key(escalation), now=now, why="已有单位确认收到")
    note_event(
        session,
        escalation.id,
        "acknowledged",
        rung=escalation.rung,
        now=now,
        unit_id=desk.unit_id,
        by=actor,
        acting_for=desk.lender,
        details={"danger": 1} if escalation.urgency == DANGER else {},
    )
    record_audit(
        session,
        replace(actor, acting_for=desk.lender),
        "escalation.acknowledged",
        now=now,
        target=("escalation", str(escalation.id)),
        details={"unit": str(desk.unit_id), "rung": escalation.rung},
    )
