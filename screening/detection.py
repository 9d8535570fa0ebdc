"""How soon a replay told what people know by now: days from the third household to the first finding that has it.

The measure is of the screening, not of anybody's work. It is blind to what nobody ever confirmed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from screening.replayed import ReplayedFinding

SHARED_BY = 3
"""A matter is shared from so many households on."""
MIN_SHARE = 0.5
"""A finding is of a matter when it holds at least this part of the members told by then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatter:
    """A finding on which people decided.

    Parameters
    ----------
    matter_id : str
        Its identity.
    reports : tuple of (str, date)
        Its member disputes with the day on which each was noted; at least one.
    ripe_on : date
        Day from which days are counted; see ``ripe_day``.
    confirmed_on : date or None
        Day on which a person said that it is one matter; None when a person said that it is not.
    """

    matter_id: str
    reports: tuple[tuple[str, date], ...]
    ripe_on: date
    confirmed_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """When a replay first told a confirmed matter; ``finding_id``, ``kind`` and ``found_on`` are None when it did not.

    ``days`` run from the day on which the third household had told of it, and are negative when the replay was sooner
    than that. ``ahead`` are the days from the first telling to the confirmation.
    """

    matter_id: str
    ripe_on: date
    confirmed_on: date
    finding_id: str | None
    kind: str | None
    found_on: date | None

    @property
    def days(self) -> int | None:
        """Days from the third household's report to the first telling."""
        return None if self.found_on is None else (self.found_on - self.ripe_on).days

    @property
    def ahead(self) -> int | None:
        """Days from the first telling to the day on which people confirmed it."""
        return None if self.found_on is None else (self.confirmed_on - self.found_on).days


def ripe_day(reports: Iterable[tuple[date, str]]) -> date:
    """Give the day on which the third household had told of a matter.

    Parameters
    ----------
    reports : iterable of (date, str)
        Day and household of each report; at least one.

    Returns
    -------
    date
        With fewer than three households, the day of the last one's first report: one of them stood for several.

    Examples
    --------
    >>> ripe_day([(date(2026, 3, 1), "a"), (date(2026, 3, 2), "a"), (date(2026, 3, 5), "b"), (date(2026, 3, 9), "c")])
    datetime.date(2026, 3, 9)
    """
    first: dict[str, date] = {}
    for day, household in sorted(reports):
        first.setdefault(household, day)
    return sorted(first.values())[:SHARED_BY][-1]


def detections(matters: Sequence[KnownMatter], findings: Sequence[ReplayedFinding]) -> tuple[Detection, ...]:
    """Give for each confirmed matter the finding that first told it, in the order of ``matters``.

    A finding tells a matter in the first round in which it holds at least half of the members noted by then, and at
    least three of them where the matter has so many.
    """
    return tuple(_detection(one, one.confirmed_on, findings) for one in matters if one.confirmed_on is not None)


def judged_by_people(matters: Sequence[KnownMatter], findings: Sequence[ReplayedFinding]) -> dict[str, bool]:
    """Give for each replayed finding that people decided on whether they confirmed it; one confirmation is enough."""
    judged: dict[str, bool] = {}
    for matter in matters:
        for finding in findings:
            if _told_on(matter, finding) is not None:
                judged[finding.finding_id] = judged.get(finding.finding_id, False) or matter.confirmed_on is not None
    return judged


def median_days(found: Sequence[Detection]) -> float | None:
    """Give the median of the days to detection of the matters that were told; None when none was."""
    days = [one.days for one in found if one.days is not None]
    return float(median(days)) if days else None


def _detection(matter: KnownMatter, confirmed_on: date, findings: Sequence[ReplayedFinding]) -> Detection:
    told = [(day, one.finding_id, one.kind) for one in findings if (day := _told_on(matter, one)) is not None]
    first = min(told) if told else None
    return Detection(
        matter_id=matter.matter_id, ripe_on=matter.ripe_on, confirmed_on=confirmed_on,
        finding_id=first[1] if first else None, kind=first[2] if first else None, found_on=first[0] if first else None,
    )  # fmt: skip


def _told_on(matter: KnownMatter, finding: ReplayedFinding) -> date | None:
    """Give the first round in which the finding tells the matter; only a round in which a member joined can be it."""
    noted = dict(matter.reports)
    joined = [day for member, day in finding.joined if member in noted]
    fewest = min(SHARED_BY, len(noted))
    for day in sorted(set(joined)):
        shared = sum(one <= day for one in joined)
        by_then = sum(one <= day for one in noted.values())
        if shared >= max(fewest, MIN_SHARE * by_then):
            return day
    return None
