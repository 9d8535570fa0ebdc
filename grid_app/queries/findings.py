"""Questions about findings, within the actor's area: the list, one finding with what its page tells.

A township sees a finding across townships as soon as one member lies in it, and of the others their number alone. A
unit with an own part sees the question, never the members (``FindingRow.is_own_duty``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.findings import FindingCourse, FindingDeadline
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingMember
from grid_app.policy import Action, Actor, Role, allows
from grid_app.queries.finding_duties import has_duty, is_complained_of
from grid_app.queries.known_findings import has_members_outside
from grid_app.vocabulary.findings import LEVELS, SUSPECTED
from grid_app.vocabulary.words import GRADE_ORDER

FINDINGS_SHOWN: Final = 50
CONFIRM: Final = "finding_confirm"


@dataclass(frozen=True)
class FindingRow:
    """One finding as lists show it; ``decide_by`` is set while a person's decision is due.

    ``is_beyond``: some members lie outside the reader's area. ``is_own_duty``: the reader's unit has the duty to solve
    it, so that counts are words and no member is shown.
    """

    finding_id: UUID
    code: str
    kind: str
    state: str
    trend: str
    grade: str
    category: str
    place: str
    township: str
    organisation: str
    households_ever: int
    households_now: int
    disputes_ever: int
    since: date
    decide_by: datetime | None
    is_beyond: bool = False
    is_own_duty: bool = False


@dataclass(frozen=True)
class FindingFacts:
    """What one finding's page tells besides its row."""

    grade_reasons: tuple[str, ...]
    reason: str
    unflag: str
    rule: str
    observed: int
    expected: float | None
    ratio: float | None
    p_value: float | None
    recurrence_days: float | None
    enough_history: bool
    created_at: datetime
    decided_at: datetime | None
    decision_reason: str
    merged_into: UUID | None
    first_run_id: UUID
    last_run_id: UUID


def in_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a finding (joined with its division) concerns the actor's area or unit.

    A unit that a member dispute complains of does not see the finding (信访工作条例 28, 30).
    """
    member, dispute, place = aliased(FindingMember), aliased(Dispute), aliased(Division)
    course = aliased(FindingCourse)
    reach = or_(
        Division.path.startswith(actor.division_path, autoescape=True),
        exists().where(
            member.finding_id == Finding.id,
            dispute.id == member.dispute_id,
            place.code == dispute.division_code,
            place.path.startswith(actor.division_path, autoescape=True),
        ),
        exists().where(course.finding_id == Finding.id, course.unit_id == actor.unit_id),
    )
    return and_(reach, ~is_complained_of(actor.unit_id))


def findings_of(
    session: Session, actor: Actor, *, states: Sequence[str], offset: int = 0, limit: int = FINDINGS_SHOWN
) -> list[FindingRow]:
    """Return the findings in the actor's area, the gravest first, then by households; without ``states`` all."""
    conditions = [in_reach(actor)] + ([Finding.state.in_(states)] if states else [])
    question = _rows(actor).where(*conditions).order_by(*_gravest_first()).offset(offset).limit(limit)
    return _with_dates(session, session.execute(question).all())


