"""Office hours and the hours in which nobody is called out of bed.

Both are pure: which days people work is asked of the caller, since holidays and make-up days are the calendar's affair.
All moments are aware; the clock on the wall is Shanghai's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONGEST_SEARCH_DAYS: Final = 400
RED: Final = "red"


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When offices are open: each working day from ``opens`` to ``closes``.

    ``works`` says of a date whether people work on it.
    """

    works: Callable[[date], bool]
    opens: time = time(8, 30)
    closes: time = time(17, 30)

    def open_at(self, moment: datetime) -> datetime:
        """Return ``moment`` itself when offices are open then, else when they open next.

        A calendar without a working day in more than a year answers ``moment``: nobody waits for ever.
        """
        local = moment.astimezone(SHANGHAI)
        for ahead in range(LONGEST_SEARCH_DAYS):
            day = local.date() + timedelta(days=ahead)
            if self.works(day):
                begins = datetime.combine(day, self.opens, SHANGHAI)
                ends = datetime.combine(day, self.closes, SHANGHAI)
                if local < ends:
                    return max(moment, begins.astimezone(moment.tzinfo))
        return moment

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """Return the moment by which offices have been open for ``span`` since ``moment``."""
        begun, left = self.open_at(moment), span
        while True:
            ends = datetime.combine(begun.astimezone(SHANGHAI).date(), self.closes, SHANGHAI)
            today = ends - begun
            if left <= today or today <= timedelta(0):
                return begun + left
            left -= today
            begun = self.open_at(ends.astimezone(moment.tzinfo))


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When nobody is knocked at unless somebody is in danger or an incident is going on.

    From ``begins`` in the evening to ``ends`` in the morning, and for what is not red the days on which nobody works.
    """

    begins: time = time(21, 30)
    ends: time = time(8, 0)

    def heard_at(self, moment: datetime, *, danger: bool, grade: str, hours: OfficeHours) -> datetime:
        """Return when a knock that is due at ``moment`` may be heard: at once, or when it is held until.

        Danger is heard at once. What is red is held until the morning, whatever the day; the rest until the morning of
        a day on which people work.
        """
        if danger:
            return moment
        awake = self._awake_at(moment)
        if grade == RED:
            return awake
        today = awake.astimezone(SHANGHAI).date()
        for ahead in range(LONGEST_SEARCH_DAYS):
            day = today + timedelta(days=ahead)
            if hours.works(day):
                return awake if day == today else datetime.combine(day, self.ends, SHANGHAI).astimezone(moment.tzinfo)
        return awake

    def _awake_at(self, moment: datetime) -> datetime:
        local = moment.astimezone(SHANGHAI)
        if self.ends <= local.time() < self.begins:
            return moment
        day = local.date() if local.time() < self.ends else local.date() + timedelta(days=1)
        return datetime.combine(day, self.ends, SHANGHAI).astimezone(moment.tzinfo)
