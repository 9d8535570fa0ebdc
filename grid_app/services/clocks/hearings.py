"""The days of a hearing are not counted (信访工作条例 36): only by clocks whose rule says so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.clocks.counting import count
from grid_app.services.clocks.rules import rulebook
from grid_app.services.clocks.running import running_of


def leave_out_hearings(session: Session, *, dispute_id: UUID, days: Collection[date], now: datetime) -> int:
    """Let the running clocks that leave hearings out end by so many days later; return how many were left out.

    Only days after the day of the start and up to the end of the term count; a term that is over stays over.
    """
    most = 0
    for clock in running_of(session, dispute_id):
        book = rulebook(session, [clock.rule_code], now=now)
        rule = next(one for one in book.versions[clock.rule_code] if one.version == clock.rule_version)
        if not rule.excludes_hearing:
            continue
        begun, ends = local_date(clock.started_at), local_date(clock.due_at)
        within = {day for day in days if begun < day <= ends}
        if not within:
            continue
        extra = clock.extension_days if clock.extended_at else 0
        counted = count(
            rule, started_at=clock.started_at, calendar=book.calendar, hearing_days=len(within), extra_days=extra
        )
        clock.due_at, clock.explanation = counted.due_at, counted.as_data()
        most = max(most, len(within))
    return most
