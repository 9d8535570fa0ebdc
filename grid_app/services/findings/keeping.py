"""Keeping a finding up to date with a run: its figures, its members, its owner, its history, and whom it is told to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.queries.round_inputs import organisation_id_of
from grid_app.services.findings.deadlines import start_clocks
from grid_app.services.findings.ownership import settle_owner
from grid_app.services.findings.standing import Standing, standing_of
from grid_app.services.findings.states import CONFIRM
from grid_app.services.findings.telling import put_away, tell_again, tell_deciders
from grid_app.services.matters.grading import regrade
from grid_app.services.numbering import next_finding_code
from grid_app.vocabulary.findings import DONE_STATES, LIVE_STATES
from screening.grading import Grade, with_delay
from screening.results import FindingResult

UNTIL_MORE: Final = ("dismissed", *DONE_STATES)
"""States that end only when more households tell of it than when a person set them."""


@dataclass(frozen=True)
class Recording:
    """The run that is being recorded, its window's end, and the path of its area."""

    run_id: UUID
    round_id: UUID
    window_end: date
    root: str
    now: datetime


def keep_findings(
    session: Session, found: Sequence[FindingResult], *, identities: Sequence[UUID], recording: Recording
) -> None:
    """Write what a run says of each of its findings, in their order; ``identities`` are theirs.

    A run of an older window, or of an area that holds only a part of the members, leaves a finding as it stands: the
    run itself keeps what it saw.
    """
    told = {UUID(name) for one in found for name in one.member_ids}
    standing = standing_of(session, identities, told=told, cells=[one.cell for one in found], root=recording.root)
    for one, identity in zip(found, identities, strict=True):
        finding = standing.findings.get(identity)
        if finding is None:
            _open(session, one, identity, recording, standing)
        else:
            _go_on(session, finding, one, recording, standing)


def _go_on(session: Session, finding: Finding, found: FindingResult, recording: Recording, standing: Standing) -> None:
    window_end = standing.ends.get(finding.last_run_id, recording.window_end)
    if window_end > recording.window_end or finding.id in standing.beyond:
        return
    households, disputes = finding.households_now, finding.disputes_ever
    raised = _raise_again(session, finding, found)
    kind = raised or _compared(found.households_current, households)
    trend = found.trend if window_end < recording.window_end or kind != "steady" else finding.trend
    _copy(finding, found, recording, trend)
    added = _add_members(session, finding.id, found.member_ids, recording.run_id, standing)
    finding.disputes_ever = disputes + len(added)
    _add_delay(finding, recording.now, standing)
    if kind != "steady" or window_end < recording.window_end:
        note_finding(session, finding, kind, recording)
    _tell(session, finding, added, recording, standing, asks=bool(raised))


def note_finding(
    session: Session,
    finding: Finding,
    kind: str,
    recording: Recording,
    *,
    details: Mapping[str, object] | None = None,
) -> None:
    """Add one step to a finding's history: new, growing, steady, shrinking, raised_again, gone or merged."""
    figures = {"households": finding.households_now, "grade": finding.grade, **(details or {})}
    session.add(
        FindingEvent(finding_id=finding.id, at=recording.now, kind=kind, run_id=recording.run_id, details=figures)
    )


def _open(session: Session, found: FindingResult, identity: UUID, recording: Recording, standing: Standing) -> None:
    finding = Finding(
        id=identity,
        code=next_finding_code(session, found.cell, now=recording.now),
        state="suspected",
        decision_reason="",
        first_run_id=recording.run_id,
        created_at=recording.now,
    )
    _copy(finding, found, recording, found.trend)
    session.add(finding)
    session.flush()  # members and events point at it
    added = _add_members(session, finding.id, found.member_ids, recording.run_id, standing)
    _add_delay(finding, recording.now, standing)
    note_finding(session, finding, "new", recording)
    _tell(session, finding, added, recording, standing, asks=True)


