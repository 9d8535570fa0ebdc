"""Alarms for those who have to mend: what stands in their area, and what was cleared lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.channels import Alarm
from grid_app.models.places import Division
from grid_app.policy import Action, Actor, allows
from grid_app.queries.accounts import under
from grid_app.queries.reachability import sees_own_alone

CLEARED_SHOWN: Final = timedelta(days=30)
MOST_SHOWN: Final = 200


@dataclass(frozen=True)
class AlarmRow:
    """One alarm; ``cleared_why`` is empty while it stands."""

    alarm_id: UUID
    kind: str
    text: str
    unit_id: UUID | None
    unit_name: str | None
    escalation_id: UUID | None
    raised_at: datetime
    cleared_at: datetime | None
    cleared_why: str


def alarms_seen(session: Session, actor: Actor, *, now: datetime) -> list[AlarmRow]:
    """Return the alarms of the actor's area: standing ones, oldest first, then those cleared lately, newest first."""
    if not allows(actor, Action.READ_REACHABILITY):
        return []
    question = (
        select(Alarm, Unit.name)
        .join(Division, Division.code == Alarm.division_code)
        .outerjoin(Unit, Unit.id == Alarm.unit_id)
        .where(under(actor.division_path))
    )
    if sees_own_alone(session, actor):
        question = question.where(Alarm.unit_id == actor.unit_id)
    standing = question.where(Alarm.cleared_at.is_(None)).order_by(Alarm.raised_at, Alarm.id)
    cleared = question.where(Alarm.cleared_at >= now - CLEARED_SHOWN).order_by(Alarm.cleared_at.desc(), Alarm.id)
    rows = [*session.execute(standing.limit(MOST_SHOWN)), *session.execute(cleared.limit(MOST_SHOWN))]
    return [
        AlarmRow(
            one.id, one.kind, one.text, one.unit_id, name, one.escalation_id, one.raised_at, one.cleared_at,
            one.cleared_why,
        )
        for one, name in rows
    ]  # fmt: skip
