"""Questions about findings, within the actor's area: the list, one finding with its members and history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.policy import Actor
from grid_app.vocabulary.words import GRADE_ORDER

TIME_TO_DECIDE: Final = timedelta(days=2)
"""A person decides about a suspected finding within two days of its being raised."""
FINDINGS_SHOWN: Final = 50
ASKING_KINDS: Final = ("new", "raised_again")


@dataclass(frozen=True)
class FindingRow:
    """One finding as lists show it; ``decide_by`` is set while a person's decision is due."""

    finding_id: UUID
    code: str
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
    enough_history: bool
    created_at: datetime
    decided_at: datetime | None
    decision_reason: str
    merged_into: UUID | None
    first_run_id: UUID
    last_run_id: UUID


def in_reach(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a finding (joined with its division) lies in the actor's area.

    A unit that a member dispute complains of does not see the finding (信访工作条例 28, 30).
    """
    about_the_unit = exists().where(
        FindingMember.finding_id == Finding.id,
        Dispute.id == FindingMember.dispute_id,
        Dispute.about_unit_id == actor.unit_id,
    )
    return and_(Division.path.startswith(actor.division_path, autoescape=True), ~about_the_unit)


def findings_of(
    session: Session, actor: Actor, *, state: str | None, offset: int = 0, limit: int = FINDINGS_SHOWN
) -> list[FindingRow]:
    """Return the findings in the actor's area, the gravest first, then by households; ``state`` ``None`` is all."""
    conditions = [in_reach(actor)] + ([Finding.state == state] if state else [])
    question = _rows().where(*conditions).order_by(*_gravest_first()).offset(offset).limit(limit)
    return _with_dates(session, session.execute(question).all())


def findings_by_id(session: Session, actor: Actor, ids: Sequence[UUID]) -> list[FindingRow]:
    """Return those of ``ids`` that lie in the actor's area, the gravest first."""
    question = _rows().where(in_reach(actor), Finding.id.in_(ids)).order_by(*_gravest_first())
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
        enough_history=row.enough_history,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        merged_into=row.merged_into,
        first_run_id=row.first_run_id,
        last_run_id=row.last_run_id,
    )


def _rows() -> Any:  # noqa: ANN401 - a select of a table and three columns; its own type is longer than the query
    above = aliased(Division)
    return (
        select(Finding, Division, above.name.label("parent"), Organisation.name.label("organisation"))
        .join(Division, Division.code == Finding.division_code)
        .outerjoin(above, and_(above.code == Division.parent_code, above.level != "county"))
        .outerjoin(Organisation, Organisation.id == Finding.organisation_id)
    )


def _gravest_first() -> tuple[Any, ...]:
    severity = case({grade: rank for rank, grade in enumerate(GRADE_ORDER)}, value=Finding.grade, else_=-1)
    return (severity.desc(), Finding.households_ever.desc(), Finding.code)


def _with_dates(session: Session, rows: Sequence[Any]) -> list[FindingRow]:
    asked = _asked_at(session, [row.Finding.id for row in rows if row.Finding.state == "suspected"])
    return [_row(row, asked) for row in rows]


def _asked_at(session: Session, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return when each finding was put to people last: when it was new, or raised again."""
    rows = session.execute(
        select(FindingEvent.finding_id, func.max(FindingEvent.at))
        .where(FindingEvent.finding_id.in_(ids), FindingEvent.kind.in_(ASKING_KINDS))
        .group_by(FindingEvent.finding_id)
    )
    return {finding_id: at for finding_id, at in rows}  # noqa: C416 - as above


def _row(row: Any, asked: Mapping[UUID, datetime]) -> FindingRow:  # noqa: ANN401 - a row of the select above
    found: Finding = row.Finding
    raised = asked.get(found.id)
    return FindingRow(
        finding_id=found.id,
        code=found.code,
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
        decide_by=raised + TIME_TO_DECIDE if raised else None,
    )
