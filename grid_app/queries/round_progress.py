"""Who has answered a round: a village's return assembles itself from its grids.

Villages and grids are those of the present; what counts for them after a change of boundaries says `round_answers`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.places import Division
from grid_app.models.rounds import RoundAnswer
from grid_app.queries.round_answers import answered_places, changes_during


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

    ``missing`` names the grids that have not answered; nothing about a person. ``grid_states`` says of each grid, by
    code, whether it has, or its village as a whole.
    """

    code: str
    name: str
    township_code: str
    township: str
    grids: int
    answered: int
    returned: bool
    missing: tuple[str, ...]
    grid_states: tuple[tuple[str, bool], ...] = ()


def progress_of_rounds(
    session: Session, rounds: Sequence[UUID], areas: Sequence[str], *, within: str, until: datetime | None = None
) -> dict[UUID, list[VillageProgress]]:
    """Return for each round the progress of its villages below the path ``within``, in code order.

    A village has returned when it answered as a whole or when every one of its grids did; a village without grids
    answers as a whole. ``areas`` are the codes of the rounds' areas, in the order of ``rounds``. ``until`` leaves out
    answers that came at or after a moment.
    """
    villages = _places(session, "village", _village_part(within))
    grids = _grids_by_village(session, _village_part(within))
    townships = _township_names(session)
    paths = _paths(session, areas)
    answers = answered_places(session, rounds, until=until)
    return {
        round_id: [
            _progress(village, grids.get(village.code, []), answers.get(round_id, set()), townships)
            for village in villages
            if village.path.startswith(paths[area])
        ]
        for round_id, area in zip(rounds, areas, strict=True)
    }


def returned_counts(
    session: Session, rounds: Sequence[UUID], areas: Sequence[str], *, within: str
) -> dict[UUID, tuple[int, int]]:
    """Return for each round how many of its villages below ``within`` have returned, and how many there are.

    The same rule as ``progress_of_rounds``, counted by the database, for lists of rounds.
    """
    if changes_during(session, rounds):
        progress = progress_of_rounds(session, rounds, areas, within=within)
        return {one: (sum(village.returned for village in found), len(found)) for one, found in progress.items()}
    reach = _village_part(within)
    paths = _paths(session, areas)
    totals = {area: _villages_under(session, max(path, reach, key=len)) for area, path in paths.items()}
    returned = _returned(session, rounds, reach)
    return {round_id: (returned.get(round_id, 0), totals[area]) for round_id, area in zip(rounds, areas, strict=True)}


def _villages_under(session: Session, path: str) -> int:
    return session.scalar(select(func.count()).select_from(Division).where(*_current("village", path))) or 0


def _returned(session: Session, rounds: Sequence[UUID], path: str) -> dict[UUID, int]:
    is_grid = Division.level == "grid"
    answers = (
        select(
            RoundAnswer.round_id,
            case((is_grid, Division.parent_code), else_=Division.code).label("village"),
            func.sum(case((is_grid, 1), else_=0)).label("grids"),
            func.max(case((is_grid, 0), else_=1)).label("whole"),
        )
        .join(Division, Division.code == RoundAnswer.division_code)
        .where(
            RoundAnswer.round_id.in_(rounds),
            Division.valid_to.is_(None),
            Division.path.startswith(path, autoescape=True),
        )
        .group_by(RoundAnswer.round_id, "village")
        .subquery()
    )
    grids = (
        select(Division.parent_code.label("village"), func.count().label("grids"))
        .where(*_current("grid", path))
        .group_by(Division.parent_code)
        .subquery()
    )
    village = aliased(Division)
    rows = session.execute(
        select(answers.c.round_id, func.count())
        .join(village, and_(village.code == answers.c.village, village.valid_to.is_(None)))
        .outerjoin(grids, grids.c.village == answers.c.village)
        .where(or_(answers.c.whole == 1, answers.c.grids >= grids.c.grids))
        .group_by(answers.c.round_id)
    )
    return {round_id: count for round_id, count in rows}  # noqa: C416 - a row is not a pair to the type checker


def _current(level: str, path: str) -> tuple[ColumnElement[bool], ...]:
    return (Division.level == level, Division.valid_to.is_(None), Division.path.startswith(path, autoescape=True))


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
        grid_states=tuple((grid.code, whole or grid.code in answers) for grid in grids),
    )
