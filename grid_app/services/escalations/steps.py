"""Escalations: raised with what caused them, and passed on while no office has taken them up.

Everything here happens in the caller's transaction; see docs/escalation.md for the journey.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.escalations import Escalation
from grid_app.services.audit import record_audit
from grid_app.services.escalations.acting import wait_again
from grid_app.services.escalations.course import course_of, ladder_at
from grid_app.services.escalations.opening import Cause, open_escalation
from grid_app.services.escalations.rows import note_event
from grid_app.services.escalations.rungs import begin_anew, exhaust, put_off_unheard, tell_again, tell_from
from grid_app.services.escalations.targets import matter_of
from notifications.engine import Climb, Exhausted, Idle, Repeat, Step, Stop, Wait, next_step, when_due
from notifications.ladder import LadderError

STEPS_AT_ONCE: Final = 200
"""Escalations that climb in one transaction; the rest follow in the next."""

AFTER_A_FAULT: Final = timedelta(minutes=5)

_log = logging.getLogger(__name__)


def raise_escalation(
    session: Session,
    *,
    event_kind: str,
    dispute_id: UUID | None = None,
    finding_id: UUID | None = None,
    round_id: UUID | None = None,
    incident_id: UUID | None = None,
    division_code: str,
    category: str,
    grade: str,
    reason: str,
    now: datetime,
    part: str = "",
    danger: bool = False,
) -> UUID | None:
    """Open an escalation with its inbox and outbox rows, and return its id.

    Parameters
    ----------
    event_kind
        One of :data:`grid_app.services.escalations.events.EVENTS` that something raises here.
    dispute_id, finding_id, round_id, incident_id
        The cause, exactly one of them; its row may still be waiting in the session.
    category
        Of the matter; empty for a round.
    reason
        Why, in words for the inbox; it never travels in a push.
    part
        What of the cause it is, where several things of it may escalate at the same grade; at most 80 signs.
    danger
        Somebody is in danger now, so that quiet hours do not hold it; some kinds of events always are.

    Returns
    -------
    UUID or None
        ``None`` when this cause has escalated at this grade before, also when another transaction did so at
        the same moment; nothing is written then.

    Raises
    ------
    InvalidError
        None or several causes are given, or nothing raises this event kind here.
    """
    causes = [one for one in (dispute_id, finding_id, round_id, incident_id) if one is not None]
    if len(causes) != 1:
        raise InvalidError("提醒必须对应一件纠纷、一条苗头提示、一个排查轮次或一份紧急报告,没有发出;请检查程序。")
    cause = Cause(
        event_kind, dispute_id, finding_id, division_code, category, grade, reason, part, round_id=round_id,
        incident_id=incident_id, danger=danger,
    )  # fmt: skip
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
    """Pass on the escalations that nobody took up or acted on in time, one step each, and return how many moved.

    However long the machine slept, each climbs one rung only, and the new rung's waiting time starts now: no
    office is passed over, none gets less time than it was promised. Two workers never move the same one.
    """
    due = session.scalars(
        select(Escalation)
        .where(Escalation.state.in_(("open", "acknowledged", "exhausted")), Escalation.next_step_at <= now)
        .order_by(Escalation.next_step_at, Escalation.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return sum(_step_up_alone(session, escalation, now) for escalation in put_off_unheard(session, due, now=now))


def _is_known(session: Session, cause: Cause) -> bool:
    return session.scalar(select(Escalation.id).where(Escalation.dedupe_key == cause.key)) is not None


def _step_up_alone(session: Session, escalation: Escalation, now: datetime) -> int:
    """Move one escalation; whatever is wrong with it is taken back and holds up no other of the batch.

    It is looked at again in a few minutes; meanwhile the auditor says aloud that it is overdue. An error of the
    database's running is nobody's alone, and ends the batch.
    """
    escalation_id = escalation.id
    try:
        with session.begin_nested():
            return _step_up(session, escalation, now)
    except OperationalError:
        raise
    except Exception:  # noqa: BLE001 - one matter that cannot be moved must not keep the others where they are
        _log.exception("an escalation could not be moved", extra={"escalation_id": str(escalation_id)})
    put_off = update(Escalation).where(Escalation.id == escalation_id).values(next_step_at=now + AFTER_A_FAULT)
    session.execute(put_off.execution_options(synchronize_session=False))
    return 0


def _step_up(session: Session, escalation: Escalation, now: datetime) -> int:
    """Return 1 when the escalation moved, 0 when another worker moved it or its time has not come."""
    if escalation.state == "exhausted":
        return int(begin_anew(session, escalation, now=now))
    step = _next(session, escalation, now)
    if isinstance(step, Wait | Stop):
        if escalation.next_step_at != when_due(step, now=now):
            escalation.next_step_at = when_due(step, now=now)
        return 0
    if not _claim(session, escalation, now):
        return 0
    if isinstance(step, Exhausted):
        exhaust(session, escalation, matter_of(session, escalation), now=now)
    elif isinstance(step, Repeat):
        tell_again(session, escalation, now=now)
    elif isinstance(step, Idle):
        wait_again(session, escalation, now=now)
    else:
        _climb(session, escalation, step, now)
    return 1


def _climb(session: Session, escalation: Escalation, step: Climb, now: datetime) -> None:
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


def _next(session: Session, escalation: Escalation, now: datetime) -> Step:
    """Return the ladder's next step; one that cannot be climbed (any more) ends with people on the telephone."""
    try:
        ladder = ladder_at(session, escalation)
        return next_step(ladder, course_of(escalation, ladder), now=now)
    except LadderError:
        _log.exception("broken ladder", extra={"escalation_id": str(escalation.id)})
        return Exhausted()


def _claim(session: Session, escalation: Escalation, now: datetime) -> bool:
    """Say whether the row was still as read; from here on it is this transaction's alone."""
    claimed = session.execute(
        update(Escalation)
        .where(
            Escalation.id == escalation.id,
            Escalation.state == escalation.state,
            Escalation.rung == escalation.rung,
            Escalation.rung_started_at == escalation.rung_started_at,
            Escalation.next_step_at == escalation.next_step_at,
        )
        .values(next_step_at=now)
        .execution_options(synchronize_session=False)
        .returning(Escalation.id)
    )
    return claimed.first() is not None
