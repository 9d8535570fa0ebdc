"""Where villages stand in the course of an official naming, and every step on record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.namings import NamingStep
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.map_layers import EXPIRED, NAMED, NOT_NAMED, WITHDRAWN, NamingRow, namings_in
from grid_app.queries.scoping import codes_under
from grid_app.standing.facts import months_after
from grid_app.vocabulary.namings import (
    ENDED,
    ENDS_SOON,
    EXPIRY_AHEAD_DAYS,
    NAME,
    NOT_BEGUN,
    REVIEW,
    REVIEW_AHEAD_DAYS,
    REVIEW_DUE,
    REVIEW_EVERY_MONTHS,
    REVIEW_LATE,
    WITHDRAW,
)


@dataclass(frozen=True)
class StepLine:
    """One step on record: what, when, by which office, on which document, and why."""

    course: int
    kind: str
    done_on: date
    unit: str
    document_number: str
    reason: str


@dataclass(frozen=True)
class Course:
    """A village's present course: its number, its steps in order, and the stage (the last step's kind).

    ``naming`` is the recorded naming that counts; ``status`` named, expired, withdrawn or none. ``review_due`` is the
    day by which a naming in force has to be reviewed. ``earlier`` are the steps of ended courses.
    """

    code: str
    number: int = 0
    steps: tuple[StepLine, ...] = ()
    earlier: tuple[StepLine, ...] = ()
    stage: str = NOT_BEGUN
    naming: NamingRow | None = None
    review_due: date | None = None

    @property
    def naming_id(self) -> UUID | None:
        """Return the id of the recorded naming."""
        return self.naming.id if self.naming else None

    @property
    def status(self) -> str:
        """Return what the naming is worth today."""
        return self.naming.status if self.naming else NOT_NAMED


def waiting_for(course: Course, *, on: date) -> tuple[str, ...]:
    """Return what a naming in force asks of the county on a day: its yearly review, or a decision before it ends."""
    found = []
    if course.review_due is not None and course.review_due <= on + timedelta(days=REVIEW_AHEAD_DAYS):
        found.append(REVIEW_DUE if on <= course.review_due else REVIEW_LATE)
    ends = course.naming.expires_on if course.naming and course.status == NAMED else None
    if ends is not None and ends <= on + timedelta(days=EXPIRY_AHEAD_DAYS):
        found.append(ENDS_SOON)
    return tuple(found)


def waiting_count(session: Session, *, scope: Scope, on: date) -> int:
    """Return how many villages of the scope have a naming that asks for something."""
    return sum(bool(waiting_for(course, on=on)) for course in courses_in(session, scope=scope, on=on).values())


def course_of(session: Session, *, code: str, on: date) -> Course:
    """Return the course of one village on a day."""
    path = session.scalar(select(Division.path).where(Division.code == code))
    return courses_in(session, scope=Scope(paths=(path,)), on=on).get(code, Course(code)) if path else Course(code)


def courses_in(session: Session, *, scope: Scope, on: date) -> Mapping[str, Course]:
    """Return the courses of the scope's villages that have a step or a recorded naming, by code."""
    if not scope.paths:
        return {}
    namings: dict[str, list[NamingRow]] = {}
    for row in namings_in(session, scope=scope, on=on):
        namings.setdefault(row.division_code, []).append(row)
    steps: dict[str, list[StepLine]] = {}
    for code, line in _steps(session, scope):
        steps.setdefault(code, []).append(line)
    codes = sorted({*namings, *steps})
    return {code: _course(code, steps.get(code, []), namings.get(code, []), on) for code in codes}


def _course(code: str, lines: Sequence[StepLine], namings: Sequence[NamingRow], on: date) -> Course:
    number = max((line.course for line in lines), default=0)
    own = tuple(line for line in lines if line.course == number)
    naming = _counting(namings)
    stage = _stage(own, naming, on)
    due = None
    if naming is not None and naming.status == NAMED and stage in (NAME, REVIEW):
        reviewed = [line.done_on for line in own if line.kind == REVIEW]
        due = months_after(max([naming.named_on, *reviewed]), REVIEW_EVERY_MONTHS)
    earlier = tuple(line for line in lines if line.course != number)
    return Course(code, number, own, earlier, stage, naming, due)


def _counting(namings: Sequence[NamingRow]) -> NamingRow | None:
    """Return the naming in force, else the newest."""
    return next((row for row in namings if row.status == NAMED), namings[0] if namings else None)


def _stage(steps: Sequence[StepLine], naming: NamingRow | None, on: date) -> str:
    """Return the last step; without one, and after an ended course, what the recorded naming says."""
    last = steps[-1].kind if steps else NOT_BEGUN
    if last in (NAME, REVIEW):
        if naming is None or naming.status == WITHDRAWN:
            return WITHDRAW
        return NOT_BEGUN if naming.status == EXPIRED else last
    newer = naming is not None and (not steps or naming.named_on > steps[-1].done_on)
    if last in ENDED and naming is not None and naming.status == NAMED and newer and naming.named_on <= on:
        return NAME
    return last


def _steps(session: Session, scope: Scope) -> list[tuple[str, StepLine]]:
    rows = session.execute(
        select(NamingStep, Unit.name)
        .join(Unit, Unit.id == NamingStep.unit_id)
        .where(NamingStep.village_code.in_(codes_under(scope)))
        .order_by(NamingStep.village_code, NamingStep.course, NamingStep.number)
    )
    return [
        (row.village_code, StepLine(row.course, row.kind, row.done_on, unit, row.document_number, row.reason))
        for row, unit in rows
    ]
