"""Entries and households: what is counted once.

When a person says "same household, same matter", two reports become one entry. A household is everything told under
one label, and under labels that such an answer brought together; in one matter it counts once, however often it
reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from screening.inputs import BAND_FLOORS, Incident
from screening.union import Union


@dataclass(frozen=True, slots=True)
class Entry:
    """One household's report of one matter.

    ``incident`` is the latest report with the links, the danger and the largest band of all of them;
    ``reports`` are all of them, the earliest first; ``household`` is a name that means nothing outside the run.
    """

    incident: Incident
    reports: tuple[Incident, ...]
    household: str

    @property
    def dispute_ids(self) -> tuple[str, ...]:
        """All reports of the entry."""
        return tuple(one.dispute_id for one in self.reports)

    @property
    def is_open(self) -> bool:
        """True while any report of the entry is open."""
        return any(one.is_open for one in self.reports)


def entries_of(incidents: Sequence[Incident]) -> tuple[tuple[Entry, ...], Mapping[str, str]]:
    """Give the entries, sorted by identity, and the household of every dispute.

    An answer that names a dispute outside the round is left aside.
    """
    ordered = sorted(incidents, key=lambda one: one.dispute_id)
    at = {one.dispute_id: position for position, one in enumerate(ordered)}
    same, homes = Union(len(ordered)), Union(len(ordered))
    first_of: dict[str, int] = {}
    for position, one in enumerate(ordered):
        homes.join(first_of.setdefault(one.reporter, position), position)
        if one.same_as in at:
            same.join(position, at[one.same_as])
            homes.join(position, at[one.same_as])
    household = {one.dispute_id: str(homes.find(position)) for position, one in enumerate(ordered)}
    entries = [_entry([ordered[member] for member in group], household) for group in same.groups()]
    return tuple(sorted(entries, key=lambda one: one.incident.dispute_id)), household


def _entry(reports: list[Incident], household: Mapping[str, str]) -> Entry:
    if len(reports) == 1:
        return Entry(reports[0], tuple(reports), household[reports[0].dispute_id])
    by_day = sorted(reports, key=lambda one: (one.noted_on, one.dispute_id))
    latest = _gathered(by_day[-1], by_day)
    return Entry(latest, tuple(by_day), household[latest.dispute_id])


def _gathered(latest: Incident, reports: Sequence[Incident]) -> Incident:
    """Give the latest report with what only an earlier one told."""
    own = {one.dispute_id for one in reports}
    banded = [one for one in reports if one.band]
    widest = max(banded, key=lambda one: (BAND_FLOORS[one.band or "1"], one.band_status or ""), default=latest)
    return replace(
        latest,
        organisation=next((one.organisation for one in reversed(reports) if one.organisation), None),
        band=widest.band,
        band_status=widest.band_status,
        danger=any(one.danger for one in reports),
        linked=tuple(sorted({other for one in reports for other in one.linked} - own)),
        unrelated=tuple(sorted({other for one in reports for other in one.unrelated} - own)),
        same_as=None,
    )
