"""Makers of small, plain screening inputs; every test changes only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import count

from screening.inputs import Incident, KnownFinding, RoundInput

WINDOW_START = date(2026, 4, 3)
WINDOW_END = date(2026, 7, 1)
LONG_AGO = date(2025, 1, 1)
VILLAGE = "430702200212"
NEXT_VILLAGE = "430702200213"
TOWN = "430702200"
COUNTY = "430702"

_PLAIN = Incident(
    dispute_id="d", noted_on=date(2026, 6, 1), category="0901", cell=VILLAGE, path=(COUNTY, TOWN), reporter="h",
    channel="field",
)  # fmt: skip


def incident(dispute_id: str, **changes: object) -> Incident:
    """Give an incident of the plain village, told by a household of its own."""
    return replace(_PLAIN, **{"dispute_id": dispute_id, "reporter": f"home of {dispute_id}", **changes})


def like_incidents(number: int, **changes: object) -> list[Incident]:
    """Give that many incidents in the same words, each by another household."""
    numbers = count(1)
    text = {"text": "村里占了田，土地租金一直没有给"}
    return [
        incident(f"d{next(numbers):03d}", noted_on=date(2026, 5, 1) + timedelta(days=at), **{**text, **changes})
        for at in range(number)
    ]


def round_of(incidents: list[Incident], **changes: object) -> RoundInput:
    """Give a round over the plain 90-day window with more than a year of recording before it."""
    plain = RoundInput(
        window_start=WINDOW_START, window_end=WINDOW_END, incidents=tuple(incidents), history_start=LONG_AGO
    )
    return replace(plain, **changes)


def known(finding_id: str, members: list[str], **changes: object) -> KnownFinding:
    """Give a known finding with those members, each of another household."""
    plain = KnownFinding(
        finding_id=finding_id, key="09||" + VILLAGE, member_ids=tuple(members), households_ever=len(members),
        last_households=len(members),
    )  # fmt: skip
    return replace(plain, **changes)
