"""By when the next step of a dispute is due in lists: the service targets, each with the sentence why this day.

First action by grade: red within an hour, orange the same day, yellow two days, blue three, to the end of the last day
as every clock counts; done within thirty days after acceptance. These are service targets; the clocks of
``services/clocks`` count every limit with its reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from grid_app.clock import local_date, start_of_day
from grid_app.vocabulary.words import GRADE_WORDS, OPEN_STATES

HANDLE: Final = timedelta(days=30)
AT_ONCE: Final = timedelta(hours=1)
FIRST_DAYS: Final = {"orange": 0, "yellow": 2, "blue": 3}
FIRST_WORDS: Final = {"red": "1 小时内", "orange": "当天", "yellow": "2 天内", "blue": "3 天内"}


@dataclass(frozen=True)
class NextDate:
    """When something is due, what it is, and why it is due then."""

    at: datetime
    what: str
    why: str


def next_date(
    *,
    state: str,
    grade: str,
    received_at: datetime,
    accepted_at: datetime | None,
    finish_due: datetime | None = None,
) -> NextDate | None:
    """Return the next due moment of a dispute, or ``None`` when nothing is due any more.

    ``finish_due`` is when its clock of finishing ends; without one it is counted from acceptance.
    """
    if state not in OPEN_STATES:
        return None
    if state == "reported":
        words = FIRST_WORDS.get(grade, FIRST_WORDS["blue"])
        why = f"{GRADE_WORDS.get(grade, '')}色事项的服务目标:收到后{words}受理或答复。法定期限另算。"
        return NextDate(_first_action(grade, received_at), "受理", why)
    begun = accepted_at or received_at
    return NextDate(finish_due or begun + HANDLE, "办结", "服务目标:受理后 30 天内办结。法定期限另算。")


def _first_action(grade: str, received_at: datetime) -> datetime:
    if grade == "red":
        return received_at + AT_ONCE
    days = FIRST_DAYS.get(grade, FIRST_DAYS["blue"])
    return start_of_day(local_date(received_at) + timedelta(days=days + 1)) - timedelta(minutes=1)
