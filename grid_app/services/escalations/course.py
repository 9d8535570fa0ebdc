"""An escalation's row seen as the engine sees it: its ladder as it was when it began, and how far it has come."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from grid_app.models.escalations import Escalation, EscalationPolicy
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.escalations.events import DANGER
from grid_app.services.escalations.ladder_rows import ladder_in, snapshot_of
from notifications.engine import Course
from notifications.hours import OfficeHours, QuietHours
from notifications.ladder import Ladder

QUIET = QuietHours()


def ladder_at(session: Session, escalation: Escalation) -> Ladder:
    """Return the ladder that an escalation climbs; one older than its snapshot climbs that of its policy.

    Raises
    ------
    LadderError
        It is none that can be climbed.
    """
    snapshot = escalation.ladder or snapshot_of(session.get_one(EscalationPolicy, escalation.policy_id))
    return ladder_in(snapshot, escalation.grade)


def course_of(escalation: Escalation, ladder: Ladder) -> Course:
    """Return how far an escalation has come; times that an older row lacks are counted from when its rung was told."""
    begun = escalation.rung_started_at
    on_it = ladder.rungs[escalation.rung] if 0 <= escalation.rung < len(ladder.rungs) else ladder.rungs[-1]
    return Course(
        state=escalation.state,  # type: ignore[arg-type]  # the service writes no other state
        rung=escalation.rung,
        told_at=escalation.told_at or begun,
        rung_due_at=escalation.rung_due_at or begun + on_it.wait,
        act_due_at=escalation.act_due_at,
    )


def office_hours(session: Session) -> OfficeHours:
    """Return when offices are open by the working calendar, the county's own days before the published ones."""
    calendar = own_calendar(session)

    def works(day: date) -> bool:
        return calendar.look(day).works

    return OfficeHours(works)


def heard_at(session: Session, escalation: Escalation, moment: datetime) -> datetime:
    """Return when what is due at ``moment`` may be heard: danger at once, the rest not in quiet hours."""
    danger = escalation.urgency == DANGER
    return QUIET.heard_at(moment, danger=danger, grade=escalation.grade, hours=office_hours(session))
