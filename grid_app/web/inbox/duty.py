"""Who of the own office is on duty now, for the head of its inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grid_app.database.transaction import reading
from grid_app.policy import Action, Actor, allows
from grid_app.queries.on_duty import has_roster, on_duty
from grid_app.queries.roster_pages import names_of
from grid_app.web.roster.shown import people_words


@dataclass(frozen=True)
class DutyNow:
    """Who is on duty, in words; ``is_gap`` when nobody is."""

    words: str
    is_gap: bool


def duty_now(actor: Actor, now: datetime) -> DutyNow | None:
    """Return who of the actor's office is on duty; ``None`` where it keeps no roster, or the actor may not see it."""
    if not allows(actor, Action.READ_ROSTER):
        return None
    with reading() as session:
        if not has_roster(session, actor.unit_id):
            return None
        found = on_duty(session, actor.unit_id, now)
        names = names_of(session, actor.unit_id)
    return DutyNow(people_words(found, names) if found else "现在没有人值班,请马上排班", is_gap=not found)
