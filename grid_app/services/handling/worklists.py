"""What waits for one actor: closings to review (双审核), and transfers to sign for or objections to answer.

`reviews.open_sides` says for one dispute which reviews an actor may give; here the same is asked of all closings that
stand, with a handful of questions to the database. A test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.handling import ClosingProposal, ReviewRecord, Transfer
from grid_app.models.places import Division
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.accounts import assignment_is_valid
from grid_app.queries.disputes_reach import around
from grid_app.queries.scoping import visible
from grid_app.services.handling.closing import SECOND_PERSON
from grid_app.services.handling.gates import gate_policy
from grid_app.services.handling.second import COUNTY, GOVERNMENT, LEADS, OFFICES, is_county
from grid_app.vocabulary.words import GRADE_ORDER

MOST: Final = 500
"""So many matters, those that have waited longest, are looked at; whoever has more waiting works from the top."""
VILLAGE_UNITS: Final = ("village_committee", "mediation_committee")
Staff: TypeAlias = Mapping[UUID, set[tuple[str, UUID]]]


@dataclass
class _Case:
    """One closing that stands, with what decides whose review is missing."""

    dispute_id: UUID
    grade: str
    track: str | None
    owner: UUID | None
    ground: str
    proposer: UUID | None
    above: UUID | None
    reviews: list[tuple[str, UUID]] = field(default_factory=list)


def waiting_for_receipt(session: Session, actor: Actor, *, now: datetime) -> list[UUID]:  # noqa: ARG001 - as the other list
    """Return the disputes transferred to the actor's unit and not signed for, and objections that it has to answer."""
    mine = or_(
        and_(Transfer.to_unit_id == actor.unit_id, Transfer.state == "sent"),
        and_(Transfer.from_unit_id == actor.unit_id, Transfer.state == "objected"),
    )
    ids = session.scalars(select(Transfer.dispute_id).where(mine).order_by(Transfer.sent_at).limit(MOST)).all()
    seen = select(Dispute.id).where(Dispute.id.in_(ids), visible(dispute_scope(actor)))
    return list(session.scalars(seen)) if ids else []


def waiting_for_review(session: Session, actor: Actor, *, now: datetime) -> list[UUID]:
    """Return the disputes whose closing this very actor may review now."""
    cases = _cases(session, actor)
    gated = _gated(session, cases)
    units = {one for case in cases for one in (case.owner, case.above) if one}
    staff = _staff(session, units, now)
    return [
        case.dispute_id for case in cases if any(_is_open(case, side, actor, staff) for side in _needed(case, gated))
    ]


def _needed(case: _Case, gated: frozenset[UUID]) -> tuple[str, ...]:
    needed: tuple[str, ...] = ()
    if case.dispute_id in gated:
        needed = ("handling_unit", "coordinating_office")
    elif case.ground in SECOND_PERSON:
        needed = ("second_person",)
    return (*needed, "call_back") if case.ground == "withdrawn_by_party" else needed


def _is_open(case: _Case, side: str, actor: Actor, staff: Staff) -> bool:
    gone = {account for given, account in case.reviews if given != "call_back"}
    if side in {given for given, _ in case.reviews} or (side != "call_back" and actor.account_id in gone):
        return False
    is_owner = actor.unit_id == case.owner
    if side == "call_back":
        return is_owner or actor.role in OFFICES
    if side == "second_person":
        return actor.role in OFFICES or (is_owner and actor.role in LEADS)
    without = gone | ({case.proposer} if case.proposer else set())
    if side == "handling_unit":
        own, unit, roles = is_owner and actor.role in LEADS | COUNTY, case.owner, LEADS | COUNTY
    elif case.above is None:
        return is_county(actor)
    else:
        own, unit, roles = actor.unit_id == case.above and actor.role in OFFICES, case.above, OFFICES
    if own or not is_county(actor):
        return own
    names = {str(role) for role in roles}
    there = staff.get(unit, set()) if unit else set()
    return not any(role in names and account not in without for role, account in there)


