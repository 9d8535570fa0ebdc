"""The jobs of screening rounds: open what is due, close what is over, analyse what is closed."""

from __future__ import annotations

import logging
from uuid import UUID

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError
from grid_app.http import analyses
from grid_app.http.analyses import begin
from grid_app.queries.rounds import closed_round_ids
from grid_app.services.rounds.runs import RecordedRun
from grid_app.services.rounds.steps import close_overdue_rounds, open_due_rounds
from grid_app.wiring import wired

log = logging.getLogger(__name__)


def open_due_rounds_job() -> None:
    """Open the rounds of the present period that are not open yet."""
    with transaction() as session:
        opened = open_due_rounds(session, now=wired().clock.now())
    if opened:
        log.info("opened %s screening rounds", len(opened), extra={"rounds": len(opened)})


def close_due_rounds_job() -> None:
    """Close the rounds that are over and analyse every closed one, oldest window first.

    A round that another process analysed at the same moment is left to it; one that fails does not keep the others
    waiting, and is tried again the next time.
    """
    with transaction() as session:
        close_overdue_rounds(session, now=wired().clock.now())
    with reading() as session:
        waiting = closed_round_ids(session)
    failed = [round_id for round_id in waiting if not _try(round_id)]
    if failed:
        raise RuntimeError(f"{len(failed)} of {len(waiting)} closed rounds could not be analysed; see the log")


def _try(round_id: UUID) -> bool:
    try:
        analyse_round(round_id)
    except ConflictError:
        log.info("a round was analysed elsewhere", extra={"round": str(round_id)})
    except Exception:  # the job's outermost line: logged here, raised once after the other rounds
        log.exception("analysing a round failed", extra={"round": str(round_id)})
        return False
    return True


def analyse_round(round_id: UUID, *, seed: int | None = None) -> UUID:
    """Analyse a closed round and return the id of the run that was added.

    Raises
    ------
    NotFoundError, ConflictError
        There is no such round; it is open; or somebody else analysed it at the same moment.
    """
    return analyse_and_record(round_id, seed=seed).run_id


def analyse_and_record(
    round_id: UUID, *, seed: int | None = None, compute: analyses.Compute | None = None
) -> RecordedRun:
    """Analyse a closed round and return what was recorded; no transaction is open while the statistics run."""
    begin(round_id, actor=None)
    return analyses.analyse_and_record(round_id, actor=None, seed=seed, compute=compute)
