"""Questions about rounds: which are there, who has answered, what their runs said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundRun, RoundTemplate
from grid_app.policy import Actor
from grid_app.queries.chunks import chunks
from grid_app.queries.round_progress import VillageProgress, progress_of_rounds, returned_counts

ROUNDS_SHOWN = 12


@dataclass(frozen=True)
class RoundRow:
    """One round as pages show it; ``governed`` when it lies in the actor's own area, to close and to analyse."""

    round_id: UUID
    name: str
    area_code: str
    area_name: str
    area_level: str
    template: str
    state: str
    opens_at: datetime
    due_at: datetime
    window_end: date
    closed_at: datetime | None
    reviewed_at: datetime | None
    governed: bool


@dataclass(frozen=True)
class RunRow:
    """One run of a round as it stands on record."""

    number: int
    started_at: datetime
    duration_ms: int
    seed: int
    code_version: str
    input_digest: str
    result_digest: str
    counts: Mapping[str, Any]
    findings: tuple[UUID, ...]


@dataclass(frozen=True)
class NamedRound:
    """One round as a command names it."""

    round_id: UUID
    name: str
    template_code: str
    division_code: str
    state: str
    opens_at: datetime
    due_at: datetime
    window_end: date


def closed_round_ids(session: Session) -> list[UUID]:
    """Return the rounds that are closed and wait for their analysis, the earliest window first."""
    return list(
        session.scalars(
            select(Round.id).where(Round.state == "closed").order_by(Round.window_end, Round.due_at, Round.id)
        )
    )


def rounds_by_county(session: Session, ids: Sequence[UUID]) -> dict[str, list[UUID]]:
    """Return rounds by the county they lie in, each county's in the given order."""
    path = {
        row.id: row.path
        for some in chunks(ids)
        for row in session.execute(
            select(Round.id, Division.path)
            .join(Division, Division.code == Round.division_code)
            .where(Round.id.in_(some))
        )
    }
    found: dict[str, list[UUID]] = {}
    for one in ids:
        found.setdefault(path.get(one, "").strip("/").split("/")[0], []).append(one)
    return found


def rounds_of(session: Session, actor: Actor, *, offset: int = 0, limit: int = ROUNDS_SHOWN) -> list[RoundRow]:
    """Return the rounds that touch the actor's subtree: the open ones first, soonest due, then the newest."""
    above = [code for code in actor.division_path.strip("/").split("/") if code]
    is_open = Round.state == "open"
    rows = session.execute(
        _rows()
        .where(or_(Division.path.startswith(actor.division_path, autoescape=True), Round.division_code.in_(above)))
        .order_by(~is_open, case((is_open, Round.due_at)), Round.due_at.desc(), Round.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return [_row(row, actor) for row in rows]


def round_of(session: Session, actor: Actor, round_id: UUID) -> RoundRow | None:
    """Return one round when it touches the actor's subtree, else ``None``."""
    row = session.execute(_rows().where(Round.id == round_id)).one_or_none()
    if row is None:
        return None
    path = row.Division.path
    if not (path.startswith(actor.division_path) or actor.division_path.startswith(path)):
        return None
    return _row(row, actor)


def progress_of(session: Session, row: RoundRow, *, within: str) -> list[VillageProgress]:
    """Return the progress of every village of a round below the path ``within``, in code order."""
    return progress_of_rounds(session, [row.round_id], [row.area_code], within=within)[row.round_id]


def returned_of(session: Session, rows: Sequence[RoundRow], *, within: str) -> dict[UUID, tuple[int, int]]:
    """Return for each round how many of its villages below ``within`` have returned, and how many there are."""
    return returned_counts(session, [row.round_id for row in rows], [row.area_code for row in rows], within=within)


def runs_of(session: Session, round_id: UUID) -> list[RunRow]:
    """Return a round's runs, the newest first."""
    runs = session.scalars(select(RoundRun).where(RoundRun.round_id == round_id).order_by(RoundRun.number.desc()))
    return [
        RunRow(
            number=run.number,
            started_at=run.started_at,
            duration_ms=run.duration_ms,
            seed=run.seed,
            code_version=run.code_version,
            input_digest=run.input_digest,
            result_digest=run.result_digest,
            counts=run.counts,
            findings=_ids(run.result["identities"]),
        )
        for run in runs
    ]


def named_rounds(session: Session, ids: Sequence[UUID]) -> list[NamedRound]:
    """Return the rounds with these ids, in their order; unknown ones are left out."""
    rows = {row.id: row for row in session.scalars(select(Round).where(Round.id.in_(ids)))}
    return [
        NamedRound(
            one.id, one.name, one.template_code, one.division_code, one.state, one.opens_at, one.due_at, one.window_end
        )
        for round_id in ids
        if (one := rows.get(round_id)) is not None
    ]


def areas_to_open_in(session: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return (code, name) of the actor's own area and what lies one level below, where a round may be opened."""
    rows = session.execute(
        select(Division.code, Division.name)
        .where(
            Division.valid_to.is_(None),
            Division.level.in_(("county", "township", "village")),
            or_(Division.code == actor.division_code, Division.parent_code == actor.division_code),
        )
        .order_by(Division.path)
    )
    return [(code, name) for code, name in rows]


def _ids(names: Iterable[str]) -> tuple[UUID, ...]:
    return tuple(UUID(name) for name in names)


def _rows() -> Any:  # noqa: ANN401 - a select of two tables and one column; SQLAlchemy's own type is longer than the query
    return (
        select(Round, Division, RoundTemplate.name.label("template"))
        .join(Division, Division.code == Round.division_code)
        .join(RoundTemplate, RoundTemplate.code == Round.template_code)
    )


def _row(row: Any, actor: Actor) -> RoundRow:  # noqa: ANN401 - a row of the select above
    found: Round = row.Round
    return RoundRow(
        round_id=found.id,
        name=found.name,
        area_code=row.Division.code,
        area_name=row.Division.name,
        area_level=row.Division.level,
        template=row.template,
        state=found.state,
        opens_at=found.opens_at,
        due_at=found.due_at,
        window_end=found.window_end,
        closed_at=found.closed_at,
        reviewed_at=found.reviewed_at,
        governed=row.Division.path.startswith(actor.division_path),
    )
