"""Rows to incidents: what a scan may count.

A scan takes what it counts as independent. One incident logged twice is not: at 1.67 rows an incident, false alarms
become dozens of times more frequent. So repeats are merged before every scan. A household is an opaque label of the
one that told us, never of the account that typed.

Two rows of one place and category are one incident when

- *one household, once per window*: both carry the same label, and the later one comes less than ``once_days`` after
  the first row of the incident, or within ``near_days`` of its last row in nearly the same words; or
- *a copy*: at least one of them carries no label, they are nearly the same words within ``near_days``, and for neither
  a person answered that it is another household.

Two different labels never merge, however alike their words: three homes that one worker wrote down in the same words
are three. What a person called the same household and matter was brought together before, by `screening.households`.

Rows are taken in the order of their days, and a row never changes what earlier rows became. So a run for a past day
gives what it would have given on that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from screening.letters import jaccard, plain_letters

LEAST_LETTERS: Final = 12
"""Shorter texts are labels, such as a kind of matter, which two households share without copying."""
COMPARED_LETTERS: Final = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One record as it was entered.

    Parameters
    ----------
    row_id : str
        Unique among the rows.
    place, category : str
        Village, and the category of the stream.
    day : int
        Number of the day on which it was noted, such as ``date.toordinal()``.
    household : str or None
        Label of the household that told us; None when nobody knows.
    text : str
        Masked summary.
    other_household : bool
        True when a person answered that it is another household than a like record.
    """

    row_id: str
    place: str
    category: str
    day: int
    household: str | None
    text: str = ""
    other_household: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRule:
    """When rows are one incident.

    Parameters
    ----------
    near_text : float
        Share of letter pairs in common from which on words are nearly the same; two letters of thirty may differ.
    near_days : int
        Days within which a copy is expected.
    once_days : int
        A household counts once in so many days: the longest window of the scan.

    Raises
    ------
    ValueError
        When a figure is out of its range.
    """

    near_text: float = 0.7
    near_days: int = 5
    once_days: int = 30

    def __post_init__(self) -> None:
        if not 0 < self.near_text <= 1 or self.near_days < 0 or self.once_days < 1:
            raise ValueError("Merging needs 0 < near_text <= 1, near_days of 0 or more and once_days of 1 or more.")


@dataclass(frozen=True, slots=True)
class CountedIncident:
    """One incident: the rows that tell of it, the earliest first, and the day of that one."""

    row_ids: tuple[str, ...]
    place: str
    category: str
    day: int
    household: str | None


class _Growing:
    """An incident while its rows come in."""

    def __init__(self, row: Row) -> None:
        self.rows = [row]
        self.household = row.household

    def add(self, row: Row) -> None:
        """Take in a row that is not earlier than the others."""
        self.rows.append(row)
        self.household = self.household or row.household

    @property
    def last_day(self) -> int:
        """The day of the newest row."""
        return self.rows[-1].day

    def counted(self) -> CountedIncident:
        """Give the incident as it is counted."""
        first = self.rows[0]
        return CountedIncident(
            tuple(row.row_id for row in self.rows), first.place, first.category, first.day, self.household
        )


def incidents_of(rows: Iterable[Row], rule: MergeRule) -> tuple[CountedIncident, ...]:
    """Give the incidents that rows tell of, by day and first row; every row is in exactly one.

    Parameters
    ----------
    rows : iterable of Row
        In any order; rows of one day are taken in the order of their identities.
    rule : MergeRule

    Returns
    -------
    tuple of CountedIncident

    Raises
    ------
    ValueError
        When two rows share an identity.

    Examples
    --------
    >>> told = dict(place="云岭村", category="09", text="村里占了田，土地租金一直没有给")
    >>> rows = [Row(row_id="a", day=1, household="h1", **told), Row(row_id="b", day=3, household="h1", **told),
    ...         Row(row_id="c", day=3, household="h2", **told)]
    >>> [one.row_ids for one in incidents_of(rows, MergeRule())]
    [('a', 'b'), ('c',)]
    """
    ordered = sorted(rows, key=lambda row: (row.day, row.row_id))
    if len({row.row_id for row in ordered}) < len(ordered):
        raise ValueError("Two rows share an identity; each may appear once.")
    together: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in ordered:
        together[row.place, row.category].append(row)
    found = [one.counted() for group in together.values() for one in _merged(group, rule)]
    return tuple(sorted(found, key=lambda one: (one.day, one.row_ids)))


def _merged(rows: Sequence[Row], rule: MergeRule) -> list[_Growing]:
    """Merge the rows of one place and category."""
    grown: list[_Growing] = []
    recent: list[_Growing] = []
    latest: dict[str, _Growing] = {}
    for row in rows:
        recent = [one for one in recent if row.day - one.last_day <= rule.near_days]
        own = latest.get(row.household) if row.household else None
        home = own if own and _is_repeat(row, own, rule) else _copied(row, recent, rule)
        if home is None:
            home = _Growing(row)
            grown.append(home)
        else:
            home.add(row)
        if home not in recent:
            recent.append(home)
        if home.household:
            latest[home.household] = home
    return grown


def _is_repeat(row: Row, own: _Growing, rule: MergeRule) -> bool:
    """Tell whether a household tells of its own incident again."""
    if row.day - own.rows[0].day < rule.once_days:
        return True
    return row.day - own.last_day <= rule.near_days and _near(row, own.rows[-1], rule)


def _copied(row: Row, recent: Sequence[_Growing], rule: MergeRule) -> _Growing | None:
    """Give the newest incident of which a row is a copy by its words alone, if it may be one."""
    if row.other_household:
        return None
    for one in reversed(recent):
        is_open = row.household is None or one.household is None
        if is_open and not any(other.other_household for other in one.rows) and _near(row, one.rows[-1], rule):
            return one
    return None


def _near(one: Row, other: Row, rule: MergeRule) -> bool:
    texts = [plain_letters(row.text[:COMPARED_LETTERS]) for row in (one, other)]
    return min(map(len, texts)) >= LEAST_LETTERS and jaccard(*texts) >= rule.near_text
