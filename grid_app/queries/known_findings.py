"""The findings an analysis is told of: what was known before its round, the same for every run of the round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingMember, Round, RoundRun
from grid_app.queries.chunks import chunks
from grid_app.vocabulary.findings import SHARED_GRIEVANCE
from screening.inputs import SILENCE, KnownFinding


def known_findings(session: Session, round_row: Round, *, window_start: date) -> tuple[KnownFinding, ...]:
    """Return the findings known before ``round_row`` was first analysed.

    The first run of a round keeps what it was told; a later run of the same round is told the same, so that its own
    findings do not come back to it as known ones.
    """
    told = session.scalar(
        select(RoundRun.result).where(RoundRun.round_id == round_row.id, RoundRun.number == 1).limit(1)
    )
    if told is not None:
        return tuple(known_from_stored(one) for one in told["earlier"])
    return _standing(session, round_row, window_start)


def known_from_stored(stored: Mapping[str, Any]) -> KnownFinding:
    """Return a known finding from the form in which a run keeps it."""
    since = stored["since"]
    return KnownFinding(
        finding_id=stored["finding_id"],
        key=stored["key"],
        member_ids=tuple(stored["member_ids"]),
        households_ever=stored["households_ever"],
        last_households=stored["last_households"],
        state=stored["state"],
        since=date.fromisoformat(since) if since else None,
        kind=stored.get("kind", SHARED_GRIEVANCE),
    )


def has_members_outside(root: str) -> ColumnElement[bool]:
    """Return the condition that a finding has a member outside the subtree with path ``root``."""
    place = aliased(Division)
    return exists().where(
        FindingMember.finding_id == Finding.id,
        Dispute.id == FindingMember.dispute_id,
        place.code == Dispute.division_code,
        ~place.path.startswith(root, autoescape=True),
    )


def as_known(session: Session, findings: Sequence[Finding]) -> tuple[KnownFinding, ...]:
    """Return findings as the pure package knows them; what people decided about them is not among it."""
    members = _members(session, [finding.id for finding in findings])
    return tuple(
        KnownFinding(
            finding_id=str(finding.id),
            key=finding.issue_key,
            member_ids=tuple(sorted(members[finding.id])),
            households_ever=finding.households_ever,
            last_households=finding.households_now,
            since=finding.since,
            kind=finding.kind,
        )
        for finding in findings
        if members[finding.id] or finding.kind == SILENCE
    )


def _standing(session: Session, round_row: Round, window_start: date) -> tuple[KnownFinding, ...]:
    """Return the findings of rounds with an earlier or the same window that lie wholly inside the round's area.

    One that is gone stays away until a member of it lies in the window again: nothing could match it.
    """
    root = session.get_one(Division, round_row.division_code).path
    first_round = aliased(Round)
    in_window = exists().where(
        FindingMember.finding_id == Finding.id,
        Dispute.id == FindingMember.dispute_id,
        Dispute.noted_on >= window_start,
    )
    findings = session.scalars(
        select(Finding)
        .join(Division, Division.code == Finding.division_code)
        .join(RoundRun, RoundRun.id == Finding.first_run_id)
        .join(first_round, and_(first_round.id == RoundRun.round_id, first_round.window_end <= round_row.window_end))
        .where(
            Division.path.startswith(root, autoescape=True),
            Finding.merged_into.is_(None),
            ~has_members_outside(root),
            or_(Finding.trend != "gone", in_window),
        )
        .order_by(Finding.id)
    ).all()
    return as_known(session, findings)


def _members(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for some in chunks(ids):
        rows = session.execute(
            select(FindingMember.finding_id, FindingMember.dispute_id).where(FindingMember.finding_id.in_(some))
        )
        for finding, dispute in rows:
            found[finding].append(str(dispute))
    return found
