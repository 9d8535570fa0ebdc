"""That an office keeps a roster, which hours it promises, and forgetting what is past."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.clocks.calendar import WorkingCalendar
from grid_app.errors import InvalidError
from grid_app.models.duty_roster import DutyRoster, RosterLeave, RosterPattern, RosterPlace, RosterShift
from grid_app.policy import Actor
from grid_app.services.audit import record_audit
from grid_app.services.duty_roster.access import Office
from grid_app.services.duty_roster.pattern import DAY_MINUTES, moments
from grid_app.services.retention.periods import periods_on
from notifications.roster import Span, shared

KEPT_AFTER: Final = timedelta(days=90)
"""The longest that a shift and a leave may be kept after their end: long enough to explain an escalation."""
HOURS_WORDS: Final = {"always": "全天都要找得到人", "working": "只在工作日的上班时间"}
OPENS: Final = 8 * 60 + 30
CLOSES: Final = 17 * 60 + 30
NOT_SAVED: Final = "没有保存,请看标出的地方;已填的都还在。"


@dataclass(frozen=True)
class Promise:
    """In which hours an office is to be reached: always, or on working days from minute to minute."""

    hours: str
    opens: int = OPENS
    closes: int = CLOSES


def start_roster(session: Session, unit_id: UUID, *, now: datetime) -> DutyRoster:
    """Return the roster of an office, begun anew where there was none."""
    row = session.get(DutyRoster, unit_id)
    if row is None:
        row = DutyRoster(unit_id=unit_id, hours="always", opens=OPENS, closes=CLOSES, started_at=now)
        session.add(row)
        session.flush()  # other rows ask for the unit's roster in this transaction
    elif row.ended_at is not None:
        row.started_at, row.ended_at = now, None
    return row


def promise_hours(session: Session, office: Office, promise: Promise, *, actor: Actor, now: datetime) -> None:
    """Keep in which hours an office is to be reached.

    Raises
    ------
    InvalidError
        No such choice, or the hours end before they begin.
    """
    if promise.hours not in HOURS_WORDS:
        raise InvalidError(NOT_SAVED, fields={"hours": "请选择什么时候要找得到人。"})
    if not 0 <= promise.opens < promise.closes <= DAY_MINUTES:
        raise InvalidError(NOT_SAVED, fields={"closes": "请填写上班时间,下班要晚于上班,例如 08:30 和 17:30。"})
    row = start_roster(session, office.unit_id, now=now)
    row.hours, row.opens, row.closes = promise.hours, promise.opens, promise.closes
    note(session, office, "roster.hours_saved", actor=actor, now=now, count=0)


def end_roster(session: Session, office: Office, *, actor: Actor, now: datetime) -> None:
    """Stop keeping a roster: patterns end, shifts that have not begun go."""
    row = session.get(DutyRoster, office.unit_id)
    if row is None or row.ended_at is not None:
        return
    row.ended_at = now
    ahead = (RosterShift.unit_id == office.unit_id) & (RosterShift.starts_at > now)
    session.execute(
        update(RosterPattern)
        .where(RosterPattern.unit_id == office.unit_id, RosterPattern.ended_at.is_(None))
        .values(ended_at=now)
    )
    session.execute(delete(RosterPlace).where(RosterPlace.shift_id.in_(select(RosterShift.id).where(ahead))))
    session.execute(delete(RosterShift).where(ahead))
    note(session, office, "roster.ended", actor=actor, now=now, count=0)


def promised_spans(row: DutyRoster, calendar: WorkingCalendar, span: Span) -> list[Span]:
    """Return the parts of ``span``, which has an end, in which an office promised to be reached."""
    if row.hours == "always":
        return [span]
    return [one for one in _working_hours(row, calendar, span) if one is not None]


def forget_past(session: Session, *, now: datetime) -> dict[str, int]:
    """Delete shifts and leave whose period is over, and patterns that no shift names; return how many."""
    before = now - min(timedelta(days=days_kept(session, now=now)), KEPT_AFTER)
    past = RosterShift.ends_at < before
    session.execute(delete(RosterPlace).where(RosterPlace.shift_id.in_(select(RosterShift.id).where(past))))
    shifts = session.execute(delete(RosterShift).where(past).returning(RosterShift.id)).all()
    leaves = session.execute(delete(RosterLeave).where(RosterLeave.ends_at < before).returning(RosterLeave.id)).all()
    named = select(RosterShift.pattern_id).where(RosterShift.pattern_id.is_not(None))
    session.execute(delete(RosterPattern).where(RosterPattern.ended_at < before, RosterPattern.id.not_in(named)))
    gone = {"shifts": len(shifts), "leaves": len(leaves)}
    if any(gone.values()):
        record_audit(session, None, "retention.cleared", now=now, details=dict(gone))
    return gone


def days_kept(session: Session, *, now: datetime) -> int:
    """Return for how many days after its end a shift or a leave is kept, by the county's periods."""
    return periods_on(session, local_date(now)).days("roster")


def note(session: Session, office: Office, action: str, *, actor: Actor, now: datetime, count: int) -> None:
    """Record a change of a roster: which office's, and how many shifts; never whose."""
    details: dict[str, str | int | bool | None] = {"shifts": count} if count else {}
    record_audit(session, actor, action, now=now, target=("unit", str(office.unit_id)), details=details)


def _working_hours(row: DutyRoster, calendar: WorkingCalendar, span: Span) -> Iterator[Span | None]:
    if span.ends is None:
        raise ValueError("a span of promised hours needs an end")
    day, last = local_date(span.begins), local_date(span.ends)
    while day <= last:
        if calendar.look(day).works:
            yield shared(span, Span(*moments(day, row.opens, row.closes)))
        day += timedelta(days=1)
