"""Who has answered a round: a village's return assembles itself from its grids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.models.rounds import RoundAnswer


@dataclass(frozen=True)
class Place:
    """A village or grid of the present tree."""

    code: str
    name: str
    path: str
    parent: str


@dataclass(frozen=True)
class VillageProgress:
    """How far a village's return is: ``answered`` of ``grids``; ``returned`` when the village or all grids answered.

    ``missing`` names the grids that have not answered; nothing about a person.
    """

    code: str
    name: str
    township_code: str
    township: str
    grids: int
    answered: int
    returned: bool
    missing: tuple[str, ...]


def progress_of_rounds(
    session: Session, rounds: Sequence[UUID], areas: Sequence[str], *, within: str
) -> dict[UUID, list[VillageProgress]]:
    """Return for each round the progress of its villages below the path ``within``, in code order.

    A village has returned when it answered as a whole or when every one of its grids did; a village without grids
    answers as a whole. ``areas`` are the codes of the rounds' areas, in the order of ``rounds``.
    """
    villages = _places(session, "village", _village_part(within))
    grids = _grids_by_village(session, _village_part(within))
    townships = _township_names(session)
    paths = _paths(session, areas)
    answers = _answers(session, rounds)
    return {
        round_id: [
            _progress(village, grids.get(village.code, []), answers.get(round_id, set()), townships)
            for village in villages
            if village.path.startswith(paths[area])
        ]
        for round_id, area in zip(rounds, areas, strict=True)
    }


def _places(session: Session, level: str, path: str) -> list[Place]:
    rows = session.execute(
        select(Division.code, Division.name, Division.path, Division.parent_code)
        .where(Division.level == level, Division.path.startswith(path, autoescape=True), Division.valid_to.is_(None))
        .order_by(Division.code)
    )
    return [Place(code, name, place, parent or "") for code, name, place, parent in rows]


def _grids_by_village(session: Session, path: str) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for grid in _places(session, "grid", path):
        found.setdefault(grid.parent, []).append(grid)
    return found


def _township_names(session: Session) -> dict[str, str]:
    rows = session.execute(select(Division.code, Division.name).where(Division.level == "township"))
    return {code: name for code, name in rows}  # noqa: C416 - a row is not a pair to the type checker


def _paths(session: Session, codes: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Division.code, Division.path).where(Division.code.in_(set(codes))))
    return {code: path for code, path in rows}  # noqa: C416 - as above


def _answers(session: Session, rounds: Sequence[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {}
    for round_id, code in session.execute(
        select(RoundAnswer.round_id, RoundAnswer.division_code).where(RoundAnswer.round_id.in_(rounds))
    ):
        found.setdefault(round_id, set()).add(code)
    return found


def _village_part(path: str) -> str:
    """Return the path of the village that holds a grid; any other path as it is."""
    return "/" + "/".join(path.strip("/").split("/")[:3]) + "/"


def _progress(village: Place, grids: Sequence[Place], answers: set[str], townships: dict[str, str]) -> VillageProgress:
    missing = tuple(grid.name for grid in grids if grid.code not in answers)
    whole = village.code in answers
    returned = whole or (bool(grids) and not missing)
    return VillageProgress(
        code=village.code,
        name=village.name,
        township_code=village.parent,
        township=townships.get(village.parent, ""),
        grids=len(grids),
        answered=len(grids) if whole else len(grids) - len(missing),
        returned=returned,
        missing=() if returned else missing,
    )
