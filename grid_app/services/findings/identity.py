"""Which recorded finding each finding of a result is.

The analysis itself names the findings of earlier rounds that go on. What it calls new may have been recorded since:
by an earlier run of the same round, or by an overlapping round. Such a one is found again by its members, with the
same rule, so that one matter never gets two numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.models.rounds import Finding, FindingMember
from grid_app.queries.chunks import chunks
from grid_app.queries.known_findings import as_known
from screening import RoundResult
from screening.identity import BY_KEY, Match, match_groups, match_keys
from screening.inputs import KnownFinding
from screening.results import FindingResult


@dataclass(frozen=True)
class Identified:
    """The identity of one finding of a result; ``is_new`` when nothing is recorded under it yet."""

    finding_id: UUID
    is_new: bool


def identify(session: Session, result: RoundResult, *, told: Sequence[KnownFinding]) -> list[Identified]:
    """Return the identity of each finding of ``result``, in its order; ``told`` is what the analysis knew."""
    unnamed = [found for found in result.findings if found.finding_id is None]
    known = _recorded_since(session, unnamed, {UUID(one.finding_id) for one in told})
    again: dict[int, UUID] = {}
    for kind in {found.kind for found in unnamed}:
        own = [found for found in unnamed if found.kind == kind]
        for found, match in zip(own, _matches(kind, own, known), strict=True):
            if match.known is not None:
                again[id(found)] = UUID(match.known.finding_id)
    return [_identified(found, again) for found in result.findings]


def _matches(kind: str, found: Sequence[FindingResult], known: Sequence[KnownFinding]) -> Sequence[Match]:
    """Match findings of one signal with those on record, as the analysis itself does."""
    own = [one for one in known if one.kind == kind]
    if kind not in BY_KEY:
        return match_groups([frozenset(one.current_ids) for one in found], own)
    return match_keys(kind, [one.key for one in found], own)


def _identified(found: FindingResult, again: dict[int, UUID]) -> Identified:
    if found.finding_id is not None:
        return Identified(UUID(found.finding_id), is_new=False)
    known = again.get(id(found))
    return Identified(known or new_id(), is_new=known is None)


def _recorded_since(session: Session, unnamed: Sequence[FindingResult], told: set[UUID]) -> tuple[KnownFinding, ...]:
    members = sorted({UUID(name) for found in unnamed for name in found.current_ids})
    ids: set[UUID] = set()
    for some in chunks(members):
        ids.update(session.scalars(select(FindingMember.finding_id).where(FindingMember.dispute_id.in_(some))))
    keys = sorted({found.key for found in unnamed if found.kind in BY_KEY})
    for part in chunks(keys):
        ids.update(session.scalars(select(Finding.id).where(Finding.issue_key.in_(part), Finding.kind.in_(BY_KEY))))
    findings: list[Finding] = []
    for few in chunks(sorted(ids - told)):
        findings += session.scalars(
            select(Finding).where(Finding.id.in_(few), Finding.merged_into.is_(None)).order_by(Finding.id)
        )
    return as_known(session, findings)
