"""Questions about rounds: which are there, who has answered, what the analysis said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundAnswer, RoundRun
from grid_app.policy import Actor


@dataclass(frozen=True)
class VillageProgress:
    """How far a village's return is: ``answered`` of ``grids``; ``returned`` when the village or all grids answered."""

    code: str
    name: str
    township: str
    grids: int
    answered: int
    returned: bool
    missing: tuple[str, ...]


def round_row(session: Session, round_id: UUID) -> Round:
    """Return a round by its id; an unknown one is a programming error."""
    return session.get_one(Round, round_id)


def closed_round_ids(session: Session) -> list[UUID]:
    """Return the rounds that are closed and wait for their analysis, the earliest window first."""
    return list(
        session.scalars(
            select(Round.id).where(Round.state == "closed").order_by(Round.window_end, Round.due_at, Round.id)
        )
    )


def rounds_of(session: Session, actor: Actor, *, limit: int = 50) -> Sequence[tuple[Round, str]]:
    """Return the rounds that touch the actor's subtree with their area's name, the newest first."""
    above = [code for code in actor.division_path.strip("/").split("/") if code]
    return session.execute(
        select(Round, Division.name)
        .join(Division, Division.code == Round.division_code)
        .where(or_(Division.path.startswith(actor.division_path, autoescape=True), Round.division_code.in_(above)))
        .order_by(Round.opens_at.desc(), Round.id)
        .limit(limit)
    ).all()


def progress_of(session: Session, row: Round, *, within: str) -> list[VillageProgress]:
    """Return the progress of every village of the round below the path ``within``, in code order.

    A village's return assembles itself: it has returned when it answered as a whole or when every one of its grids
    did; a village without grids answers as a whole.
    """
    root = session.get_one(Division, row.division_code).path
    reach = within if within.startswith(root) else root
    answers = set(session.scalars(select(RoundAnswer.division_code).where(RoundAnswer.round_id == row.id)))
    current = Division.valid_to.is_(None)
    villages = session.scalars(
        select(Division)
        .where(Division.level == "village", Division.path.startswith(_village_part(reach), autoescape=True), current)
        .order_by(Division.code)
    ).all()
    grids: dict[str, list[Division]] = {}
    for grid in session.scalars(
        select(Division).where(Division.level == "grid", Division.path.startswith(reach, autoescape=True), current)
    ):
        grids.setdefault(grid.parent_code or "", []).append(grid)
    townships = dict(session.execute(select(Division.code, Division.name).where(Division.level == "township")).all())
    return [_progress(v, grids.get(v.code, []), answers, townships.get(v.parent_code or "", "")) for v in villages]


def _village_part(path: str) -> str:
    steps = path.strip("/").split("/")
    return "/" + "/".join(steps[:3]) + "/"


def _progress(village: Division, grids: list[Division], answers: set[str], township: str) -> VillageProgress:
    done = [grid for grid in grids if grid.code in answers]
    missing = tuple(grid.name for grid in sorted(grids, key=lambda g: g.code) if grid.code not in answers)
    returned = village.code in answers or (bool(grids) and not missing)
    return VillageProgress(
        code=village.code,
        name=village.name,
        township=township,
        grids=len(grids),
        answered=len(grids) if village.code in answers else len(done),
        returned=returned,
        missing=() if returned else missing,
    )


def runs_of(session: Session, round_id: UUID) -> Sequence[RoundRun]:
    """Return a round's runs, the newest first."""
    return session.scalars(select(RoundRun).where(RoundRun.round_id == round_id).order_by(RoundRun.number.desc())).all()
