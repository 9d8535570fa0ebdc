"""What stands behind the numbers of one village: open matters by state, clocks, past rounds, months of status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.rounds import Round
from grid_app.models.villages import VillageMonth
from grid_app.policy import Scope
from grid_app.queries.map_layers import MISSING, PARTLY, RETURNED
from grid_app.queries.map_standing import NOT_LOCATED
from grid_app.queries.round_progress import progress_of_rounds
from grid_app.queries.scoping import visible
from grid_app.vocabulary.categories import COUNTY_ONLY, SEALED
from grid_app.vocabulary.words import OPEN_STATES

ROUNDS_SHOWN: Final = 6
MONTHS_SHOWN: Final = 12


@dataclass(frozen=True)
class OpenMatters:
    """The open disputes of a village that a map may show.

    ``by_state`` holds the states that occur, in their order; ``statutory`` are past a limit of the law, ``service``
    past a service target alone; ``next_due`` is the nearest day that has not passed.
    """

    by_state: Mapping[str, int]
    service: int
    statutory: int
    next_due: datetime | None


def open_matters(session: Session, *, scope: Scope, now: datetime) -> OpenMatters:
    """Return the open disputes of a scope by state and by what their clocks say."""
    rows = session.execute(
        select(Dispute.state, Dispute.due_at, Dispute.statutory_due_at).where(visible(scope), *_on_map())
    ).all()
    sums = Counter(row.state for row in rows)
    statutory = sum(row.statutory_due_at is not None and row.statutory_due_at < now for row in rows)
    late = sum(any(due is not None and due < now for due in row[1:]) for row in rows)
    coming = [due for row in rows for due in row[1:] if due is not None and due >= now]
    by_state = {state: sums[state] for state in OPEN_STATES if sums[state]}
    return OpenMatters(by_state, late - statutory, statutory, min(coming, default=None))


def past_rounds(session: Session, *, village: str, path: str, now: datetime) -> list[tuple[str, datetime, str]]:
    """Return the last rounds that are over: name, when they were due, and whether the village answered."""
    rounds = session.execute(
        select(Round.id, Round.name, Round.due_at, Round.division_code)
        .join(Division, Division.code == Round.division_code)
        .where(Round.division_code.in_(path.strip("/").split("/")), Round.due_at < now, Round.state != "open")
        .order_by(Round.due_at.desc(), Round.id)
        .limit(ROUNDS_SHOWN)
    ).all()
    progress = progress_of_rounds(
        session, [row.id for row in rounds], [row.division_code for row in rounds], within=path
    )
    return [
        (row.name, row.due_at, RETURNED if one.returned else PARTLY if one.answered else MISSING)
        for row in rounds
        for one in progress[row.id]
        if one.code == village
    ]


def months_of(session: Session, *, village: str) -> list[tuple[date, str]]:
    """Return the last months of a village's status on record, the newest first."""
    rows = session.execute(
        select(VillageMonth.month, VillageMonth.state)
        .where(VillageMonth.village_code == village)
        .order_by(VillageMonth.month.desc())
        .limit(MONTHS_SHOWN)
    )
    return [(row.month, row.state) for row in rows]


def _on_map() -> list[ColumnElement[bool]]:
    return [
        Dispute.state.in_(OPEN_STATES),
        Dispute.place_kind != NOT_LOCATED,
        Dispute.category.not_like(f"{SEALED}%"),
        Dispute.category.not_like(f"{COUNTY_ONLY}%"),
    ]
