"""Whether the facts of a layer have changed: the newest of its records, asked for without counting anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Executable, Select, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import DisputeEvent
from grid_app.models.mediation import CommitteeComposition
from grid_app.models.places import BoundaryGeneration, MediationRoom, VillageNaming
from grid_app.models.rounds import FindingEvent, Round, RoundRun, ScreeningReturn
from grid_app.models.villages import StatusRun
from grid_app.queries.map_facts import CLOCKS, DISPUTES, FINDINGS, NAMINGS, RETURNS, ROOMS, STATUS

NEWEST: Final = 200
"""So many of the newest records are looked at: one that was begun earlier and committed later is among them."""


def versions(session: Session, *, now: datetime) -> dict[str, str]:
    """Return for each layer a text that changes when its facts may have changed; and the boundaries in use.

    Records are only added and their ids rise with time, so that the newest ids tell. Where a column is changed in
    place, the small table is read whole.
    """
    steps = _newest(DisputeEvent)
    assessed = select(StatusRun.month, StatusRun.finished_at).order_by(StatusRun.month.desc()).limit(1)
    parts: Mapping[str, tuple[Executable, ...]] = {
        DISPUTES: (steps,),
        CLOCKS: (steps, _passed(now)),
        FINDINGS: (_newest(FindingEvent), _newest(RoundRun)),
        RETURNS: (
            _newest(ScreeningReturn),
            select(Round.id).where(Round.state == "open").order_by(Round.id),
        ),
        ROOMS: (_whole(MediationRoom), _held(), _committees()),
        NAMINGS: (_whole(VillageNaming),),
        STATUS: (assessed,),
    }
    told = {
        question: str([tuple(row) for row in session.execute(question)])
        for question in {question for questions in parts.values() for question in questions}
    }
    by_day = local_date(now).isoformat()  # rooms and namings run out at midnight
    found = {
        layer: hashlib.sha256("|".join((by_day, *(told[one] for one in questions))).encode()).hexdigest()[:16]
        for layer, questions in parts.items()
    }
    generation = session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active"))
    return {**found, "generation": str(generation or "")}


def _newest(model: type[DisputeEvent | FindingEvent | RoundRun | ScreeningReturn]) -> Select[Any]:
    return select(model.id).order_by(model.id.desc()).limit(NEWEST)


def _held() -> Select[Any]:
    """Return the question for meetings among the newest steps: a room that is used may become effective by it."""
    newest = select(DisputeEvent.id, DisputeEvent.kind).order_by(DisputeEvent.id.desc()).limit(NEWEST).subquery()
    return select(newest.c.id).where(newest.c.kind == "session_held").order_by(newest.c.id)


def _passed(now: datetime) -> Select[Any]:
    """Return the question for the clock that ran out last."""
    return (
        select(Deadline.due_at)
        .where(Deadline.done_at.is_(None), Deadline.due_at < now)
        .order_by(Deadline.due_at.desc())
        .limit(1)
    )


def _committees() -> Executable:
    """Return the question for the elections: without a term of its own a room has that of its committee."""
    return select(CommitteeComposition.id, CommitteeComposition.version).order_by(CommitteeComposition.id)


def _whole(model: type[MediationRoom] | type[VillageNaming]) -> Select[Any]:
    columns = [column for column in model.__table__.columns if column.name != "point"]
    return select(*columns).order_by(model.id)
