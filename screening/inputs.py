"""What a screening round is told: incidents, the findings already known, and the window.

An incident is one report of one matter by one household. It names a place, a matter and an organisation with a
duty; the household is only an opaque label that tells two reports of one run apart. It is never a staff account
and never leaves the run: results hold counts of households, not labels.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

BANDS = ("1", "2-4", "5-9", "10-29", "30-49", "50+")
"""How many households a matter touches, as a worker can tell it in one tap, smallest first."""

BAND_FLOORS = {"1": 1, "2-4": 2, "5-9": 5, "10-29": 10, "30-49": 30, "50+": 50}
"""The fewest households each band stands for."""

_NO_BAND = f"band is not one of {', '.join(BANDS)}"

BAND_STATUSES = ("known", "estimated", "confirmed")
"""Who stands behind a band: counted by the worker, guessed by the worker, asked back by the township."""

MIXED_CATEGORY = "99"
"""The category of everything that fits nowhere else; sharing it says nothing about a common matter."""

SILENCE = "silence"
"""The one signal that is raised by what was not told: its findings may have no member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One reported dispute as the screening sees it.

    Parameters
    ----------
    dispute_id : str
        Identity of the dispute; unique in a run.
    noted_on : date
        Local date (Asia/Shanghai) on which it was noted.
    category : str
        Two or four digits of the category list, such as ``"0901"`` or ``"99"``.
    cell : str
        Division code of the place: the village, or what is above it when it is not located more finely.
    path : tuple of str
        Division codes above the cell, county first.
    reporter : str
        Opaque label of the household that told us. Never the staff account that typed.
    channel : str
        How the report came in, such as ``"field"`` or ``"hotline"``.
    organisation : str or None
        Stable identity or normalised name of the organisation or project with the duty.
    text : str
        Masked summary; used for likeness only and never part of a result.
    lon, lat : float or None
        Position in degrees (WGS84); both or neither.
    band, band_status : str or None
        Household band and who stands behind it; see ``BANDS`` and ``BAND_STATUSES``.
    danger : bool
        True when a danger question was answered with yes.
    is_open : bool
        False once closed; a closed dispute still counts among the households that ever reported.
    linked : tuple of str
        Disputes a person called "another household, same matter".
    same_as : str or None
        The dispute a person called "same household, same matter".
    unrelated : tuple of str
        Disputes a person called unrelated.
    began_on : date or None
        When the matter began, as far as somebody said.

    Raises
    ------
    ValueError
        When a field cannot be true; the sentence names the dispute and the field.
    """

    dispute_id: str
    noted_on: date
    category: str
    cell: str
    path: tuple[str, ...]
    reporter: str
    channel: str
    organisation: str | None = None
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    band: str | None = None
    band_status: str | None = None
    danger: bool = False
    is_open: bool = True
    linked: tuple[str, ...] = ()
    same_as: str | None = None
    unrelated: tuple[str, ...] = ()
    began_on: date | None = None

    def __post_init__(self) -> None:
        if "" in (self.dispute_id, self.cell, self.reporter, self.channel):
            empty = next(name for name in ("dispute_id", "cell", "reporter", "channel") if not getattr(self, name))
            _check(holds=False, incident=self, what=f"{empty} is empty")
        _check(self.category.isdigit() and len(self.category) in (2, 4), self, "category is not 2 or 4 digits")
        _check(self.band is None or self.band in BANDS, self, _NO_BAND)
        _check(self.band_status is None or self.band_status in BAND_STATUSES, self, "band_status is unknown")
        _check((self.lon is None) == (self.lat is None), self, "lon and lat come together or not at all")
        _check(self.cell not in self.path, self, "path names the cell itself")

    @property
    def category2(self) -> str:
        """The two-digit category, under which matters are compared."""
        return self.category[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """A finding of an earlier round, as this round must know it to keep its identity.

    Parameters
    ----------
    finding_id : str
        Its identity.
    key : str
        Its issue key at the time.
    member_ids : tuple of str
        Every dispute that ever belonged to it.
    households_ever : int
        Households counted so far; never shrinks.
    last_households : int
        Households inside the window of the last round; the trend is told against this.
    state : str
        Where people took it, such as ``"suspected"`` or ``"dismissed"``.
    since : date or None
        First day of its earliest member; decides which of two merging findings is the older.
    kind : str
        The signal that raised it; a finding goes on under the same signal only.
    """

    finding_id: str
    key: str
    member_ids: tuple[str, ...]
    households_ever: int
    last_households: int
    state: str = "suspected"
    since: date | None = None
    kind: str = "shared_grievance"

    def __post_init__(self) -> None:
        if not self.finding_id or not (self.member_ids or self.kind == SILENCE):
            raise ValueError("A known finding needs an identity and at least one member dispute.")
        if self.households_ever < 0 or self.last_households < 0:
            raise ValueError(f"Known finding {self.finding_id}: household counts cannot be negative.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """A village with the point that stands for it in degrees (WGS84); both None where no boundary is known.

    ``since`` is the first day of one that a later division of the land made (split, merged, new); None for the others.
    """

    code: str
    path: tuple[str, ...]
    lon: float | None = None
    lat: float | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrear:
    """An open dispute with the unit that handles it; ``days_late`` is 0 or less while there is time left."""

    dispute_id: str
    unit: str
    cell: str
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a village answered in one earlier round or this one: ``entries`` of the round that ended on ``day``."""

    village: str
    day: date
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundInput:
    """Everything one analysis reads; its digest is kept with the result.

    Parameters
    ----------
    window_start, window_end : date
        First and last day of the window, both inside it.
    incidents : tuple of Incident
        Incidents of the window and of up to a year before it, in any order.
    earlier : tuple of KnownFinding
        Findings of earlier rounds that are not closed.
    names : mapping of str to str, as sorted pairs
        Names of the places and organisations that may appear in a sentence.
    history_start : date or None
        First day on which reports were recorded at all; None takes the earliest incident.
    villages : tuple of Village
        The villages looked at; needed by the scan and the silence.
    arrears : tuple of Arrear
        Open disputes with a due date; needed by the pile-up.
    answers : tuple of Answered
        Returns of villages in the rounds of this kind so far; needed by the silence.
    every_days : int
        Days from one round of this kind to the next.
    told_lately : int
        Findings of statistical signals first told in the 30 days before this round.

    Raises
    ------
    ValueError
        When the window is reversed, two incidents share an identity, or one lies after the window.
    """

    window_start: date
    window_end: date
    incidents: tuple[Incident, ...]
    earlier: tuple[KnownFinding, ...] = ()
    names: tuple[tuple[str, str], ...] = field(default=())
    history_start: date | None = None
    villages: tuple[Village, ...] = ()
    arrears: tuple[Arrear, ...] = ()
    answers: tuple[Answered, ...] = ()
    every_days: int = 7
    told_lately: int = 0

    def __post_init__(self) -> None:
        if self.window_start > self.window_end:
            raise ValueError("The window ends before it starts; give the earlier day first.")
        _check_unique("incident", (one.dispute_id for one in self.incidents))
        _check_unique("known finding", (one.finding_id for one in self.earlier))
        _check_unique("village", (one.code for one in self.villages))
        _check_unique("open dispute", (one.dispute_id for one in self.arrears))
        if self.every_days < 1 or self.told_lately < 0:
            raise ValueError("every_days is 1 or more and told_lately is not negative.")
        late = [one.dispute_id for one in self.incidents if one.noted_on > self.window_end]
        if late:
            raise ValueError(f"Incident {min(late)} was noted after the window; leave it to the next round.")

    @property
    def window_days(self) -> int:
        """Length of the window in days, both ends counted."""
        return (self.window_end - self.window_start).days + 1


def _check(holds: bool, incident: Incident, what: str) -> None:  # noqa: FBT001 - a claim, not a switch
    if not holds:
        raise ValueError(f"Incident {incident.dispute_id or '(no id)'}: {what}.")


def _check_unique(what: str, ids: Iterable[str]) -> None:
    twice = sorted(one for one, times in Counter(ids).items() if times > 1)
    if twice:
        raise ValueError(f"The {what} {twice[0]} appears twice; each may appear once.")
