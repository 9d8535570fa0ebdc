"""Whether a room is open at a moment, by its usual week and the working calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from geo.coverage.opening import Opening
from grid_app.clocks.calendar import Day

State = Literal["open", "later", "over", "shut", "holiday", "make_up", "unknown"]
LAST_WORKDAY: Final = 4
MINUTES: Final = 60
FEAST: Final = "节"


@dataclass(frozen=True)
class Today:
    """What a usual week says of one day.

    ``open``: now, until ``until``; ``later`` today, from ``since`` on; ``over`` for today; ``shut`` all day;
    ``holiday``: a usual week does not hold; ``make_up``: people work on a weekend on which the room is shut as a rule;
    ``unknown``: no readable hours are on record. ``spans`` are today's hours in minutes after midnight.
    """

    state: State
    spans: tuple[tuple[int, int], ...] = ()
    since: int = 0
    until: int = 0


def opening_today(opening: Opening, moment: datetime, day: Day) -> Today:
    """Return how a room stands at ``moment`` (local time); ``day`` is what the working calendar says of its date.

    A room that is open on all seven days is taken at its word on holidays too, unless its text speaks of them.
    """
    if opening.state in {"unknown", "unreadable"}:
        return Today("unknown")
    weekday, minute = moment.weekday(), moment.hour * MINUTES + moment.minute
    spans = opening.week[weekday]
    keeps_holidays = not all(opening.week) or any(FEAST in one for one in opening.rest)
    if keeps_holidays and day.is_holiday:
        return Today("holiday")
    if day.works and weekday > LAST_WORKDAY and not spans:
        return Today("make_up")
    return _at(spans, minute)


def _at(spans: tuple[tuple[int, int], ...], minute: int) -> Today:
    if not spans:
        return Today("shut")
    for begin, end in spans:
        if minute < begin:
            return Today("later", spans, since=begin)
        if minute < end:
            return Today("open", spans, until=end)
    return Today("over", spans)
