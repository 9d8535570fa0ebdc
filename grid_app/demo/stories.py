"""The matters planted in the county, read from ``stories.toml``: who tells what when, and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from grid_app.clock import local_date, start_of_day
from grid_app.demo.background import Telling
from grid_app.demo.names import table
from grid_app.demo.places import Places


@dataclass(frozen=True)
class Words:
    """One telling of a story; see the head of ``stories.toml``."""

    days: int
    text: str
    channel: str = "grid_walk"
    band: str = ""
    status: str = ""
    confirmed: str = ""
    since: int = 0
    home: str = ""
    like: bool = False


@dataclass(frozen=True)
class Decision:
    """What a leader makes of the finding: ``after`` so many working days, or on the ``last_day``."""

    what: str
    why: str
    after: int = 1
    last_day: bool = False


@dataclass(frozen=True)
class Acknowledging:
    """Which office takes an escalation up, and how many minutes after it was raised."""

    who: str
    minutes: int


@dataclass(frozen=True)
class Story:
    """One planted matter."""

    key: str
    village: str
    category: str
    course: str
    tellings: tuple[Words, ...]
    organisation: str = ""
    project: str = ""
    reporter: str = ""
    since: str = "day"
    done_after: int = 0
    danger: bool = False
    child: bool = False
    decide: Decision | None = None
    acknowledge: Acknowledging | None = None

    def telling(self, words: Words, *, as_of: date, rng: np.random.Generator, places: Places) -> Telling:
        """Return one telling as the report that will arrive."""
        day = (last_friday(as_of) if self.since == "round" else as_of) - timedelta(days=words.days)
        at = start_of_day(day) + timedelta(minutes=int(rng.integers(8 * 60 + 20, 17 * 60)))
        return Telling(
            at=at,
            captured_at=at - timedelta(minutes=3),
            category=self.category,
            summary=words.text,
            place=places.point_in(rng, self.village),
            channel=words.channel,
            band=words.band,
            band_status=words.status or ("known" if words.band else ""),
            since_when=day - timedelta(days=words.since) if words.since else None,
            organisation=self.organisation,
            project=self.project,
            danger=self.danger,
            child=self.child,
            household=f"{self.key}:{words.home}" if words.home else "",
        )

    @property
    def reserved(self) -> tuple[str, str]:
        """The village and category group that belong to this story alone."""
        return self.village, self.category[:2]


@lru_cache(maxsize=1)
def stories() -> tuple[Story, ...]:
    """Return every planted matter, in the order of the table."""
    return tuple(_story(row) for row in table("stories.toml")["story"])


def _story(row: dict[str, Any]) -> Story:
    made = dict(row)
    made["tellings"] = tuple(Words(**one) for one in row["tellings"])
    if "decide" in row:
        made["decide"] = Decision(**row["decide"])
    if "acknowledge" in row:
        made["acknowledge"] = Acknowledging(**row["acknowledge"])
    return Story(**made)


def last_friday(as_of: date) -> date:
    """Return the last Friday whose weekly round was analysed, with a day left to decide about it, before ``as_of``."""
    day = as_of - timedelta(days=2)
    return day - timedelta(days=(day.weekday() - 4) % 7)


def at_work(moment: datetime, *, days: int) -> datetime:
    """Return 10:20 in Shanghai on the day that lies so many working days (Monday to Friday) after ``moment``."""
    day = local_date(moment)
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return start_of_day(day) + timedelta(hours=10, minutes=20)


def office_hours(moment: datetime) -> datetime:
    """Return ``moment``, or 8:10 in Shanghai of its day when that is later: what rounds raise at midnight waits."""
    return max(moment, start_of_day(local_date(moment)) + timedelta(hours=8, minutes=10))
