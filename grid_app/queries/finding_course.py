"""How a finding goes on: who owns it and who answers, its clocks, and how often people confirmed a signal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.findings import FindingCourse, FindingDeadline
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent
from grid_app.policy import Actor

DECISIONS = ("confirmed", "dismissed")


@dataclass(frozen=True)
class CourseRow:
    """Who owns a finding (level and place), why there, and which unit answers; ``unit`` is empty before it is named."""

    version: int
    level: str
    place: str
    why: str
    unit_id: UUID | None
    unit: str


@dataclass(frozen=True)
class ClockRow:
    """One clock of a finding; ``done_at`` is set once it has ended."""

    code: str
    day_kind: str
    due_at: datetime
    done_at: datetime | None
    ended: str


@dataclass(frozen=True)
class Precision:
    """How often people confirmed what a signal had raised."""

    kind: str
    decided: int
    confirmed: int


def course_of(session: Session, finding_id: UUID) -> CourseRow | None:
    """Return the course of a finding whose reach was checked."""
    row = session.execute(
        select(FindingCourse, Division.name, Unit.name)
        .join(Division, Division.code == FindingCourse.owner_code)
        .outerjoin(Unit, Unit.id == FindingCourse.unit_id)
        .where(FindingCourse.finding_id == finding_id)
    ).first()
    if row is None:
        return None
    course, place, unit = row
    return CourseRow(course.version, course.level, place, course.why, course.unit_id, unit or "")


def clocks_of_finding(session: Session, finding_id: UUID) -> list[ClockRow]:
    """Return the clocks of a finding's present course, the first due first; those asked anew leave the old out."""
    rows = session.scalars(
        select(FindingDeadline)
        .where(FindingDeadline.finding_id == finding_id)
        .order_by(FindingDeadline.started_at, FindingDeadline.due_at)
    )
    newest = {row.rule_code: row for row in rows}
    found = [ClockRow(row.rule_code, row.day_kind, row.due_at, row.done_at, row.ended or "") for row in newest.values()]
    return sorted(found, key=lambda clock: clock.due_at)


def precision_of_signals(session: Session, actor: Actor) -> list[Precision]:
    """Return for each signal how many of the findings of the actor's county people decided, and how many confirmed.

    The last decision on each finding counts.
    """
    county = actor.division_path.strip("/").partition("/")[0]
    order = (FindingEvent.at.desc(), FindingEvent.id.desc())
    ranked = (
        select(
            FindingEvent.finding_id,
            FindingEvent.kind,
            func.row_number().over(partition_by=FindingEvent.finding_id, order_by=order).label("place"),
        )
        .where(FindingEvent.kind.in_(DECISIONS))
        .subquery()
    )
    rows = session.execute(
        select(Finding.kind, ranked.c.kind, func.count())
        .join(Finding, Finding.id == ranked.c.finding_id)
        .join(Division, Division.code == Finding.division_code)
        .where(ranked.c.place == 1, Division.path.startswith(f"/{county}/", autoescape=True))
        .group_by(Finding.kind, ranked.c.kind)
    ).all()
    counts = {(signal, decision): number for signal, decision, number in rows}
    return [
        Precision(kind, sum(counts.get((kind, one), 0) for one in DECISIONS), counts.get((kind, "confirmed"), 0))
        for kind in sorted({signal for signal, _, _ in rows})
    ]
