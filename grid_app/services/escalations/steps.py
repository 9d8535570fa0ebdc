"""Escalations: raised with what caused them, taken up by an office through a named person, or passed on.

Everything here happens in the caller's transaction; see docs/escalation.md for the journey.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.escalations import Escalation, EscalationPolicy, InboxItem, OutboxMessage
from grid_app.policy import Action, Actor, allows
from grid_app.queries.inbox import WAITING_STATES, Desk, desks_of, reachable
from grid_app.services.audit import record_audit
from grid_app.services.escalations.ladders import ladder_of, rungs_of
from grid_app.services.escalations.opening import Cause, open_escalation
from grid_app.services.escalations.rows import note_event
from grid_app.services.escalations.rungs import exhaust, tell_from
from grid_app.services.escalations.targets import matter_of
from notifications.ladder import Climb, Exhausted, LadderError, Step, next_step

STEPS_AT_ONCE: Final = 200
"""Escalations that climb in one transaction; the rest follow in the next."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Acknowledged:
    """Which unit took an escalation up, and when; ``first`` says whether it was by this call."""

    unit_name: str
    at: datetime
    first: bool


def raise_escalation(
    session: Session,
    *,
    event_kind: str,
    dispute_id: UUID | None = None,
    finding_id: UUID | None = None,
    division_code: str,
    category: str,
    grade: str,
    reason: str,
    now: datetime,
    part: str = "",
) -> UUID | None:
    """Open an escalation with its inbox and outbox rows, and return its id.

    Parameters
    ----------
    event_kind
        ``grade_red``, ``finding_confirmed`` or ``whistle_silent``.
    dispute_id, finding_id
        The cause, exactly one of them; its row may still be waiting in the session.
    reason
        Why, in words for the inbox; it never travels in a push.
    part
        What of the dispute it is, where several things of it may escalate at the same grade; at most 80 signs.

    Returns
    -------
    UUID or None
        ``None`` when this cause has escalated at this grade before, also when another transaction did so at
        the same moment; nothing is written then.

    Raises
    ------
    InvalidError
        Neither or both causes are given, or the event kind is unknown.
    """
    if (dispute_id is None) == (finding_id is None):
        raise InvalidError("提醒必须对应一件纠纷或一条苗头提示,没有发出;请检查程序。")
    cause = Cause(event_kind, dispute_id, finding_id, division_code, category, grade, reason, part)
    session.flush()  # the caller's own rows first: an error in them is not a repeated cause
    if _is_known(session, cause):
        return None
    try:
        with session.begin_nested():
            return open_escalation(session, cause, now=now)
    except IntegrityError:
        if _is_known(session, cause):
            return None
        raise


