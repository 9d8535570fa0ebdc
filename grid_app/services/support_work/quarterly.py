"""Until when a quarterly analysis is sent in: by the rule of time limits in force when the quarter ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.clocks.counting import count
from grid_app.clocks.rules import STANDING, rule_in_force
from grid_app.queries.clocks import rule_versions
from grid_app.services.clocks.rules import own_calendar

QUARTERLY: Final = "quarterly_analysis"
MOMENT: Final = timedelta(microseconds=1)


def quarterly_due(session: Session, *, quarter_end: datetime) -> date:
    """Return the last day on which the analysis of the quarter that ended at ``quarter_end`` is in time."""
    last_moment = quarter_end - MOMENT
    stored = [one.rule for one in rule_versions(session).get(QUARTERLY, [])]
    standing = [rule for rule in STANDING if rule.code == QUARTERLY]
    rule = rule_in_force(sorted(stored or standing, key=lambda one: one.version), on=local_date(last_moment))
    return local_date(count(rule, started_at=last_moment, calendar=own_calendar(session)).due_at - MOMENT)
