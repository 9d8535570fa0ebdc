"""How matters of villages went: days to the first contact and until done, what came up again, visits that were made.

Like every count behind the status these carry ``served``. They are shown in bands and judge nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, join, literal, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.elapsed import SecondsBetween
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.follow_ups import FollowUp
from grid_app.queries.indicators_asked import DAY, Expression, median_of
from grid_app.queries.indicators_lawful import FIRST_CONTACTS
from grid_app.queries.indicators_open import EVENTS
from grid_app.queries.indicators_solved import RELAPSE, ground_is, reopened_after
from grid_app.queries.planning import plainly
from grid_app.queries.village_facts_matters import VILLAGE, Counted, closings, count_if, served

MADE = ("settled", "relapsed")
MISSED = ("missed", "due")


def outcomes(session: Session, *, path: str, since: datetime, end: datetime) -> Mapping[str, Mapping[str, Any]]:
    """Return by village what the bands are made of, as it stood at ``end``."""
    found: Counted = {}
    for name, count, lengths in (
        ("contact_days", "contacts", _contact_days(path, since, end)),
        ("performed_days", "performed", _performed_days(path, since, end)),
    ):
        for code, counted in _by_village(session, lengths).items():
            median = median_of(counted)
            found.setdefault(code, {}).update({name: median.days, count: median.count})
    for code, relapses in session.execute(_relapses(path, since, end)):
        found.setdefault(code, {})["relapses"] = int(relapses)
    for code, due, done in session.execute(_visits(path, since, end)):
        found.setdefault(code, {}).update(visits_due=int(due), visits_done=int(done))
    return found


def _by_village(session: Session, question: Expression) -> dict[str, Counter[int]]:
    found: dict[str, Counter[int]] = {}
    for code, days, count in session.execute(question):
        if days is not None:
            found.setdefault(code, Counter())[int(days)] += int(count)
    return found


def _contact_days(path: str, since: datetime, end: datetime) -> Expression:
    """Return the question after how many whole days each matter was first contacted; nothing where nobody was.

    It looks into the history of each matter: by kind and moment it would go through all that were ever contacted.
    """
    soonest = (
        select(func.min(SecondsBetween(Dispute.received_at, DisputeEvent.at)))
        .where(
            DisputeEvent.dispute_id == Dispute.id, DisputeEvent.kind.in_(FIRST_CONTACTS),
            SecondsBetween(DisputeEvent.at, end) > 0,
        )
        .correlate(Dispute)
        .scalar_subquery()
    )  # fmt: skip
    return select(VILLAGE, soonest // DAY, literal(1)).where(
        served(path), Dispute.received_at >= since, Dispute.received_at < end
    )


def _performed_days(path: str, since: datetime, end: datetime) -> Expression:
    days = (SecondsBetween(Dispute.received_at, DisputeEvent.at) // DAY).label("days")
    return (
        select(VILLAGE, days, func.count())
        .select_from(EVENTS)
        .where(served(path), closings(since, end), ground_is("agreement_performed"))
        .group_by("village", "days")
    )


def _relapses(path: str, since: datetime, end: datetime) -> Expression:
    return (
        select(VILLAGE, count_if(reopened_after(RELAPSE, before=end)))
        .select_from(EVENTS)
        .where(served(path), closings(since, end))
        .group_by("village")
    )


def _visits(path: str, since: datetime, end: datetime) -> Expression:
    """Return the question which visits fell due in the window, and which of them were made before ``end``."""
    made = and_(FollowUp.state.in_(MADE), FollowUp.ended_at < end)
    fell_due = and_(
        FollowUp.due_on >= local_date(since), FollowUp.due_on < local_date(end), FollowUp.state.in_((*MISSED, *MADE))
    )
    return (
        select(VILLAGE, func.count(), count_if(made))
        .select_from(join(FollowUp, Dispute, Dispute.id == FollowUp.dispute_id))
        .where(served(path), plainly(fell_due))
        .group_by("village")
    )
