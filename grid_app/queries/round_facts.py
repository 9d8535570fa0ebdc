"""What signals read beside the incidents: villages with a point, open disputes past their date, earlier returns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.clock import local_date
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, BoundaryGeneration, Division
from grid_app.models.rounds import Finding, Round, RoundAnswer, RoundRun, ScreeningReturn
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from screening.inputs import Answered, Arrear, Village
from screening.parameters import STATISTICAL

BUDGET_DAYS: Final = 30
"""The budget counts the findings of so many days."""
ROUNDS_BACK: Final = 26
"""Returns of so many rounds of one kind are compared."""


def villages_of(session: Session, root: str, *, known_at: datetime) -> tuple[Village, ...]:
    """Return the villages under ``root`` that stand at that moment, with their points of the boundaries in use then."""
    day = local_date(known_at)
    generation = session.scalar(
        select(BoundaryGeneration.id)
        .where(BoundaryGeneration.activated_at <= known_at)
        .order_by(BoundaryGeneration.activated_at.desc())
        .limit(1)
    )
    rows = session.execute(
        select(Division.code, Division.path, Division.valid_from, Boundary.label_lon, Boundary.label_lat)
        .outerjoin(Boundary, (Boundary.code == Division.code) & (Boundary.generation_id == generation))
        .where(
            Division.level == "village",
            Division.path.startswith(root, autoescape=True),
            or_(Division.valid_to.is_(None), Division.valid_to > day),
        )
        .order_by(Division.code)
    )
    found = rows.all()
    first = min((row.valid_from for row in found), default=day)
    return tuple(
        Village(
            code=code, path=_above(path), lon=lon, lat=lat, since=valid_from if valid_from > first else None
        )
        for code, path, valid_from, lon, lat in found
    )  # fmt: skip


def _above(path: str) -> tuple[str, ...]:
    return tuple(path.strip("/").split("/"))[:-1]


def arrears_of(session: Session, root: str, *, known_at: datetime) -> tuple[Arrear, ...]:
    """Return the disputes with a clock that ran at that moment, each with its first due date and the unit on it."""
    rows = session.execute(
        select(Dispute.id, Dispute.owner_unit_id, Division.code, Division.level, Division.path, _first_due(known_at))
        .join(Division, Division.code == Dispute.division_code)
        .where(
            Division.path.startswith(root, autoescape=True),
            Dispute.received_at <= known_at,
            Dispute.owner_unit_id.is_not(None),
            Dispute.category.not_like(f"{SEALED}%"),
            Dispute.category.not_like(f"{COUNTY_ONLY}%"),
        )
        .order_by(Dispute.id)
    )
    today = local_date(known_at)
    return tuple(
        Arrear(
            dispute_id=str(dispute), unit=str(unit), days_late=(today - local_date(due)).days,
            cell=_above(path)[-1] if level == "grid" else code,
        )
        for dispute, unit, code, level, path, due in rows
        if due is not None
    )  # fmt: skip


def _first_due(known_at: datetime) -> ScalarSelect[datetime]:
    return (
        select(func.min(Deadline.due_at))
        .where(
            Deadline.dispute_id == Dispute.id,
            Deadline.started_at <= known_at,
            or_(Deadline.done_at.is_(None), Deadline.done_at > known_at),
        )
        .correlate(Dispute)
        .scalar_subquery()
    )


def answers_of(
    session: Session, *, template_code: str, root: str, window_end: date, known_at: datetime
) -> tuple[Answered, ...]:
    """Return what each village answered in the newest rounds of a kind that ended by ``window_end``.

    A village that answers grid by grid counts once all that came is added up; what its grids sent after that moment
    is not among it.
    """
    rounds = _rounds(session, template_code, root, window_end)
    village, own = aliased(Division), aliased(Division)
    entries: dict[tuple[date, str], int] = defaultdict(int)
    rows = session.execute(
        select(RoundAnswer.round_id, ScreeningReturn.village_code, ScreeningReturn.zero, ScreeningReturn.entries)
        .join(ScreeningReturn, ScreeningReturn.id == RoundAnswer.return_id)
        .join(village, village.code == ScreeningReturn.village_code)
        .join(own, own.code == RoundAnswer.division_code)
        .where(
            RoundAnswer.round_id.in_(rounds),
            village.path.startswith(root, autoescape=True),
            ScreeningReturn.returned_at <= known_at,
        )
    )
    for round_id, code, is_zero, told in rows:
        entries[rounds[round_id], code] += 0 if is_zero else len(told)
    return tuple(Answered(village=code, day=day, entries=count) for (day, code), count in sorted(entries.items()))


def _rounds(session: Session, template_code: str, root: str, window_end: date) -> dict[UUID, date]:
    """Return the last day of each of the newest rounds over the area or parts of it."""
    days: Sequence[date] = session.scalars(
        select(Round.window_end)
        .where(Round.template_code == template_code, Round.window_end <= window_end)
        .distinct()
        .order_by(Round.window_end.desc())
        .limit(ROUNDS_BACK)
    ).all()
    rows = session.execute(
        select(Round.id, Round.window_end)
        .join(Division, Division.code == Round.division_code)
        .where(Round.template_code == template_code, Round.window_end.in_(days))
        .where(or_(Division.path.startswith(root, autoescape=True), Division.path == root))
    )
    return {row.id: row.window_end for row in rows}


def told_lately(session: Session, root: str, *, before_round: UUID | None, known_at: datetime) -> int:
    """Return how many findings of statistical signals the rounds of the last 30 days told first, but for this one."""
    question = (
        select(func.count())
        .select_from(Finding)
        .join(Division, Division.code == Finding.division_code)
        .join(RoundRun, RoundRun.id == Finding.first_run_id)
        .where(
            Finding.kind.in_(STATISTICAL),
            Division.path.startswith(root, autoescape=True),
            Finding.created_at > known_at - timedelta(days=BUDGET_DAYS),
            Finding.created_at <= known_at,
        )
    )
    if before_round is not None:
        question = question.where(RoundRun.round_id != before_round)
    return session.scalar(question) or 0
