"""The analysis of a closed round in three steps: read, compute, and record (the last is in ``round_runs``).

No transaction is open while the statistics run. Whoever calls (a page, a job, a command) opens a session for the
first step and a transaction for the last; a crash between them leaves the round closed and without a result, and the
next try gives the same one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.rounds import Round, RoundRun
from grid_app.policy import Actor
from grid_app.ports import PlaceFinder
from grid_app.queries.round_inputs import round_input
from grid_app.services.rounds.steps import check_may_run
from grid_app.services.signals.settings import parameters_at
from screening import Parameters, RoundInput, RoundResult

DEFAULT_SEED = 20_260_101


@dataclass(frozen=True)
class PreparedAnalysis:
    """Everything one run works with; ``number`` is the run it will be, unless somebody else is quicker."""

    round_id: UUID
    number: int
    data: RoundInput
    parameters: Parameters
    seed: int
    generation_id: UUID | None
    started_at: datetime


@dataclass(frozen=True)
class AnalysedRound:
    """A computed result that is not recorded yet."""

    prepared: PreparedAnalysis
    result: RoundResult
    duration_ms: int


def prepare_analysis(
    session: Session, *, round_id: UUID, actor: Actor | None, places: PlaceFinder, seed: int | None, now: datetime
) -> PreparedAnalysis:
    """Read what the analysis of a closed round works with; ``actor`` is ``None`` for jobs and commands.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        No such round here; another level's round; still open.
    """
    check_may_run(session, round_id=round_id, actor=actor)
    row = session.get_one(Round, round_id)
    # As it was set when the round closed: a later analysis of the same round gives the same answer.
    parameters = parameters_at(session, division_code=row.division_code, at=row.closed_at or now)
    last = session.scalar(select(func.max(RoundRun.number)).where(RoundRun.round_id == round_id))
    return PreparedAnalysis(
        round_id=round_id,
        number=(last or 0) + 1,
        data=round_input(session, row, parameters),
        parameters=parameters,
        seed=DEFAULT_SEED if seed is None else seed,
        generation_id=places.generation(session),
        started_at=now,
    )


def analyse(prepared: PreparedAnalysis, *, tell: Callable[[float], None] | None = None) -> AnalysedRound:
    """Return the result of a prepared analysis; needs no database and takes seconds for a large county.

    ``tell`` is called after each step with the share that is done, from 0 to 1.
    """
    from screening.round import run_round  # noqa: PLC0415 - loads SciPy, which a start need not wait for

    begun = time.perf_counter()
    result = run_round(prepared.data, prepared.parameters, prepared.seed, tell=tell)
    return AnalysedRound(prepared, result, int((time.perf_counter() - begun) * 1000))
