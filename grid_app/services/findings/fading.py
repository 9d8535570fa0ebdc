"""Findings that a run no longer raises: they stay on record, with the day and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.rounds import Finding, RoundRun
from grid_app.services.findings.deadlines import end_clocks
from grid_app.services.findings.keeping import Recording, note_finding
from grid_app.services.findings.standing import on_record
from grid_app.services.findings.telling import put_away
from screening.results import GoneFinding

NO_LONGER_HOLDS = "本轮重新研判后按规则不再成立,不再提示,记录保留。"


def fade_findings(session: Session, gone: Sequence[GoneFinding], *, kept: Sequence[UUID], recording: Recording) -> None:
    """Mark the findings that the run calls gone, and those that only an earlier run of the same round had raised."""
    findings, ends = on_record(session, [UUID(one.finding_id) for one in gone])
    for one in gone:
        finding = findings.get(UUID(one.finding_id))
        if finding is not None and ends.get(finding.last_run_id, recording.window_end) <= recording.window_end:
            _fade(session, finding, one, recording)
    for finding in _raised_by_earlier_runs(session, recording):
        if finding.id not in kept:
            _mark(session, finding, recording, households=0, reason=NO_LONGER_HOLDS)


def _fade(session: Session, finding: Finding, one: GoneFinding, recording: Recording) -> None:
    _mark(
        session, finding, recording, households=one.households_current, reason=one.reason,
        merged_into=UUID(one.merged_into) if one.merged_into else None,
    )  # fmt: skip


def _raised_by_earlier_runs(session: Session, recording: Recording) -> Sequence[Finding]:
    runs = select(RoundRun.id).where(RoundRun.round_id == recording.round_id, RoundRun.id != recording.run_id)
    return session.scalars(
        select(Finding).where(Finding.last_run_id.in_(runs), Finding.trend != "gone").order_by(Finding.id)
    ).all()


def _mark(
    session: Session,
    finding: Finding,
    recording: Recording,
    *,
    households: int,
    reason: str,
    merged_into: UUID | None = None,
) -> None:
    if finding.trend == "gone" and merged_into == finding.merged_into:
        return
    finding.trend = "gone"
    finding.households_now = households
    finding.last_run_id = recording.run_id
    finding.updated_at = recording.now
    finding.merged_into = merged_into
    if finding.state == "suspected":
        finding.state = "gone"
        put_away(session, finding.id, now=recording.now)
    if finding.state == "gone" or merged_into:
        end_clocks(session, finding_id=finding.id, codes=None, ended="stopped", now=recording.now)
    kind = "merged" if merged_into else "gone"
    note_finding(session, finding, kind, recording, details={"reason": reason})
