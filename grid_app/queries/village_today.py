"""How one village's criteria stand at this moment; the state itself moves only with the month's assessment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.queries.village_facts import facts_in
from grid_app.queries.village_months import rules_on
from grid_app.queries.village_status import VillageStatus
from grid_app.standing.criteria import judge, needs_a_look
from grid_app.standing.facts import VillageFacts
from grid_app.standing.outcomes import bands_of
from grid_app.standing.states import NOT_ASSESSED


def today_of(session: Session, *, path: str, code: str, now: datetime) -> VillageStatus:
    """Return the criteria of one village as they stand now; its ``state`` says nothing."""
    day = local_date(now)
    rules = rules_on(session, day)
    facts = facts_in(session, path=path, end=now, rules=rules).get(code, VillageFacts())
    return VillageStatus(
        code,
        NOT_ASSESSED,
        judge(facts, rules=rules, on=day),
        needs_a_look(facts, rules=rules),
        day,
        outcomes=bands_of(facts, rules=rules),
    )
