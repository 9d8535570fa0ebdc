"""What a run is kept against: the findings on record and facts of all members, asked of the database once for all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute
from grid_app.models.findings import FindingCourse
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingMember, Round, RoundRun
from grid_app.queries.chunks import chunks
from grid_app.queries.finding_duties import complained_of_disputes, duties_of_disputes
from grid_app.queries.known_findings import has_members_outside
from grid_app.services.findings.ownership import Parts
from grid_app.vocabulary.words import OPEN_STATES


@dataclass(frozen=True)
class Facts:
    """What owner and delay of a finding follow from, by dispute: path, legal limit while open, units with a part."""

    paths: Mapping[UUID, str]
    due: Mapping[UUID, datetime]
    complained: Mapping[UUID, Sequence[Unit]]
    duty: Mapping[UUID, Sequence[Unit]]

    def first_due(self, disputes: Iterable[UUID]) -> datetime | None:
        """Return the first legal limit of the open ones."""
        return min((self.due[one] for one in disputes if one in self.due), default=None)

    def parts(self, disputes: Iterable[UUID], answering: Unit | None) -> Parts:
        """Return what says who owns a finding with these members; ``answering`` is the unit that was named for it."""
        members = list(disputes)
        return Parts(
            paths=sorted({self.paths[one] for one in members}),
            complained=[unit for one in members for unit in self.complained.get(one, ())],
            duty=[*(unit for one in members for unit in self.duty.get(one, ())), *([answering] if answering else [])],
        )


@dataclass(frozen=True)
class Standing:
    """The findings of a run that are on record.

    ``ends`` are the last days of the windows that their figures come from, by run; ``beyond`` those with a member
    outside the area of the run; ``members`` all their disputes, to which a run adds. ``places`` are where they are,
    held so that the session knows them.
    """

    findings: Mapping[UUID, Finding]
    courses: Mapping[UUID, FindingCourse]
    ends: Mapping[UUID, date]
    beyond: frozenset[UUID]
    facts: Facts
    places: Sequence[Division]
    members: defaultdict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))


def on_record(session: Session, ids: Sequence[UUID]) -> tuple[dict[UUID, Finding], dict[UUID, date]]:
    """Return findings by their ids, and by run the last day of the window that the figures of each come from."""
    findings: dict[UUID, Finding] = {}
    ends: dict[UUID, date] = {}
    for some in chunks(ids):
        findings.update((one.id, one) for one in session.scalars(select(Finding).where(Finding.id.in_(some))))
    for runs in chunks(sorted({one.last_run_id for one in findings.values()})):
        question = select(RoundRun.id, Round.window_end).join(Round, Round.id == RoundRun.round_id)
        ends.update((row.id, row.window_end) for row in session.execute(question.where(RoundRun.id.in_(runs))))
    return findings, ends


def standing_of(
    session: Session, ids: Sequence[UUID], *, told: Iterable[UUID], cells: Iterable[str], root: str
) -> Standing:
    """Return what is on record of these findings; ``told`` and ``cells`` are the disputes and places of the run's."""
    findings, ends = on_record(session, ids)
    courses: dict[UUID, FindingCourse] = {}
    beyond: set[UUID] = set()
    members: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for some in chunks(ids):
        of_them = select(FindingCourse).where(FindingCourse.finding_id.in_(some))
        courses.update((one.finding_id, one) for one in session.scalars(of_them))
        beyond.update(session.scalars(select(Finding.id).where(Finding.id.in_(some), has_members_outside(root))))
        pairs = select(FindingMember.finding_id, FindingMember.dispute_id).where(FindingMember.finding_id.in_(some))
        for finding, dispute in session.execute(pairs):
            members[finding].add(dispute)
    facts = _facts(session, sorted({one for of_one in members.values() for one in of_one}.union(told)))
    places = [
        place
        for codes in chunks(sorted(set(cells)))
        for place in session.scalars(select(Division).where(Division.code.in_(codes)))
    ]
    return Standing(findings, courses, ends, frozenset(beyond), facts, places, members)


def _facts(session: Session, disputes: Sequence[UUID]) -> Facts:
    paths: dict[UUID, str] = {}
    due: dict[UUID, datetime] = {}
    for some in chunks(disputes):
        rows = session.execute(
            select(Dispute.id, Division.path, Dispute.state, Dispute.statutory_due_at)
            .join(Division, Division.code == Dispute.division_code)
            .where(Dispute.id.in_(some))
        )
        for dispute, path, state, limit in rows:
            paths[dispute] = path
            if limit is not None and state in OPEN_STATES:
                due[dispute] = limit
    return Facts(paths, due, complained_of_disputes(session, disputes), duties_of_disputes(session, disputes))
