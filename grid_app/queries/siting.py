"""Searches for the next rooms on record, as far as the actor's area reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment
from grid_app.models.places import Division
from grid_app.models.siting import SitingRun
from grid_app.policy import Actor, covers


@dataclass(frozen=True)
class SitingRow:
    """One search as pages show it."""

    id: UUID
    division_code: str
    place: str
    path: str
    asked: dict[str, Any]
    state: str
    started_at: datetime
    beat_at: datetime
    started_by: str
    sentence: str
    result: dict[str, Any]


def siting_runs(session: Session, actor: Actor, *, limit: int = 20) -> list[SitingRow]:
    """Return the newest searches of the actor's area."""
    rows = session.execute(
        _question()
        .where(Division.path.startswith(actor.division_path, autoescape=True))
        .order_by(SitingRun.started_at.desc(), SitingRun.id.desc())
        .limit(limit)
    )
    return [_row(*row) for row in rows]


def siting_run(session: Session, actor: Actor, run_id: UUID) -> SitingRow | None:
    """Return one search of the actor's area; ``None`` when there is none."""
    row = session.execute(_question().where(SitingRun.id == run_id)).first()
    if row is None or not covers(actor, row[2]):
        return None
    return _row(*row)


def _question() -> Select[*tuple[Any, ...]]:
    return (
        select(SitingRun, Division.name, Division.path, Account.display_name)
        .join(Division, Division.code == SitingRun.division_code)
        .outerjoin(Assignment, Assignment.id == SitingRun.started_by)
        .outerjoin(Account, Account.id == Assignment.account_id)
    )


def _row(run: SitingRun, place: str, path: str, name: str | None) -> SitingRow:
    return SitingRow(
        run.id, run.division_code, place, path, run.asked, run.state, run.started_at, run.beat_at, name or "",
        run.sentence, run.result,
    )  # fmt: skip
