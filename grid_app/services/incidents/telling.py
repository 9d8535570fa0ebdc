"""Telling the county at once, and again when an hour has passed without a first report; calm after the final one."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from grid_app.database.apart import done_apart
from grid_app.models.accounts import Unit
from grid_app.models.escalations import Escalation
from grid_app.models.incidents import Incident
from grid_app.queries.inbox import WAITING_STATES
from grid_app.services.escalations.events import NORMAL
from grid_app.services.escalations.steps import raise_escalation

EVENT_KIND: Final = "incident_first_report"
GRADE: Final = "red"
AT_ONCE: Final = 100


def tell_at_once(session: Session, incident: Incident, *, now: datetime) -> UUID | None:
    """Put an incident into the county's inbox, once, however many reports follow; return the escalation's id."""
    unit = session.get_one(Unit, incident.unit_id)
    told = "已报首报" if incident.first_report_at else "已知悉,正等首报"
    return _raise(
        session, incident, part=str(incident.id), reason=f"紧急报告 {incident.code}:{unit.name}{told}", now=now
    )


def tell_late(session: Session, *, now: datetime) -> int:
    """Tell the county again of incidents whose hour has passed without a first report; return of how many.

    Two workers may run at once: a row is claimed by its empty ``late_told_at``, and the escalation's own key is unique.
    One that cannot be told is taken back by itself, takes no other's place, and is tried again by the next run.
    """
    asked = select(Incident.id).where(_is_late(now)).order_by(Incident.first_due_at, Incident.id)
    told = 0
    for incident_id in session.scalars(asked).all():
        if told < AT_ONCE:
            work = partial(_tell_one_late, session, incident_id, now=now)
            told += done_apart(session, work, what="tell of a late first report", key=incident_id)
    return told


def _is_late(now: datetime) -> ColumnElement[bool]:
    return and_(Incident.state == "known", Incident.first_due_at < now, Incident.late_told_at.is_(None))


def _tell_one_late(session: Session, incident_id: UUID, *, now: datetime) -> bool:
    """Tell of one incident and say whether it was told; one that another worker holds is left to it."""
    held = select(Incident).where(Incident.id == incident_id, _is_late(now)).with_for_update(skip_locked=True)
    incident = session.scalar(held)
    if incident is None:
        return False
    unit = session.get_one(Unit, incident.unit_id)
    incident.late_told_at = now
    reason = f"紧急报告 {incident.code}:{unit.name}得知已超过 1 小时,还没有首报。请打电话催报"
    _raise(session, incident, part=f"late:{incident.id}", reason=reason, now=now)
    return True


def calm(session: Session, incident: Incident) -> None:
    """Let what still waits in inboxes keep quiet hours: after the final report the incident is no current one."""
    session.execute(
        update(Escalation)
        .where(Escalation.incident_id == incident.id, Escalation.state.in_(WAITING_STATES))
        .values(urgency=NORMAL)
        .execution_options(synchronize_session=False)
    )


def _raise(session: Session, incident: Incident, *, part: str, reason: str, now: datetime) -> UUID | None:
    return raise_escalation(
        session,
        event_kind=EVENT_KIND,
        incident_id=incident.id,
        division_code=incident.division_code,
        category=incident.category,
        grade=GRADE,
        reason=reason,
        now=now,
        part=part,
    )
