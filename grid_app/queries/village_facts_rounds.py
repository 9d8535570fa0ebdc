"""How villages answered the rounds that fell due: in time, with how long a run of zero returns; zero is an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.queries.boundaries_successors import predecessors_of
from grid_app.queries.round_answers import answered_places, changes_during

Asked: TypeAlias = tuple[str, str, date]
"""A village's code, its path, and since when it is one."""


@dataclass(frozen=True)
class _Due:
    round_id: UUID
    area: str
    due_at: datetime


@dataclass(frozen=True)
class _Answer:
    """What came for one round from one village: grids in time, the whole in time, and whether anything was told."""

    grids: int
    whole: bool
    told: bool


def rounds_of(
    session: Session, *, villages: Sequence[Asked], since: datetime, end: datetime
) -> dict[str, dict[str, Any]]:
    """Return for each village its first due round ever, and of the window: rounds, those in time, days of silence."""
    due = _due(session, end)
    inside = [one for one in due if one.due_at > since]
    answers = _answers(session, [one.round_id for one in inside], villages)
    _inherit(session, inside, [code for code, _, _ in villages], answers)
    grids = _grids(session, villages)
    return {
        code: _of_village(_asked(due, path, first), since, answers.get(code, {}), grids.get(code, 0))
        for code, path, first in villages
    }


def _of_village(own: Sequence[_Due], since: datetime, answers: dict[UUID, _Answer], grids: int) -> dict[str, Any]:
    inside = [one for one in own if one.due_at > since]
    in_time = [one for one in inside if _answered(answers.get(one.round_id), grids)]
    return {
        "recorded_since": local_date(own[0].due_at) if own else None,
        "rounds": len(inside),
        "rounds_on_time": len(in_time),
        "zero_days": _silence(in_time, answers),
    }


def _inherit(
    session: Session, due: Sequence[_Due], villages: Sequence[str], answers: dict[str, dict[UUID, _Answer]]
) -> None:
    """Add what counts for a village because the divisions that it continues had answered in time."""
    if not changes_during(session, [one.round_id for one in due]):
        return
    origins = {code: tuple(one.code for one in predecessors_of(session, code)) for code in villages}
    for one in due:
        in_time = answered_places(session, [one.round_id], until=one.due_at).get(one.round_id, set())
        told = _told_by_village(session, one.round_id)
        for code in villages:
            if code in in_time and origins[code]:
                is_told = any(told.get(place, False) for place in (code, *origins[code]))
                answers.setdefault(code, {})[one.round_id] = _Answer(0, whole=True, told=is_told)


def _told_by_village(session: Session, round_id: UUID) -> dict[str, bool]:
    """Return of each village that answered a round whether it told anything."""
    rows = session.execute(
        select(ScreeningReturn.village_code, func.sum(case((ScreeningReturn.zero.is_(True), 0), else_=1)))
        .join(RoundAnswer, RoundAnswer.return_id == ScreeningReturn.id)
        .where(RoundAnswer.round_id == round_id)
        .group_by(ScreeningReturn.village_code)
    )
    return {code: bool(told) for code, told in rows}


def _asked(due: Sequence[_Due], path: str, first: date) -> list[_Due]:
    """Return the rounds that asked a village since it is one."""
    begin = start_of_day(first)
    return [one for one in due if path.startswith(one.area) and one.due_at > begin]


def _answered(answer: _Answer | None, grids: int) -> bool:
    return answer is not None and (answer.whole or (grids > 0 and answer.grids >= grids))


def _silence(in_time: Sequence[_Due], answers: dict[UUID, _Answer]) -> int:
    """Return the days between the first and the last of the zero returns that reach up to the present."""
    run: list[_Due] = []
    for one in reversed(in_time):
        if answers[one.round_id].told:
            break
        run.append(one)
    return (run[0].due_at - run[-1].due_at).days if run else 0


def _due(session: Session, end: datetime) -> list[_Due]:
    """Return every round that was due by ``end``, the earliest first."""
    rows = session.execute(
        select(Round.id, Division.path, Round.due_at)
        .join(Division, Division.code == Round.division_code)
        .where(Round.due_at <= end)
        .order_by(Round.due_at, Round.id)
    )
    return [_Due(*row) for row in rows]


def _answers(session: Session, rounds: Sequence[UUID], villages: Sequence[Asked]) -> dict[str, dict[UUID, _Answer]]:
    is_grid = Division.level == "grid"
    in_time = ScreeningReturn.returned_at <= Round.due_at
    village = ScreeningReturn.village_code
    rows = session.execute(
        select(
            village,
            RoundAnswer.round_id,
            func.sum(case((is_grid & in_time, 1), else_=0)),
            func.sum(case((~is_grid & in_time, 1), else_=0)),
            func.sum(case((ScreeningReturn.zero.is_(True), 0), else_=1)),
        )
        .select_from(RoundAnswer)
        .join(ScreeningReturn, ScreeningReturn.id == RoundAnswer.return_id)
        .join(Round, Round.id == RoundAnswer.round_id)
        .join(Division, Division.code == RoundAnswer.division_code)
        .where(
            RoundAnswer.round_id.in_(rounds),
            village.in_([code for code, _, _ in villages]),
            Division.valid_to.is_(None),
        )
        .group_by(village, RoundAnswer.round_id)
    )
    found: dict[str, dict[UUID, _Answer]] = {}
    for code, round_id, grids, whole, told in rows:
        found.setdefault(code, {})[round_id] = _Answer(int(grids), bool(whole), bool(told))
    return found


def _grids(session: Session, villages: Sequence[Asked]) -> dict[str, int]:
    rows = session.execute(
        select(Division.parent_code, func.count())
        .where(
            Division.level == "grid",
            Division.valid_to.is_(None),
            Division.parent_code.in_([code for code, _, _ in villages]),
        )
        .group_by(Division.parent_code)
    )
    return {str(code): int(count) for code, count in rows}
