"""Rounds of a village alone, when the village ends: each division that continues it has the round, and its answers.

The round itself goes to one of them; for every other one the same round is opened with the same dates and with the
answers so far, which count for what continues the place they came from (``queries/round_answers.py``). Where the same
round stands already, it takes over the answers, and the other one stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.models.round_analyses import RoundAnalysis
from grid_app.models.rounds import Round, RoundAnswer, RoundRun
from grid_app.services.places.boundaries_moves import Going

COPIED: Final = ("template_code", "period", "name", "opens_at", "due_at", "window_end", "state", "closed_at")


def move_rounds(session: Session, going: Sequence[Going]) -> list[Going]:
    """Give every successor the round and return what was moved; a round opened for a successor is among it."""
    moved: list[Going] = []
    seen: set[UUID] = set()
    for one in going:
        row = session.get_one(Round, one.id, populate_existing=True)
        same = _same(session, row, one.to_code)
        if same is not None:
            _copy_answers(session, row.id, same.id)
        elif one.id in seen:
            opened = Round(division_code=one.to_code, **{name: getattr(row, name) for name in COPIED})
            session.add(opened)
            session.flush()  # the answers below point at it
            _copy_answers(session, row.id, opened.id)
            moved.append(Going(opened.id, one.from_code, one.to_code, one.how))
        else:
            row.division_code = one.to_code
            moved.append(one)
        seen.add(one.id)
        session.flush()  # the next question asks where rounds stand
    return moved


def take_rounds_back(session: Session, going: Sequence[Going]) -> list[Going]:
    """Put rounds back where they came from; of those opened for successors only the answers go back.

    One of them that was analysed meanwhile stays, because an analysis is never deleted.
    """
    done: list[Going] = []
    for one in sorted(going, key=lambda way: way.id):  # ids rise: the round itself before those opened from it
        row = session.get(Round, one.id, populate_existing=True)
        if row is None or row.division_code != one.from_code:
            continue  # somebody has moved it on
        same = _same(session, row, one.to_code)
        if same is None:
            row.division_code = one.to_code
        else:
            _copy_answers(session, row.id, same.id)
            if session.scalar(select(RoundRun.id).where(RoundRun.round_id == row.id).limit(1)):
                continue
            for table in (RoundAnswer, RoundAnalysis):
                session.execute(delete(table).where(table.round_id == row.id))
            session.delete(row)
        session.flush()  # the next question asks where rounds stand
        done.append(one)
    return done


def _same(session: Session, row: Round, code: str) -> Round | None:
    """Return another round of the same kind and period over a division."""
    return session.scalar(
        select(Round).where(
            Round.id != row.id,
            Round.division_code == code,
            Round.template_code == row.template_code,
            Round.period == row.period,
        )
    )


def _copy_answers(session: Session, source: UUID, target: UUID) -> None:
    """Let a round have another one's answers, too; what it has already stays."""
    known = set(session.scalars(select(RoundAnswer.division_code).where(RoundAnswer.round_id == target)))
    rows = session.execute(
        select(RoundAnswer.division_code, RoundAnswer.return_id).where(RoundAnswer.round_id == source)
    ).all()
    session.add_all(
        RoundAnswer(round_id=target, division_code=code, return_id=given) for code, given in rows if code not in known
    )
    session.flush()  # the caller may delete the source, or ask who has answered
