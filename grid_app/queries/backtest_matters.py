"""What people decided by now about the findings of a place and period, to hold a replay against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingEvent, FindingMember
from grid_app.queries.chunks import chunks
from grid_app.vocabulary.findings import DONE_STATES, LIVE_STATES
from screening.detection import KnownMatter, ripe_day

CONFIRMED = "confirmed"
DISMISSED = "dismissed"


def known_matters(session: Session, *, division_code: str, first: date, last: date) -> tuple[KnownMatter, ...]:
    """Return the findings of an area that people confirmed or dismissed and that a replay of the period could tell.

    One that was decided before the period, or of which the third household told only after it, is left out. One that
    has no member, since it was raised by what was not told, cannot be held against anything.
    """
    decided = _decided(session, division_code)
    reports = _reports(session, list(decided))
    found = [
        KnownMatter(
            matter_id=str(finding),
            reports=tuple((name, day) for name, day, _ in reports[finding]),
            ripe_on=ripe_day((day, household) for _, day, household in reports[finding]),
            confirmed_on=on if confirmed else None,
        )
        for finding, (on, confirmed) in decided.items()
        if on >= first and reports[finding]
    ]
    return tuple(sorted((one for one in found if one.ripe_on <= last), key=lambda one: (one.ripe_on, one.matter_id)))


def _decided(session: Session, division_code: str) -> dict[UUID, tuple[date, bool]]:
    """Return for each finding the day of its first confirmation, or of its dismissal, and whether it was confirmed."""
    root = session.get_one(Division, division_code).path
    live = (*LIVE_STATES, *DONE_STATES)
    rows = session.execute(
        select(Finding.id, Finding.state, FindingEvent.kind, func.min(FindingEvent.at))
        .join(Division, Division.code == Finding.division_code)
        .join(FindingEvent, FindingEvent.finding_id == Finding.id)
        .where(
            Division.path.startswith(root, autoescape=True),
            Finding.state.in_((*live, DISMISSED)),
            Finding.merged_into.is_(None),
            FindingEvent.kind.in_((CONFIRMED, DISMISSED)),
        )
        .group_by(Finding.id, Finding.state, FindingEvent.kind)
    )
    return {
        finding: (local_date(at), state != DISMISSED)
        for finding, state, kind, at in rows
        if kind == (DISMISSED if state == DISMISSED else CONFIRMED)
    }


def _reports(session: Session, findings: Sequence[UUID]) -> dict[UUID, list[tuple[str, date, str]]]:
    """Return the members of each finding: the dispute, the day it was noted, and the household as an opaque label."""
    found: dict[UUID, list[tuple[str, date, str]]] = defaultdict(list)
    for some in chunks(findings):
        rows = session.execute(
            select(FindingMember.finding_id, Dispute.id, Dispute.noted_on, Dispute.household_label)
            .join(Dispute, Dispute.id == FindingMember.dispute_id)
            .where(FindingMember.finding_id.in_(some))
            .order_by(Dispute.noted_on, Dispute.id)
        )
        for finding, dispute, noted_on, household in rows:
            found[finding].append((str(dispute), noted_on, household))
    return found
