"""Questions about returns: which rounds a place answers, what was logged since its last return, who answers where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from geo.codes import CODE_LENGTH
from grid_app.models.accounts import Assignment
from grid_app.models.boundary_changes import RecordMove
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.rounds import Round, ScreeningReturn
from grid_app.policy import Scope
from grid_app.queries.round_answers import answered_places
from grid_app.queries.scoping import visible


@dataclass(frozen=True)
class RoundOver:
    """An open round over a place; ``answered`` also when its whole village, or every one of its grids, answered."""

    round_id: UUID
    name: str
    due_at: datetime
    answered: bool


@dataclass(frozen=True)
class Entry:
    """One dispute of a prefilled return."""

    dispute_id: UUID
    case_code: str
    category: str
    summary: str
    state: str
    grade: str
    received_at: datetime


def rounds_over(session: Session, division: Division, *, now: datetime) -> list[RoundOver]:
    """Return the open rounds whose area contains ``division`` (a grid or village), the earliest due first."""
    above = [code for code in division.path.strip("/").split("/") if code]
    rows = session.scalars(
        select(Round)
        .where(Round.state == "open", Round.division_code.in_(above), Round.opens_at <= now)
        .order_by(Round.due_at, Round.id)
    ).all()
    grids = _grids_of(session, division)
    answers = answered_places(session, [row.id for row in rows], only=[*above, *grids])
    return [
        RoundOver(row.id, row.name, row.due_at, _is_answered(division, grids, answers.get(row.id, set())))
        for row in rows
    ]


def last_return_at(session: Session, code: str) -> datetime | None:
    """Return when this grid or village answered last by itself, or ``None``."""
    return session.scalar(
        select(ScreeningReturn.returned_at)
        .where(ScreeningReturn.division_code == code)
        .order_by(ScreeningReturn.returned_at.desc())
        .limit(1)
    )


def entries_since_last_return(session: Session, scope: Scope, *, division: Division, now: datetime) -> list[Entry]:
    """Return what was logged in ``division`` and is in no return yet, the oldest first: the prefilled entries.

    A grid's entries are those located in it, and those that its workers logged for the village without a finer
    place. A first return goes back to the opening of the oldest round that it answers.
    """
    begin = _begin(session, division, now)
    if begin is None:
        return []
    rows = session.execute(
        select(
            Dispute.id, Dispute.case_code, Dispute.category, Dispute.summary, Dispute.state, Dispute.grade,
            Dispute.received_at,
        )
        .join(Division, Division.code == Dispute.division_code)
        .where(visible(scope), _logged_in(division), Dispute.received_at >= begin, ~_is_returned(division))
        .order_by(Dispute.received_at, Dispute.id)
    )  # fmt: skip
    return [Entry(*row) for row in rows]


def _begin(session: Session, division: Division, now: datetime) -> datetime | None:
    above = [code for code in division.path.strip("/").split("/") if code]
    first_open = session.scalar(
        select(Round.opens_at)
        .where(Round.state == "open", Round.division_code.in_(above), Round.opens_at <= now)
        .order_by(Round.opens_at)
        .limit(1)
    )
    last = last_return_at(session, division.code)
    known = [moment for moment in (first_open, last) if moment is not None]
    return min(known, default=None)


def _logged_in(division: Division) -> ColumnElement[bool]:
    inside = Division.path.startswith(division.path, autoescape=True)
    if division.level != "grid":
        return inside
    workers = select(Assignment.id).where(Assignment.division_code == division.code)
    return or_(inside, and_(Dispute.division_code == division.parent_code, Dispute.reported_by.in_(workers)))


def _is_returned(division: Division) -> ColumnElement[bool]:
    """Return the condition that a dispute is in a return: of its own grid, of its reporter's grid or its village.

    So is one that a change of boundaries brought here after it was returned under its old grid or village.
    """
    reporters = select(Assignment.division_code).where(Assignment.id == Dispute.reported_by)
    whole = (division.code, division.parent_code) if division.level == "grid" else (division.code,)
    moved = (
        select(RecordMove.id)
        .where(
            RecordMove.record_id == Dispute.id,
            RecordMove.kind == "dispute",
            RecordMove.at > ScreeningReturn.returned_at,
            or_(
                ScreeningReturn.division_code == RecordMove.from_code,
                ScreeningReturn.division_code == func.substr(RecordMove.from_code, 1, CODE_LENGTH["village"]),
            ),
        )
        .correlate(Dispute, ScreeningReturn)
        .exists()
    )
    return exists().where(
        ScreeningReturn.returned_at >= Dispute.received_at,
        or_(
            ScreeningReturn.division_code.in_(whole),
            ScreeningReturn.division_code == Dispute.division_code,
            ScreeningReturn.division_code.in_(reporters) & (ScreeningReturn.village_code == Dispute.division_code),
            moved,
        ),
    )


def _grids_of(session: Session, division: Division) -> list[str]:
    if division.level != "village":
        return []
    return list(
        session.scalars(
            select(Division.code).where(
                Division.parent_code == division.code, Division.level == "grid", Division.valid_to.is_(None)
            )
        )
    )


def _is_answered(division: Division, grids: Sequence[str], answers: set[str]) -> bool:
    if division.code in answers or (division.level == "grid" and division.parent_code in answers):
        return True
    return bool(grids) and answers.issuperset(grids)