def step_up_due(session: Session, *, now: datetime, limit: int = STEPS_AT_ONCE) -> int:
    """Pass on the escalations that nobody took up in time, one rung each, and return how many moved.

    However long the machine slept, each climbs one rung only, and the new rung's waiting time starts now: no
    office is passed over, none gets less time than it was promised. Two workers never move the same one.
    """
    due = session.scalars(
        select(Escalation)
        .where(Escalation.state == "open", Escalation.next_step_at <= now)
        .order_by(Escalation.next_step_at, Escalation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_step_up(session, escalation, now) for escalation in due)


def acknowledge(session: Session, *, escalation_id: UUID, actor: Actor, now: datetime) -> Acknowledged:
    """Record that an office has taken an escalation up, through a named person; a second call changes nothing.

    The unit is the one whose inbox holds it: the actor's own, or that of the leader who lent the right, whose
    assignment then stands in the history beside the actor's. A county lead may take up any of the county's.
    Messages that still wait to be sent are stopped.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role does not acknowledge; the escalation lies in no inbox that the actor may open.
    """
    if not allows(actor, Action.ACKNOWLEDGE):
        raise ForbiddenError("您现在的身份不能确认提醒。如果您有别的身份,请先切换。")
    desks = desks_of(session, actor)
    escalation = session.scalar(select(Escalation).where(Escalation.id == escalation_id, reachable(actor, desks)))
    if escalation is None:
        raise NotFoundError("您单位的收件箱里没有这条提醒。请回到收件箱查看。")
    desk = _desk_for(session, escalation_id, desks)
    first = _take_up(session, escalation_id, desk, actor, now)
    session.refresh(escalation)
    if first:
        _note_taken_up(session, escalation, desk, actor, now)
    unit = session.get_one(Unit, escalation.acknowledged_unit_id)
    return Acknowledged(unit_name=unit.name, at=escalation.acknowledged_at or now, first=first)


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


def _desk_for(session: Session, escalation_id: UUID, desks: tuple[Desk, ...]) -> Desk:
    """Return the first desk whose inbox holds the escalation; for a county lead over others, the own one."""
    told = set(session.scalars(select(InboxItem.unit_id).where(InboxItem.escalation_id == escalation_id)))
    return next((desk for desk in desks if desk.unit_id in told), desks[0])


def _take_up(session: Session, escalation_id: UUID, desk: Desk, actor: Actor, now: datetime) -> bool:
    taken = session.execute(
        update(Escalation)
        .where(Escalation.id == escalation_id, Escalation.state.in_(WAITING_STATES))
        .values(
            state="acknowledged",
            acknowledged_at=now,
            acknowledged_unit_id=desk.unit_id,
            acknowledged_by=actor.assignment_id,
            next_step_at=None,
        )
        .execution_options(synchronize_session=False)
        .returning(Escalation.id)
    )
    return taken.first() is not None


def _note_taken_up(session: Session, escalation: Escalation, desk: Desk, actor: Actor, now: datetime) -> None:
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.escalation_id == escalation.id,
            OutboxMessage.state == "due",
            or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now),
        )
        .values(state="stopped", finished_at=now)
        .execution_options(synchronize_session=False)
    )
    note_event(
        session,
        escalation.id,
        "acknowledged",
        rung=escalation.rung,
        now=now,
        unit_id=desk.unit_id,
        by=actor,
        acting_for=desk.lender,
    )
    record_audit(
        session,
        replace(actor, acting_for=desk.lender),
        "escalation.acknowledged",
        now=now,
        target=("escalation", str(escalation.id)),
        details={"unit": str(desk.unit_id), "rung": escalation.rung},
    )


def _is_known(session: Session, cause: Cause) -> bool:
    return session.scalar(select(Escalation.id).where(Escalation.dedupe_key == cause.key)) is not None


def _step_up(session: Session, escalation: Escalation, now: datetime) -> int:
    """Return 1 when the escalation moved, 0 when another worker moved it or its time has not come."""
    step = _next(session, escalation, now)
    if not isinstance(step, Climb | Exhausted) or not _claim(session, escalation, now):
        return 0
    if isinstance(step, Exhausted):
        exhaust(session, escalation, matter_of(session, escalation), now=now)
        return 1
    note_event(session, escalation.id, "climbed", rung=step.to_rung, now=now)
    record_audit(
        session,
        None,
        "escalation.climbed",
        now=now,
        target=("escalation", str(escalation.id)),
        details={"rung": step.to_rung},
    )
    tell_from(session, escalation, rung=step.to_rung, now=now)
    return 1


def _next(session: Session, escalation: Escalation, now: datetime) -> Step:
    """Return the ladder's next step; one that cannot be climbed (any more) ends with people on the telephone."""
    policy = session.get_one(EscalationPolicy, escalation.policy_id)
    try:
        return next_step(
            ladder_of(rungs_of(policy), escalation.grade),
            current_rung=escalation.rung,
            rung_started_at=escalation.rung_started_at,
            acknowledged=escalation.state == "acknowledged",
            now=now,
        )
    except LadderError:
        _log.exception("broken ladder", extra={"policy_id": str(policy.id), "escalation_id": str(escalation.id)})
        return Exhausted()


def _claim(session: Session, escalation: Escalation, now: datetime) -> bool:
    """Say whether the row was still as read; from here on it is this transaction's alone."""
    claimed = session.execute(
        update(Escalation)
        .where(
            Escalation.id == escalation.id,
            Escalation.state == "open",
            Escalation.rung == escalation.rung,
            Escalation.rung_started_at == escalation.rung_started_at,
        )
        .values(next_step_at=now)
        .execution_options(synchronize_session=False)
        .returning(Escalation.id)
    )
    return claimed.first() is not None