def findings_by_id(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[FindingRow]:
    """Return those of ``ids`` that lie in the actor's area, the gravest first."""
    return findings_where(session, actor, in_reach(actor), Finding.id.in_(ids))


def findings_where(session: Session, actor: Actor, *conditions: ColumnElement[bool]) -> list[FindingRow]:
    """Return the findings that meet conditions, which say what the actor may reach, the gravest first."""
    question = _rows(actor).where(*conditions).order_by(*_gravest_first())
    return _with_dates(session, session.execute(question).all())


def counts_by_state(session: Session, actor: Actor) -> dict[str, int]:
    """Return how many findings of each state lie in the actor's area."""
    rows = session.execute(
        select(Finding.state, func.count())
        .join(Division, Division.code == Finding.division_code)
        .where(in_reach(actor))
        .group_by(Finding.state)
    )
    return {state: count for state, count in rows}  # noqa: C416 - a row is not a pair to the type checker


def count_to_decide(session: Session, actor: Actor) -> int:
    """Return how many suspected findings wait for the actor's own level, or for one below it."""
    if not allows(actor, Action.DECIDE_FINDING):
        return 0
    levels = {Role.COUNTY_LEAD: LEVELS, Role.COUNTY_OFFICER: LEVELS[:2]}.get(actor.role, LEVELS[:1])
    question = (
        select(func.count())
        .select_from(Finding)
        .join(Division, Division.code == Finding.division_code)
        .join(FindingCourse, FindingCourse.finding_id == Finding.id)
        .where(
            in_reach(actor),
            Finding.state == SUSPECTED,
            FindingCourse.level.in_(levels),
            ~has_duty(actor.unit_id),
        )
    )
    return session.scalar(question) or 0


def finding_facts(session: Session, finding_id: UUID) -> FindingFacts:
    """Return the facts of a finding whose reach was checked by ``findings_by_id``."""
    row = session.get_one(Finding, finding_id)
    return FindingFacts(
        grade_reasons=tuple(row.grade_reasons),
        reason=row.reason,
        unflag=row.unflag,
        rule=row.rule,
        observed=row.observed,
        expected=row.expected,
        ratio=row.ratio,
        p_value=row.p_value,
        recurrence_days=row.recurrence_days,
        enough_history=row.enough_history,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        merged_into=row.merged_into,
        first_run_id=row.first_run_id,
        last_run_id=row.last_run_id,
    )


def _rows(actor: Actor) -> Any:  # noqa: ANN401 - a select of a table and five columns; its own type is longer than it
    above = aliased(Division)
    return (
        select(
            Finding,
            Division,
            above.name.label("parent"),
            Organisation.name.label("organisation"),
            has_members_outside(actor.division_path).label("is_beyond"),
            has_duty(actor.unit_id).label("is_own_duty"),
        )
        .join(Division, Division.code == Finding.division_code)
        .outerjoin(above, and_(above.code == Division.parent_code, above.level != "county"))
        .outerjoin(Organisation, Organisation.id == Finding.organisation_id)
    )


def _gravest_first() -> tuple[Any, ...]:
    severity = case({grade: rank for rank, grade in enumerate(GRADE_ORDER)}, value=Finding.grade, else_=-1)
    return (severity.desc(), Finding.households_ever.desc(), Finding.code)


def _with_dates(session: Session, rows: Sequence[Any]) -> list[FindingRow]:
    due = _decide_by(session, [row.Finding.id for row in rows if row.Finding.state == SUSPECTED])
    return [_row(row, due) for row in rows]


def _decide_by(session: Session, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    rows = session.execute(
        select(FindingDeadline.finding_id, FindingDeadline.due_at).where(
            FindingDeadline.finding_id.in_(ids),
            FindingDeadline.rule_code == CONFIRM,
            FindingDeadline.done_at.is_(None),
        )
    )
    return {finding_id: at for finding_id, at in rows}  # noqa: C416 - as above


def _row(row: Any, due: Mapping[UUID, datetime]) -> FindingRow:  # noqa: ANN401 - a row of the select above
    found: Finding = row.Finding
    return FindingRow(
        finding_id=found.id,
        code=found.code,
        kind=found.kind,
        state=found.state,
        trend=found.trend,
        grade=found.grade,
        category=found.category,
        place=row.Division.name,
        township=row.parent or "",
        organisation=row.organisation or "",
        households_ever=found.households_ever,
        households_now=found.households_now,
        disputes_ever=found.disputes_ever,
        since=found.since,
        decide_by=due.get(found.id),
        is_beyond=bool(row.is_beyond),
        is_own_duty=bool(row.is_own_duty),
    )
