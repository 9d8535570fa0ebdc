"""Lines for those whose turn it is: a transfer to sign for, a closing to review or to end.

A line names the matter by its number and nobody; it goes away when the work it asks for has been done.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.handling import ClosingProposal
from grid_app.policy import Actor
from grid_app.queries.accounts import assignments_in_force
from grid_app.services.accounts.actors import actor_of
from grid_app.services.handling.second import LEADS, OFFICES, account_of, office_above
from grid_app.services.matters.step import Step
from grid_app.services.notices import Line, put_away_done, tell, tell_unit
from grid_app.services.numbering import COUNTY_DIGITS

COUNTY_KINDS: Final = ("county_office", "county_lead_office")
RECEIVE, REVIEW, FINISH = (
    ("transfer", "转给本单位了,请签收;有异议的在 5 个工作日内提出。"),
    ("closing_review", "等您审核办结。"),
    ("closing_ready", "审核都同意了,可以办结。"),
)


def tell_receiver(session: Session, step: Step, dispute: Dispute, unit_id: UUID) -> None:
    """Tell the unit that a matter was handed to it."""
    line = _line(dispute, RECEIVE)
    tell_unit(session, line, unit_id, roles=LEADS | OFFICES, now=step.now, but=step.actor.account_id)


def received(session: Session, step: Step, dispute: Dispute, unit_id: UUID) -> None:
    """Put the line of a transfer away for the whole unit."""
    put_away_done(session, _line(dispute, RECEIVE), [unit_id], now=step.now)


def tell_reviewers(
    session: Session, step: Step, dispute: Dispute, needed: Collection[str], sides: Callable[[Actor], Collection[str]]
) -> None:
    """Tell everybody who may review the closing now; the county where the offices themselves have nobody."""
    found: set[str] = set()
    for units in (_own_units(session, dispute), _county_units(session, dispute)):
        wanted = Assignment.role.in_([str(role) for role in LEADS | OFFICES])
        staff = assignments_in_force(session, Assignment.unit_id.in_(units), wanted, now=step.now)
        actors = [actor_of(session, one.assignment_id, now=step.now) for one in staff]
        theirs = {one.account_id: set(sides(one)) - found for one in actors if one is not None}
        asked = [account for account, some in theirs.items() if some]
        tell(session, _line(dispute, REVIEW), asked, now=step.now)
        found |= {side for some in theirs.values() for side in some}
        if not set(needed) - found:
            return


def reviewed(session: Session, step: Step, dispute: Dispute, proposal: ClosingProposal, *, is_last: bool) -> None:
    """Put the line away for the reviewer's unit; after the last review for everybody, and tell who proposed."""
    units = [step.actor.unit_id]
    if is_last:
        units += [*_own_units(session, dispute), *_county_units(session, dispute)]
        proposer = account_of(session, proposal.assignment_id)
        tell(session, _line(dispute, FINISH), [proposer] if proposer else [], now=step.now)
    put_away_done(session, _line(dispute, REVIEW), units, now=step.now)


def ended(session: Session, step: Step, dispute: Dispute) -> None:
    """Put every line about a closing away: it was used, refused or withdrawn."""
    units = [*_own_units(session, dispute), *_county_units(session, dispute), step.actor.unit_id]
    for told in (REVIEW, FINISH):
        put_away_done(session, _line(dispute, told), units, now=step.now)


def _line(dispute: Dispute, told: tuple[str, str]) -> Line:
    kind, words = told
    return Line(kind, f"{dispute.case_code} {words}", f"/disputes/{dispute.id}/handling")


def _own_units(session: Session, dispute: Dispute) -> list[UUID]:
    return [one for one in (dispute.owner_unit_id, office_above(session, dispute)) if one]


def _county_units(session: Session, dispute: Dispute) -> list[UUID]:
    at_county = (Unit.division_code == dispute.division_code[:COUNTY_DIGITS], Unit.kind.in_(COUNTY_KINDS))
    return list(session.scalars(select(Unit.id).where(*at_county, Unit.closed_at.is_(None))))
