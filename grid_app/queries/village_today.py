"""How one village's criteria stand at this moment; the state itself moves only with the month's assessment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.queries.village_facts import facts_in
from grid_app.queries.village_months import rules_on
from grid_app.queries.village_status import Basis, VillageStatus
from grid_app.standing.facts import VillageFacts, facts_as_told
from grid_app.standing.states import NOT_ASSESSED


def today_of(session: Session, *, path: str, code: str, now: datetime) -> VillageStatus:
    """Return the criteria of one village as they stand now; its ``state`` says nothing."""
    day = local_date(now)
    rules = rules_on(session, day)
    facts = facts_in(session, path=path, end=now, rules=rules).get(code, VillageFacts())
    return VillageStatus(code, NOT_ASSESSED, Basis(facts_as_told(facts), rules, day), day)
