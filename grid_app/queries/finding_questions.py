"""What a finding tells those outside its office: the unit with the duty, and the residents who told of the matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.findings import FindingCourse, FindingDeadline
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.policy import Action, Actor, allows
from grid_app.queries.finding_duties import has_duty, is_complained_of
from grid_app.queries.findings import FindingRow, findings_where
from grid_app.vocabulary.findings import DONE_STATES, LEVEL_UNITS, LIVE_STATES, SUSPECTED

ANSWER = "finding_answer"


@dataclass(frozen=True)
class SharedAnswer:
    """What a resident is told: how many households told the same, which unit answers, by when or on which day."""

    households: int
    unit: str
    due_at: datetime | None
    answered_at: datetime | None


def questions_to(session: Session, actor: Actor, *, finding_id: UUID | None = None) -> list[FindingRow]:
    """Return the findings that the actor's unit has the duty to solve, the gravest first.

    Once a person has confirmed them; offices that read findings see before that somebody above looks at one.
    """
    early = (SUSPECTED,) if allows(actor, Action.READ_FINDINGS) else ()
    conditions = [
        has_duty(actor.unit_id),
        ~is_complained_of(actor.unit_id),
        Finding.state.in_((*early, *LIVE_STATES, *DONE_STATES)),
    ]
    if finding_id is not None:
        conditions.append(Finding.id == finding_id)
    return findings_where(session, actor, *conditions)


def shared_answer(session: Session, dispute_id: UUID) -> SharedAnswer | None:
    """Return what the resident of a dispute is told of its confirmed finding; of several, the one answered first."""
    row = session.execute(
        select(Finding, FindingCourse, Unit.name, FindingDeadline)
        .join(FindingMember, FindingMember.finding_id == Finding.id)
        .join(FindingCourse, FindingCourse.finding_id == Finding.id)
        .outerjoin(Unit, Unit.id == FindingCourse.unit_id)
        .join(FindingDeadline, FindingDeadline.finding_id == Finding.id)
        .where(
            FindingMember.dispute_id == dispute_id,
            Finding.state.in_((*LIVE_STATES, *DONE_STATES)),
            Finding.merged_into.is_(None),
            FindingDeadline.rule_code == ANSWER,
        )
        .order_by(FindingDeadline.done_at.is_not(None), FindingDeadline.due_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    finding, course, unit, clock = row
    answered = session.scalar(
        select(FindingEvent.at)
        .where(
            FindingEvent.finding_id == finding.id,
            FindingEvent.kind == "answered",
            FindingEvent.at >= clock.started_at,
        )
        .order_by(FindingEvent.at.desc())
        .limit(1)
    )
    waits = answered is None and finding.state in LIVE_STATES
    if not waits and answered is None:
        return None
    return SharedAnswer(
        finding.households_ever, unit or _owning_unit(session, course), clock.due_at if waits else None, answered
    )


def _owning_unit(session: Session, course: FindingCourse) -> str:
    """Return the name of the office that holds a finding as long as no unit is named."""
    question = (
        select(Unit.name)
        .where(
            Unit.kind == LEVEL_UNITS[course.level], Unit.division_code == course.owner_code, Unit.closed_at.is_(None)
        )
        .order_by(Unit.name)
        .limit(1)
    )
    return session.scalar(question) or "办理单位"