def _cases(session: Session, actor: Actor) -> list[_Case]:
    rows = _proposed(session, actor)
    governments = _governments(session, {_township(row.path) for row in rows if row.kind in VILLAGE_UNITS})
    cases: dict[UUID, _Case] = {}
    for row in rows:
        near = governments.get(_township(row.path), ()) if row.kind in VILLAGE_UNITS else ()
        above = next((unit for unit in near if unit != row.about_unit_id), None)
        cases[row.proposal] = _Case(row.id, row.grade, row.track, row.owner_unit_id, row.ground, row.account_id, above)
    given = session.execute(
        select(ReviewRecord.proposal_id, ReviewRecord.side, Assignment.account_id)
        .join(Assignment, Assignment.id == ReviewRecord.assignment_id)
        .where(ReviewRecord.proposal_id.in_(cases))
    )
    for proposal, side, account in given:
        cases[proposal].reviews.append((side, account))
    return list(cases.values())


def _proposed(session: Session, actor: Actor) -> Sequence[Any]:
    """Return what is known of the closings that stand in the actor's scope and that somebody else proposed.

    The proposals are asked for first: they are few, and the disputes are then fetched by their keys.
    """
    scope = dispute_scope(actor)
    standing = (
        select(ClosingProposal.dispute_id)
        .join(Dispute, Dispute.id == ClosingProposal.dispute_id)
        .where(ClosingProposal.state == "standing", *around(session, scope))
    )
    ids = session.scalars(standing.order_by(ClosingProposal.at).limit(MOST)).all()
    if not ids:
        return []
    return session.execute(
        select(
            Dispute.id, Dispute.grade, Dispute.track, Dispute.owner_unit_id, Dispute.about_unit_id, Unit.kind,
            Division.path, ClosingProposal.id.label("proposal"), ClosingProposal.ground, Assignment.account_id,
        )
        .join(ClosingProposal, ClosingProposal.dispute_id == Dispute.id)
        .join(Division, Division.code == Dispute.division_code)
        .outerjoin(Assignment, Assignment.id == ClosingProposal.assignment_id)
        .outerjoin(Unit, Unit.id == Dispute.owner_unit_id)
        .where(
            Dispute.id.in_(ids),
            ClosingProposal.dispute_id.in_(ids),
            ClosingProposal.state == "standing",
            visible(scope),
            or_(Assignment.account_id.is_(None), Assignment.account_id != actor.account_id),
        )
    ).all()  # fmt: skip


def _township(path: str) -> str:
    along = path.strip("/").split("/")
    return along[1] if len(along) > 1 else ""


def _governments(session: Session, townships: set[str]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    rows = session.execute(
        select(Unit.division_code, Unit.id).where(
            Unit.kind == GOVERNMENT, Unit.division_code.in_(townships), Unit.closed_at.is_(None)
        )
    )
    for code, unit in rows:
        found.setdefault(code, []).append(unit)
    return found


def _gated(session: Session, cases: Sequence[_Case]) -> frozenset[UUID]:
    """Return the disputes whose closing is reviewed on both sides, by the rows of the policy."""
    ids = [case.dispute_id for case in cases]
    whens = {row.when for row in gate_policy().rows if (row.gate, row.step) == ("review", "close")}
    found: set[UUID] = set(ids) if "always" in whens else set()
    if "yellow_and_above" in whens:
        high = GRADE_ORDER[GRADE_ORDER.index("yellow") :]
        found |= {case.dispute_id for case in cases if case.grade in high}
    if "petition_track" in whens:
        found |= {case.dispute_id for case in cases if case.track == "petition"}
    if "written_agreement" in whens:
        agreed = select(DisputeEvent).where(DisputeEvent.dispute_id.in_(ids), DisputeEvent.kind == "agreed")
        found |= {event.dispute_id for event in session.scalars(agreed) if event.details.get("form") == "written"}
    if "was_transferred" in whens:
        moved = select(Transfer.dispute_id).where(Transfer.dispute_id.in_(ids), Transfer.state != "returned")
        found |= set(session.scalars(moved))
    return frozenset(found)


def _staff(session: Session, units: set[UUID], now: datetime) -> Staff:
    found: dict[UUID, set[tuple[str, UUID]]] = {}
    rows = session.execute(
        select(Assignment.unit_id, Assignment.role, Assignment.account_id)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.unit_id.in_(units), Account.disabled_at.is_(None), assignment_is_valid(now))
    )
    for unit, role, account in rows:
        found.setdefault(unit, set()).add((role, account))
    return found
