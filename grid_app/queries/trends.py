"""Weekly figures of one area and shares by village, for trends beside the own past; petitions are none of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import case, exists, func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Division
from grid_app.policy import Scope
from grid_app.queries.indicators_asked import Asked, Share, Span, inside, within
from grid_app.queries.indicators_lawful import A_DAY, FIRST_CONTACTS, first_contact
from grid_app.queries.indicators_open import NOT_IMPORTED
from grid_app.queries.indicators_solved import performed

WEEKS: Final = 26
VILLAGE_CODE: Final = 12
FUNNEL_DAYS: Final = 91


@dataclass(frozen=True)
class Trends:
    """What came in (``whole`` of ``contacted``), was contacted within a day, and performed, by week, oldest first."""

    weeks: tuple[date, ...]
    contacted: tuple[Share, ...]
    performed: tuple[Share, ...]
    villages: dict[str, Share]
    as_of: datetime

    @property
    def taken_in(self) -> tuple[int, ...]:
        """Return how many matters came in, by week."""
        return tuple(one.whole for one in self.contacted)


def trends_of(session: Session, *, scope: Scope, path: str, now: datetime) -> Trends:
    """Return up to 26 whole weeks of an area, and the shares of its villages over the last 13.

    The weeks before the first matter came in are left out: they are no past to compare with.
    """
    monday = local_date(now) - timedelta(days=local_date(now).weekday())
    weeks = [monday - timedelta(weeks=number) for number in range(1, WEEKS + 1)]
    asked = Asked(scope=scope, path=path, spans=tuple(Span(day, day + timedelta(days=7)) for day in weeks), now=now)
    contacted, done = first_contact(session, asked), performed(session, asked)
    used = max((number for number, one in enumerate(contacted, start=1) if one.whole), default=1)
    return Trends(
        weeks=tuple(reversed(weeks[:used])),
        contacted=tuple(reversed(contacted[:used])),
        performed=tuple(reversed(done[:used])),
        villages=contact_by_village(session, asked, Span(monday - timedelta(days=FUNNEL_DAYS), monday)),
        as_of=now,
    )


def contact_by_village(session: Session, asked: Asked, span: Span) -> dict[str, Share]:
    """Return by village code how many matters that came in within a span were contacted within a day."""
    soon = exists().where(
        DisputeEvent.dispute_id == Dispute.id,
        DisputeEvent.kind.in_(FIRST_CONTACTS),
        within(Dispute.received_at, DisputeEvent.at, A_DAY),
    )
    village = func.substr(Dispute.division_code, 1, VILLAGE_CODE)
    rows = session.execute(
        select(village, func.sum(case((soon, 1), else_=0)), func.count())
        .where(asked.where, NOT_IMPORTED, inside(Dispute.received_at, span))
        .group_by(village)
        .order_by(village)
    )
    return {code: Share(int(part), int(whole)) for code, part, whole in rows if len(code) == VILLAGE_CODE}


def names_of(session: Session, codes: list[str]) -> dict[str, str]:
    """Return the names of divisions."""
    rows = session.execute(select(Division.code, Division.name).where(Division.code.in_(codes)))
    return {code: name for code, name in rows}  # noqa: C416 - a row is not a pair to the type checker
