"""What a leader's day holds in the own area: each number is that of the list it leads to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.disputes import Tab, asking, tallies
from grid_app.queries.disputes_filters import Clock, Filters
from grid_app.queries.findings import counts_by_state
from grid_app.queries.inbox import waiting_count
from grid_app.queries.naming_course import waiting_count as namings_waiting
from grid_app.queries.rounds import returned_of, rounds_of
from grid_app.vocabulary.findings import SUSPECTED

CLOCKS = (Clock.STATUTORY, Clock.OVERDUE, Clock.TODAY)
STILL_OPEN = frozenset({Tab.REPORTED, Tab.HANDLING})
"""Together all that has a next date; the tab of urgent ones holds some of them again."""


@dataclass(frozen=True)
class MissingReturns:
    """An open round that villages of the own area have not returned."""

    round_id: UUID
    name: str
    due_at: datetime
    missing: int
    villages: int


@dataclass(frozen=True)
class Duties:
    """The duties of a day; ``clocks`` are counted as the list of disputes counts them.

    ``namings``: villages whose naming has to be reviewed, or ends soon; zero for who does not record namings.
    """

    clocks: dict[Clock, int]
    to_decide: int
    rounds: tuple[MissingReturns, ...]
    escalations: int
    namings: int


def duties_of(session: Session, actor: Actor, *, now: datetime) -> Duties:
    """Return what the own area has to do today."""
    scope = dispute_scope(actor)
    lists = {clock: asking(session, scope=scope, now=now, filters=Filters(clock=clock)) for clock in CLOCKS}
    clocks = {
        clock: tallies(session, scope=scope, asked=replace(asked, tabs=STILL_OPEN)) for clock, asked in lists.items()
    }
    under_way = [row for row in rounds_of(session, actor) if row.state == "open" and row.opens_at <= now]
    counted = returned_of(session, under_way, within=actor.division_path)
    return Duties(
        clocks={clock: totals[Tab.ALL] for clock, totals in clocks.items()},
        to_decide=counts_by_state(session, actor).get(SUSPECTED, 0),
        rounds=tuple(
            MissingReturns(row.round_id, row.name, row.due_at, whole - returned, whole)
            for row in under_way
            for returned, whole in (counted[row.round_id],)
            if whole > returned
        ),
        escalations=waiting_count(session, actor),
        namings=_namings(session, actor, now=now),
    )


def _namings(session: Session, actor: Actor, *, now: datetime) -> int:
    if not allows(actor, Action.RECORD_NAMING):
        return 0
    return namings_waiting(session, scope=dispute_scope(actor), on=local_date(now))
