"""What stands on one finding's page: the member disputes in sight, its history, its escalations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation
from grid_app.models.places import Division
from grid_app.models.rounds import FindingEvent, FindingMember, Round, RoundRun
from grid_app.policy import Scope
from grid_app.queries.scoping import visible

MEMBERS_SHOWN = 100


@dataclass(frozen=True)
class MemberRow:
    """One member dispute that the viewer may see; never a party, a name or a text of a resident."""

    dispute_id: UUID
    case_code: str
    category: str
    place: str
    noted_on: date
    state: str
    grade: str


@dataclass(frozen=True)
class Members:
    """The first members in the viewer's scope, how many follow them, and how many lie outside the scope."""

    shown: tuple[MemberRow, ...]
    following: int
    elsewhere: int

    @property
    def total(self) -> int:
        """The number of members, wherever they lie."""
        return len(self.shown) + self.following + self.elsewhere


@dataclass(frozen=True)
class HistoryRow:
    """One step of a finding's history; ``unit`` and ``person`` are empty for what an analysis did.

    ``lender`` names the leader in whose place a person decided.
    """

    at: datetime
    kind: str
    note: str
    details: Mapping[str, Any]
    round_name: str
    unit: str
    person: str
    lender: str


@dataclass(frozen=True)
class EscalationLine:
    """What became of an escalation of the finding."""

    code: str
    grade: str
    state: str
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_unit: str


def members_in_scope(session: Session, scope: Scope, finding_id: UUID, *, limit: int = MEMBERS_SHOWN) -> Members:
    """Return the member disputes that ``scope`` reaches, the earliest first, and the numbers of the others."""
    member = (FindingMember.finding_id == finding_id, FindingMember.dispute_id == Dispute.id)
    total = session.scalar(select(func.count()).where(FindingMember.finding_id == finding_id)) or 0
    in_scope = session.scalar(select(func.count()).select_from(Dispute).where(visible(scope), exists().where(*member)))
    rows = session.execute(
        select(
            Dispute.id, Dispute.case_code, Dispute.category, Division.name, Dispute.noted_on, Dispute.state,
            Dispute.grade,
        )
        .join(Division, Division.code == Dispute.division_code)
        .where(visible(scope), exists().where(*member))
        .order_by(Dispute.noted_on, Dispute.id)
        .limit(limit)
    ).all()  # fmt: skip
    reached = in_scope or 0
    return Members(tuple(MemberRow(*row) for row in rows), reached - len(rows), total - reached)


def history_of(session: Session, finding_id: UUID) -> list[HistoryRow]:
    """Return the steps of a finding's history, the newest first."""
    lender_post, lender = aliased(Assignment), aliased(Account)
    rows = session.execute(
        select(
            FindingEvent.at, FindingEvent.kind, FindingEvent.note, FindingEvent.details, Round.name, Unit.name,
            Account.display_name, lender.display_name,
        )
        .outerjoin(RoundRun, RoundRun.id == FindingEvent.run_id)
        .outerjoin(Round, Round.id == RoundRun.round_id)
        .outerjoin(Assignment, Assignment.id == FindingEvent.assignment_id)
        .outerjoin(Unit, Unit.id == Assignment.unit_id)
        .outerjoin(Account, Account.id == Assignment.account_id)
        .outerjoin(lender_post, lender_post.id == FindingEvent.acting_for)
        .outerjoin(lender, lender.id == lender_post.account_id)
        .where(FindingEvent.finding_id == finding_id)
        .order_by(FindingEvent.at.desc(), FindingEvent.id.desc())
    )  # fmt: skip
    return [
        HistoryRow(at, kind, note, details, round_name or "", unit or "", person or "", lent or "")
        for at, kind, note, details, round_name, unit, person, lent in rows
    ]


def escalations_of_finding(session: Session, finding_id: UUID) -> list[EscalationLine]:
    """Return the escalations of a finding, the newest first."""
    rows = session.execute(
        select(
            Escalation.code, Escalation.grade, Escalation.state, Escalation.opened_at, Escalation.acknowledged_at,
            Unit.name,
        )
        .outerjoin(Unit, Unit.id == Escalation.acknowledged_unit_id)
        .where(Escalation.finding_id == finding_id)
        .order_by(Escalation.opened_at.desc(), Escalation.id.desc())
    )  # fmt: skip
    return [EscalationLine(code, grade, state, at, done, unit or "") for code, grade, state, at, done, unit in rows]