def _raise_again(session: Session, finding: Finding, found: FindingResult) -> str | None:
    """Ask people again about one that had faded, or that was dismissed or solved and has grown since; say so."""
    if finding.state == "gone" or (finding.state in UNTIL_MORE and _has_grown_since(session, finding, found)):
        finding.state = "suspected"
        finding.decided_at, finding.decided_by, finding.decision_reason = None, None, ""
        return "raised_again"
    return None


def _has_grown_since(session: Session, finding: Finding, found: FindingResult) -> bool:
    """Say whether more households tell of it than when a person brought it into the state it has."""
    details = session.scalar(
        select(FindingEvent.details)
        .where(FindingEvent.finding_id == finding.id, FindingEvent.kind.in_(UNTIL_MORE))
        .order_by(FindingEvent.at.desc(), FindingEvent.id.desc())
        .limit(1)
    )
    return found.households_current > int((details or {}).get("households", 0))


def _compared(households: int, before: int) -> str:
    if households == before:
        return "steady"
    return "growing" if households > before else "shrinking"


def _copy(finding: Finding, found: FindingResult, recording: Recording, trend: str) -> None:
    finding.kind = found.kind
    finding.issue_key = found.key
    finding.division_code = found.cell
    finding.category = found.category2
    finding.organisation_id = organisation_id_of(found.organisation)
    finding.trend = trend
    finding.grade = found.grade
    finding.grade_reasons = list(found.grade_reasons)
    finding.disputes_ever = found.disputes_ever
    finding.households_ever = max(finding.households_ever or 0, found.households_ever)
    finding.households_now = found.households_current
    first_day = date.fromisoformat(found.since)
    finding.since = min(finding.since or first_day, first_day)
    finding.observed = found.rate.observed
    finding.expected = found.rate.expected
    finding.ratio = found.rate.ratio
    finding.p_value = found.rate.p
    finding.recurrence_days = found.recurrence_days
    finding.enough_history = found.rate.enough_history
    finding.rule = found.rule.which
    finding.reason = found.reason
    finding.unflag = found.unflag
    finding.last_run_id = recording.run_id
    finding.updated_at = recording.now


def _add_delay(finding: Finding, now: datetime, standing: Standing) -> None:
    """Let the legal limits of the open members count in the grade; what the run itself found stays in the run."""
    first = standing.facts.first_due(standing.members[finding.id])
    overdue = (local_date(now) - local_date(first)).days if first else None
    grade = with_delay(Grade(finding.grade, tuple(finding.grade_reasons)), overdue)
    finding.grade, finding.grade_reasons = grade.colour, list(grade.reasons)


def _add_members(
    session: Session, finding_id: UUID, members: tuple[str, ...], run_id: UUID, standing: Standing
) -> list[UUID]:
    known = standing.members[finding_id]
    added = [dispute_id for name in members if (dispute_id := UUID(name)) not in known]
    session.add_all(
        FindingMember(finding_id=finding_id, dispute_id=dispute_id, first_run_id=run_id) for dispute_id in added
    )
    known.update(added)
    return added


def _tell(
    session: Session, finding: Finding, added: list[UUID], recording: Recording, standing: Standing, *, asks: bool
) -> None:
    """Settle who owns a finding, put it to its deciders when it asks, and tell people again when enough is new."""
    now = recording.now
    course = standing.courses.get(finding.id)
    answering = session.get(Unit, course.unit_id) if course and course.unit_id else None
    parts = standing.facts.parts(standing.members[finding.id], answering)
    course = settle_owner(session, finding, parts=parts, course=course)
    if asks:
        course.version += 1
        course.unit_id = None
        start_clocks(session, finding_id=finding.id, codes=(CONFIRM,), started_at=now, now=now)
        put_away(session, finding.id, now=now)
        tell_deciders(session, finding, course, now=now)
        return
    if added and finding.state in LIVE_STATES:
        session.flush()  # the grade of a new member is asked of its findings and their states
        for dispute_id in added:
            regrade(session, session.get_one(Dispute, dispute_id), now=now)
    tell_again(session, finding, course, now=now)
