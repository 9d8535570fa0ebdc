"""Recording one analysis: the immutable run, the findings with their identity, their members and history."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.rounds import Finding, FindingEvent, FindingMember, Round, RoundRun
from grid_app.services.escalations import raise_escalation
from grid_app.services.numbering import next_finding_code
from screening import RoundResult
from screening.results import FindingResult, GoneFinding


@dataclass(frozen=True)
class Provenance:
    """With what a run was made: everything somebody needs to make the same bytes again."""

    seed: int
    generation_id: UUID | None
    code_version: str
    started_at: datetime
    duration_ms: int


def record_run(session: Session, *, round_id: UUID, result: RoundResult, provenance: Provenance, now: datetime) -> UUID:
    """Add a run to a closed round, with its findings; the round becomes analysed. Returns the run's id.

    A re-run adds another run; earlier ones never change. Two runs at once cannot take the same number: the database
    refuses the second.
    """
    row = session.get_one(Round, round_id)
    last = session.scalar(select(func.max(RoundRun.number)).where(RoundRun.round_id == round_id)) or 0
    run = RoundRun(
        round_id=round_id,
        number=last + 1,
        started_at=provenance.started_at,
        duration_ms=provenance.duration_ms,
        seed=provenance.seed,
        parameters=json.loads(result.parameters.as_json()),
        generation_id=provenance.generation_id,
        code_version=provenance.code_version,
        input_digest=result.input_digest,
        result_digest=result.result_digest,
        counts=asdict(result.counts),
        result=json.loads(json.dumps(_plain_result(result), ensure_ascii=False, default=str)),
    )
    session.add(run)
    session.flush()  # findings point at the run
    kept = [_keep(session, found, run, now) for found in result.findings]
    by_key = {found.finding_id or "": row_id for found, row_id in zip(result.findings, kept, strict=True)}
    for gone in result.gone:
        _fade(session, gone, run, now, by_key)
    if row.state == "closed":
        row.state = "analysed"
    return run.id


def _plain_result(result: RoundResult) -> dict[str, object]:
    return {"findings": [asdict(one) for one in result.findings], "gone": [asdict(one) for one in result.gone]}


def _keep(session: Session, found: FindingResult, run: RoundRun, now: datetime) -> UUID:
    finding = session.get(Finding, UUID(found.finding_id)) if found.finding_id else None
    kind = found.trend
    if finding is None:
        finding = Finding(code=next_finding_code(session, found.cell, now=now), first_run_id=run.id, created_at=now)
        finding.state, finding.decision_reason = "suspected", ""
        session.add(finding)
    elif finding.state == "gone" or (finding.state == "dismissed" and found.trend == "growing"):
        finding.state, kind = "suspected", "raised_again"
    before = finding.grade
    _copy(finding, found, run, now)
    session.flush()  # a new finding's members and events point at it
    _add_members(session, finding.id, found.member_ids, run.id)
    _event(session, finding.id, kind, run, now, {"households": found.households_current, "grade": found.grade})
    if finding.state == "confirmed" and before != finding.grade:
        _escalate(session, finding, now)
    return finding.id


def _copy(finding: Finding, found: FindingResult, run: RoundRun, now: datetime) -> None:
    finding.issue_key = found.key
    finding.division_code = found.cell
    finding.category = found.category2
    finding.organisation_id = _identity(found.organisation)
    finding.trend = found.trend
    finding.grade = found.grade
    finding.grade_reasons = list(found.grade_reasons)
    finding.disputes_ever = found.disputes_ever
    finding.households_ever = found.households_ever
    finding.households_now = found.households_current
    finding.since = date.fromisoformat(found.since)
    finding.observed = found.rate.observed
    finding.expected = found.rate.expected
    finding.ratio = found.rate.ratio
    finding.p_value = found.rate.p
    finding.enough_history = found.rate.enough_history
    finding.rule = found.rule.which
    finding.reason = found.reason
    finding.unflag = found.unflag
    finding.last_run_id = run.id
    finding.updated_at = now


def _identity(organisation: str | None) -> UUID | None:
    try:
        return UUID(organisation) if organisation else None
    except ValueError:
        return None  # a project's name, not a registered organisation


def _add_members(session: Session, finding_id: UUID, members: tuple[str, ...], run_id: UUID) -> None:
    known = set(session.scalars(select(FindingMember.dispute_id).where(FindingMember.finding_id == finding_id)))
    for name in members:
        if UUID(name) not in known:
            session.add(FindingMember(finding_id=finding_id, dispute_id=UUID(name), first_run_id=run_id))


def _fade(session: Session, gone: GoneFinding, run: RoundRun, now: datetime, kept: dict[str, UUID]) -> None:
    finding = session.get(Finding, UUID(gone.finding_id))
    if finding is None or (finding.trend == "gone" and gone.merged_into is None):
        return
    finding.trend = "gone"
    finding.households_now = gone.households_current
    finding.last_run_id = run.id
    finding.updated_at = now
    if finding.state == "suspected":
        finding.state = "gone"
    if gone.merged_into:
        finding.merged_into = kept.get(gone.merged_into)
    _event(session, finding.id, "merged" if gone.merged_into else "gone", run, now, {})


def _event(
    session: Session, finding_id: UUID, kind: str, run: RoundRun, now: datetime, details: dict[str, object]
) -> None:
    session.add(FindingEvent(finding_id=finding_id, at=now, kind=kind, run_id=run.id, details=details))


def _escalate(session: Session, finding: Finding, now: datetime) -> None:
    raise_escalation(
        session,
        event_kind="finding_confirmed",
        finding_id=finding.id,
        division_code=finding.division_code,
        category=finding.category,
        grade=finding.grade,
        reason=finding.reason,
        now=now,
    )
