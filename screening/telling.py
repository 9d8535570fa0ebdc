"""When people are told again of a finding that they know: only of what is new, and only when it weighs something."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from screening.grading import SEVERITY

GROWTH = 0.2
"""The share by which the incidents must have grown since people were told last."""
QUIET = timedelta(days=7)
"""After so long, any new incident is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What people were told last: when, the grade, and how many incidents there had ever been."""

    at: datetime
    grade: str
    incidents: int


def is_told_again(told: Told, *, grade: str, incidents: int, now: datetime) -> bool:
    """Say whether a finding with ``grade`` and ``incidents`` (ever) is to be told again at ``now``.

    Incidents must have been added, and besides the grade rose, or they grew by a fifth, or seven days have passed.

    Examples
    --------
    >>> from datetime import UTC
    >>> told = Told(at=datetime(2026, 3, 2, tzinfo=UTC), grade="yellow", incidents=10)
    >>> next_day = datetime(2026, 3, 3, tzinfo=UTC)
    >>> is_told_again(told, grade="yellow", incidents=11, now=next_day)
    False
    >>> is_told_again(told, grade="yellow", incidents=12, now=next_day)
    True
    >>> is_told_again(told, grade="red", incidents=10, now=next_day)
    False
    """
    rose = SEVERITY.index(grade) > SEVERITY.index(told.grade)
    return weighs_something(told.incidents, incidents, rose=rose, waited=now - told.at)


def weighs_something(before: int, incidents: int, *, rose: bool, waited: timedelta) -> bool:
    """Say whether what was told with ``before`` incidents is worth telling with ``incidents``, so long after.

    The rule of findings and of signals: incidents were added, and it became graver, or they grew by a fifth, or seven
    days have passed.
    """
    added = incidents - before
    return added > 0 and (rose or added >= GROWTH * before or waited >= QUIET)
