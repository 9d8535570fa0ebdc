"""What is known of one village's service over the months that are looked at: the only input of the judging.

There is no field for petitions, lawsuits, complaints or shared grievances, and none for a person; a test holds that.
"""

from __future__ import annotations

import hashlib
import json
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

EFFECTIVE: Final = "effective"
NOMINAL: Final = "nominal"
NO_ROOM: Final = "none"
UNKNOWN: Final = "unknown"
ROOM_STATES: Final = (EFFECTIVE, NOMINAL, NO_ROOM, UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a township saw on the spot about one criterion, and on which day."""

    key: str
    on: date
    fits: bool


@dataclass(frozen=True, kw_only=True)
class VillageFacts:
    """Counts over the window, and what stood on its last day.

    Attributes
    ----------
    recorded_since : date or None
        Day on which the first round ever that asks this village was due.
    rounds, rounds_on_time : int
        Rounds due in the window; those the whole village had answered by then, zero returns among them.
    zero_days : int
        For how many days up to the last due round every return said that there is nothing.
    room, room_why : str
        Of ``ROOM_STATES``; ``unknown`` when a fact about the rooms is not on record. And the sentence behind it.
    has_unit : bool
        Whether an office of the village is on record, so that duties and notices can be.
    matters, contacted : int
        Matters that came in and whose time for a first contact is over; those contacted in time.
    urgent_late : int
        Matters with danger to somebody, a child or violence in a family that nobody answered in time.
    found, found_late : int
        Matters that came in; those known elsewhere first when they were old already.
    breaches : int
        Duties of the village's own offices that are missed and still open.
    ended, asked, told : int
        Closings; closings somebody else asked the party about; parties who had been told.
    ledger_open, ledger_stale : int
        Open matters in the hands of the village; those without a new entry for too long.
    posted_on : date or None
        When address and hours of the village's office were last confirmed; ``None`` when nothing is posted.
    checks : tuple of Check
        The last on-the-spot check of each criterion, as far as still valid.
    contact_days, contacts : float or None, int
        Median whole days to the first contact, and of how many matters; it judges nothing, as all that follows.
    performed_days, performed : float or None, int
        Median whole days until what was agreed was done, and of how many matters.
    relapses : int
        Of ``ended``: those taken up again within ninety days.
    visits_due, visits_done : int
        Follow-up visits whose day has passed; those that were made.
    """

    recorded_since: date | None = None
    rounds: int = 0
    rounds_on_time: int = 0
    zero_days: int = 0
    room: str = UNKNOWN
    room_why: str = ""
    has_unit: bool = False
    matters: int = 0
    contacted: int = 0
    urgent_late: int = 0
    found: int = 0
    found_late: int = 0
    breaches: int = 0
    ended: int = 0
    asked: int = 0
    told: int = 0
    ledger_open: int = 0
    ledger_stale: int = 0
    posted_on: date | None = None
    checks: tuple[Check, ...] = ()
    contact_days: float | None = None
    contacts: int = 0
    performed_days: float | None = None
    performed: int = 0
    relapses: int = 0
    visits_due: int = 0
    visits_done: int = 0

    def check_of(self, key: str) -> Check | None:
        """Return the check of one criterion, if there is a valid one."""
        return next((one for one in self.checks if one.key == key), None)


def facts_as_told(facts: VillageFacts) -> dict[str, Any]:
    """Return facts as plain values, days as ISO text."""
    told: dict[str, Any] = json.loads(json.dumps(asdict(facts), default=date.isoformat))
    return told


def facts_from_told(told: Mapping[str, Any]) -> VillageFacts:
    """Return the facts that `facts_as_told` told; what a newer program asks for and an older did not is left out.

    Examples
    --------
    >>> facts = VillageFacts(rounds=4, checks=(Check(key="R4", on=date(2026, 5, 6), fits=True),))
    >>> facts_from_told(facts_as_told(facts)) == facts
    True
    """
    known = {field.name for field in fields(VillageFacts)}
    values = {name: value for name, value in told.items() if name in known}
    for name in ("recorded_since", "posted_on"):
        values[name] = _day(values.get(name))
    checks = values.get("checks") or ()
    values["checks"] = tuple(
        Check(key=one["key"], on=date.fromisoformat(one["on"]), fits=one["fits"]) for one in checks
    )
    return VillageFacts(**values)


def digest_of(told: object) -> str:
    """Return the SHA-256 of plain values in one fixed spelling."""
    spelled = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later (or earlier), the last of a month where it has no such day.

    Examples
    --------
    >>> str(months_after(date(2026, 3, 31), -1)), str(months_after(date(2026, 11, 1), 12))
    ('2026-02-28', '2027-11-01')
    """
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
