"""The jobs of screening rounds: open what is due, close what is over, analyse what is closed."""

from __future__ import annotations

import logging
import time
from importlib.metadata import version
from uuid import UUID

from grid_app.database.transaction import reading, transaction
from grid_app.queries.round_inputs import round_input
from grid_app.queries.rounds import closed_round_ids, round_row
from grid_app.services.round_runs import Provenance, record_run
from grid_app.services.rounds import close_overdue_rounds, open_due_rounds
from grid_app.wiring import wired
from screening import Parameters, run_round

log = logging.getLogger(__name__)
DEFAULT_SEED = 20_260_101


def open_due_rounds_job() -> None:
    """Open the rounds of the present period that are not open yet."""
    with transaction() as session:
        opened = open_due_rounds(session, now=wired().clock.now())
    if opened:
        log.info("opened %s screening rounds", len(opened), extra={"rounds": len(opened)})


def close_due_rounds_job() -> None:
    """Close the rounds that are over and analyse every closed one; one that fails leaves the others alone."""
    with transaction() as session:
        close_overdue_rounds(session, now=wired().clock.now())
    with reading() as session:
        waiting = closed_round_ids(session)
    for round_id in waiting:
        analyse_round(round_id)


def analyse_round(round_id: UUID, *, seed: int = DEFAULT_SEED) -> UUID:
    """Analyse a closed round and return the id of the run that was added.

    Reading, computing and recording are three steps: no transaction is open while the statistics run. A crash
    between them leaves the round closed and without a result; the next try gives the same one.
    """
    wiring = wired()
    started_at, begun = wiring.clock.now(), time.perf_counter()
    parameters = Parameters()
    with reading() as session:
        data = round_input(session, round_row(session, round_id), parameters)
        generation = wiring.places.generation(session)
    result = run_round(data, parameters, seed)
    duration = int((time.perf_counter() - begun) * 1000)
    provenance = Provenance(seed, generation, version("grid-app"), started_at, duration)
    with transaction() as session:
        run_id = record_run(session, round_id=round_id, result=result, provenance=provenance, now=wiring.clock.now())
    log.info("analysed a round", extra={"round": str(round_id), "findings": len(result.findings)})
    return run_id
