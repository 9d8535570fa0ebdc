"""All indicators of one place or unit, over a span of time and its earlier ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeAlias

from sqlalchemy.orm import Session

from grid_app.queries import indicators_content as content
from grid_app.queries import indicators_joint as joint
from grid_app.queries import indicators_lawful as lawful
from grid_app.queries import indicators_open as opened
from grid_app.queries import indicators_solved as solved
from grid_app.queries.indicators_asked import Asked, Median, Share
from grid_app.vocabulary.indicators import indicators

Value: TypeAlias = Share | Median | int
Measure: TypeAlias = Callable[[Session, Asked], Any]

MEASURES: Final[dict[str, Measure]] = {
    "matters": opened.matters,
    "contacts": opened.contacts,
    "per_households": opened.per_households,
    "late_discovery": opened.late_discovery,
    "zero_returns": opened.zero_returns,
    "days_letters": partial(opened.days_of, channels=opened.LETTERS),
    "days_visits": partial(opened.days_of, channels=opened.VISITS),
    "days_online": partial(opened.days_of, channels=opened.ONLINE),
    "rooms": opened.rooms,
    "first_contact": lawful.first_contact,
    "accepted_3530": partial(lawful.kept, rules=lawful.SERVICE_ACCEPTANCE),
    "accepted_15": partial(lawful.kept, rules=("acceptance_notice",)),
    "finished_30": partial(lawful.kept, rules=("finish_target",)),
    "finished_60": partial(lawful.kept, rules=("petition_finish",)),
    "promise_kept": lawful.promises,
    "idle_running": lawful.idle_running,
    "transfers": lawful.transfers,
    "wrongly_refused": content.wrongly_refused,
    "whistle_answered": joint.answered,
    "whistle_on_site": joint.on_site,
    "advice_answered": joint.advice_answered,
    "corrected": lawful.corrected,
    "repeated": lawful.repeated,
    "no_lead": lawful.no_lead,
    "resolved": solved.resolved,
    "on_spot": solved.on_spot,
    "on_spot_confirmed": solved.on_spot_confirmed,
    "at_once": solved.at_once,
    "agreed": solved.agreed,
    "performed": solved.performed,
    "refused": solved.refused,
    "legal_route": solved.legal_route,
    "relapse": solved.relapse,
    "whistle_solved": joint.rated,
    "advice_adopted": joint.advice_adopted,
    "finding_days": solved.finding_days,
    "followed_up": content.followed_up,
    "answered": content.answered,
    "satisfied": content.satisfied,
    "verified": content.verified,
    "told": content.told,
}
"""How each indicator of ``indicators.toml`` is counted."""


def values_of(session: Session, asked: Asked) -> dict[str, list[Value]]:
    """Return the values of every indicator, for each span; none for what means nothing for one unit."""
    return {
        one.code: list(MEASURES[one.code](session, asked))
        for one in indicators()
        if not (one.place_only and asked.unit_id)
    }


def value_of(session: Session, asked: Asked, code: str) -> list[Value]:
    """Return the values of one indicator, for each span."""
    return list(MEASURES[code](session, asked))
