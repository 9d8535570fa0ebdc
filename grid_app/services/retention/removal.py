"""Clearing what nobody may keep any longer; the matter, its history and every count stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.attachments import Attachment
from grid_app.models.channels import Alarm, PhoneCall
from grid_app.models.disputes import Party, Submission
from grid_app.models.escalations import Escalation, EscalationEvent
from grid_app.models.incidents import Incident, IncidentEntry
from grid_app.models.residents import Evaluation, ResidentComplaint, ResidentRequest
from grid_app.queries.retention import Bounds, count_due
from grid_app.services.audit import record_audit
from grid_app.services.retention.periods import periods_on

CLEARED: Final = "retention.cleared"


def bounds_of(session: Session, *, now: datetime) -> Bounds:
    """Return the moments that the periods in force give today."""
    periods = periods_on(session, local_date(now))
    return Bounds(**{one.name: now - timedelta(days=periods.days(one.name)) for one in fields(Bounds)})


def due_now(session: Session, *, now: datetime) -> dict[str, int]:
    """Return what a run would clear now, as counts; nothing is changed."""
    return count_due(session, bounds_of(session, now=now))


def clear_matters(session: Session, ids: Sequence[UUID], *, now: datetime) -> dict[str, int]:
    """Clear names, phones, sent reports and residents' words of these matters; return how many rows of each.

    Digests and receipts of what was sent stay provable; labels such as 当事人A stay.
    """
    named = or_(Party.name_sealed.is_not(None), Party.phone_sealed.is_not(None))
    said = or_(ResidentRequest.words_sealed.is_not(None), ResidentRequest.answer_sealed.is_not(None))
    steps = {
        "parties": update(Party).where(Party.dispute_id.in_(ids), named).values(name_sealed=None, phone_sealed=None),
        "reports": update(Submission)
        .where(Submission.dispute_id.in_(ids), Submission.content_sealed != "")
        .values(content_sealed=""),
        "evaluations": update(Evaluation)
        .where(Evaluation.dispute_id.in_(ids), Evaluation.words_sealed.is_not(None))
        .values(words_sealed=None),
        "complaints": update(ResidentComplaint)
        .where(ResidentComplaint.dispute_id.in_(ids), ResidentComplaint.words_sealed != "")
        .values(words_sealed="", answer_sealed=None),
        "requests": update(ResidentRequest)
        .where(ResidentRequest.dispute_id.in_(ids), said)
        .values(words_sealed=None, answer_sealed=None),
    }
    done = {name: _changed(session, step) for name, step in steps.items()}
    record_audit(session, None, CLEARED, now=now, details={"matters": len(ids), **done})
    return done


def clear_media(session: Session, ids: Sequence[UUID], *, now: datetime) -> int:
    """Delete the rows of these attachments, whose files are gone already; return how many."""
    gone = len(session.execute(delete(Attachment).where(Attachment.id.in_(ids)).returning(Attachment.id)).all())
    record_audit(session, None, CLEARED, now=now, details={"media": gone})
    return gone


def clear_incidents(session: Session, ids: Sequence[UUID], *, now: datetime) -> int:
    """Clear the words of these incidents; times, numbers and the clock of the first report stay. Return how many."""
    session.execute(
        update(IncidentEntry)
        .where(IncidentEntry.incident_id.in_(ids))
        .values(issue="", asked="", answering="")
        .execution_options(synchronize_session=False)
    )
    done = _changed(session, update(Incident).where(Incident.id.in_(ids)).values(place_words="", cleared_at=now))
    record_audit(session, None, CLEARED, now=now, details={"incidents": done})
    return done


def clear_tellings(session: Session, ids: Sequence[UUID], *, now: datetime) -> int:
    """Clear the reasons of these escalations and of their hand-overs; steps, times and units stay. Return how many."""
    handed = EscalationEvent.escalation_id.in_(ids), EscalationEvent.kind == "handed_over"
    for event in session.scalars(select(EscalationEvent).where(*handed)):
        event.details = {name: told for name, told in event.details.items() if name != "reason"}
    done = _changed(session, update(Escalation).where(Escalation.id.in_(ids)).values(reason=""))
    record_audit(session, None, CLEARED, now=now, details={"escalations": done})
    return done


def clear_calls(session: Session, ids: Sequence[UUID], *, now: datetime) -> int:
    """Clear who answered these calls; that the office was rung up, when, and what came of it stay. Return how many."""
    done = _changed(session, update(PhoneCall).where(PhoneCall.id.in_(ids)).values(answered_by=""))
    record_audit(session, None, CLEARED, now=now, details={"calls": done})
    return done


def clear_alarm_words(session: Session, ids: Sequence[UUID], *, now: datetime) -> int:
    """Clear what people wrote when they cleared these alarms; that, when and by which post stay. Return how many."""
    done = _changed(session, update(Alarm).where(Alarm.id.in_(ids)).values(cleared_why=""))
    record_audit(session, None, CLEARED, now=now, details={"alarms": done})
    return done


def _changed(session: Session, step: object) -> int:
    return int(session.execute(step.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
