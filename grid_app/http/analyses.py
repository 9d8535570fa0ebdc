"""The analysis of a closed round from its beginning to its record, for pages and for jobs alike.

No transaction is open while the statistics run. How far they are is written down after each step, so that every
process can show it; an analysis that was killed leaves the round closed, and the next one gives the same result.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import UUID

from grid_app.database.transaction import reading, transaction
from grid_app.errors import Refusal
from grid_app.policy import Actor
from grid_app.services.rounds.analysis import AnalysedRound, PreparedAnalysis, analyse, prepare_analysis
from grid_app.services.rounds.runs import RecordedRun, record_run
from grid_app.services.rounds.steps import check_may_run
from grid_app.services.rounds.under_way import beat, begin_analysis, end_analysis
from grid_app.wiring import wired

Compute = Callable[[PreparedAnalysis], AnalysedRound]
log = logging.getLogger(__name__)
READ = 10
COMPUTED = 90
FAILED = "研判没有做完,平台已记下原因。登记的纠纷和回执都在,没有丢;请过一会儿再点“研判”。"


def begin(round_id: UUID, *, actor: Actor | None) -> None:
    """Take the round for an analysis.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        There is no such round here; it is open; or another analysis is under way.
    """
    with transaction() as session:
        check_may_run(session, round_id=round_id, actor=actor)
        begin_analysis(session, round_id=round_id, now=wired().clock.now())


def analyse_and_record(
    round_id: UUID, *, actor: Actor | None, seed: int | None = None, compute: Compute | None = None
) -> RecordedRun:
    """Analyse a round that was taken by ``begin`` and return what was recorded.

    ``compute`` computes the prepared analysis somewhere else; it says nothing on the way.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError
        There is no such round here; it is open; or somebody else recorded a run at the same moment.
    """
    try:
        recorded = _computed(round_id, actor, seed, compute)
    except Refusal as refusal:
        _end(round_id, refusal.sentence, failed=True)
        raise
    except BaseException:
        _end(round_id, FAILED, failed=True)
        raise
    _end(round_id, sentence_of(recorded), failed=False)
    log.info("analysed a round", extra={"round": str(round_id), "findings": recorded.findings})
    return recorded


def _computed(round_id: UUID, actor: Actor | None, seed: int | None, compute: Compute | None) -> RecordedRun:
    wiring = wired()
    with reading() as session:
        prepared = prepare_analysis(
            session, round_id=round_id, actor=actor, places=wiring.places, seed=seed, now=wiring.clock.now()
        )

    def tell(share: float) -> None:
        with transaction() as writing:
            percent = READ + int(share * (COMPUTED - READ))
            beat(writing, round_id=round_id, percent=percent, now=wiring.clock.now())

    tell(0.0)
    analysed = compute(prepared) if compute else analyse(prepared, tell=tell)
    with transaction() as session:
        return record_run(session, analysed=analysed, actor=actor, now=wiring.clock.now())


def _end(round_id: UUID, sentence: str, *, failed: bool) -> None:
    with transaction() as session:
        end_analysis(session, round_id=round_id, sentence=sentence, failed=failed, now=wired().clock.now())


def sentence_of(recorded: RecordedRun) -> str:
    """Say what an analysis found."""
    if not recorded.findings:
        return f"研判完成(第 {recorded.number} 次):没有苗头提示。"
    found = f"{recorded.findings} 条苗头提示,其中新出现 {recorded.new} 条"
    return f"研判完成(第 {recorded.number} 次):{found}。请在下面逐条判断。"
