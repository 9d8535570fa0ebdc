"""Recording one analysis: the immutable run, and what it means for the findings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError
from grid_app.models.places import Division
from grid_app.models.rounds import Round, RoundRun
from grid_app.policy import Actor
from grid_app.services.audit import record_audit
from grid_app.services.findings.fading import fade_findings
from grid_app.services.findings.identity import Identified, identify
from grid_app.services.findings.keeping import Recording, keep_findings
from grid_app.services.rounds.analysis import AnalysedRound
from grid_app.services.upkeep.code_version import code_version


@dataclass(frozen=True)
class RecordedRun:
    """A run that was added: its number in the round, how many findings it holds and how many of them are new."""

    run_id: UUID
    number: int
    findings: int
    new: int
    input_digest: str
    result_digest: str
    duration_ms: int


def record_run(session: Session, *, analysed: AnalysedRound, actor: Actor | None, now: datetime) -> RecordedRun:
    """Add a run to a closed round, with its findings; the round becomes analysed.

    A re-run adds another run; earlier ones never change. Of two analyses made at once the database lets one take
    the number; the other is told so, and loses nothing, since both read the same.

    Raises
    ------
    ConflictError
        Somebody else recorded a run of this round since this one was prepared.
    """
    prepared, result = analysed.prepared, analysed.result
    # The audit link first: it takes the chain's lock, so that every transaction takes its locks in one order.
    record_audit(
        session, actor, "round.analysed", now=now, target=("round", str(prepared.round_id)),
        details={"run": prepared.number, "findings": len(result.findings)},
    )  # fmt: skip
    row = session.get_one(Round, prepared.round_id)
    root = session.get_one(Division, row.division_code).path
    identified = identify(session, result, told=prepared.data.earlier)
    run = _added(session, analysed, identified)
    recording = Recording(run_id=run.id, round_id=row.id, window_end=prepared.data.window_end, root=root, now=now)
    kept = [one.finding_id for one in identified]
    keep_findings(session, result.findings, identities=kept, recording=recording)
    fade_findings(session, result.gone, kept=kept, recording=recording)
    if row.state == "closed":
        row.state = "analysed"
    return RecordedRun(
        run_id=run.id,
        number=run.number,
        findings=len(identified),
        new=sum(one.is_new for one in identified),
        input_digest=run.input_digest,
        result_digest=run.result_digest,
        duration_ms=run.duration_ms,
    )


def _added(session: Session, analysed: AnalysedRound, identified: Sequence[Identified]) -> RoundRun:
    prepared = analysed.prepared
    run = RoundRun(
        id=new_id(),
        round_id=prepared.round_id,
        number=prepared.number,
        started_at=prepared.started_at,
        duration_ms=analysed.duration_ms,
        seed=prepared.seed,
        parameters=json.loads(prepared.parameters.as_json()),
        generation_id=prepared.generation_id,
        code_version=code_version(),
        input_digest=analysed.result.input_digest,
        result_digest=analysed.result.result_digest,
        counts=asdict(analysed.result.counts),
        result=_stored_result(analysed, identified),
    )
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()  # the number is taken here or nowhere, and findings point at the run
    except IntegrityError as error:
        raise ConflictError(
            "刚才已经有人研判了这一轮,结果已保存,不用重复研判。请刷新页面查看。", code="already_analysed"
        ) from error
    return run


def _stored_result(analysed: AnalysedRound, identified: Sequence[Identified]) -> dict[str, object]:
    """Return what the run keeps: its findings with their identity, those gone, and what it was told of before."""
    result = analysed.result
    kept = {
        "findings": [asdict(one) for one in result.findings],
        "identities": [str(one.finding_id) for one in identified],
        "gone": [asdict(one) for one in result.gone],
        "earlier": [asdict(one) for one in analysed.prepared.data.earlier],
        "held": [asdict(one) for one in result.held],
        "not_screened": [asdict(one) for one in result.not_screened],
        "budgets": [asdict(one) for one in result.budgets],
    }
    plain: dict[str, object] = json.loads(json.dumps(kept, ensure_ascii=False, default=str))
    return plain
