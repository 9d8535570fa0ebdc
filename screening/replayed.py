"""What a replay tells: its rounds, each finding from its first telling on, and what was not told."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCount:
    """How many findings of one signal a round told, by their trend; ``gone`` are those it told no more."""

    kind: str
    new: int = 0
    growing: int = 0
    steady: int = 0
    shrinking: int = 0
    gone: int = 0

    @property
    def live(self) -> int:
        """Those the round told."""
        return self.new + self.growing + self.steady + self.shrinking


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedRound:
    """One round of a replay: the last day it knew, its counts by signal, and the digests that prove it."""

    day: date
    kinds: tuple[KindCount, ...]
    incidents: int
    held: int
    not_screened: int
    input_digest: str
    result_digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedFinding:
    """One finding as it was first told, and what became of it.

    Parameters
    ----------
    finding_id : str
        ``R0001`` and on, in the order in which they are first told.
    kind, key, cell, category2, organisation
        As first told.
    first_on, last_on : date
        The first and the newest round that told it.
    rounds : int
        How many rounds told it.
    joined : tuple of (str, date)
        Every dispute that ever belonged to it with the round in which it first did, sorted.
    households_first, households_ever : int
        Households inside the window of the first telling, and all counted so far.
    since : str
        ISO date of its earliest member.
    grade, reason, unflag : str
        As first told: what somebody would have read on that day.
    gravest : str
        The gravest grade it ever had.
    recurrence_days : float or None
        As first told.
    merged_into : str or None
        The finding that took it over.
    """

    finding_id: str
    kind: str
    key: str
    cell: str
    category2: str
    organisation: str | None
    first_on: date
    last_on: date
    rounds: int
    joined: tuple[tuple[str, date], ...]
    households_first: int
    households_ever: int
    since: str
    grade: str
    reason: str
    unflag: str
    gravest: str
    recurrence_days: float | None
    merged_into: str | None = None

    @property
    def disputes_first(self) -> int:
        """Disputes that belonged to it when it was first told."""
        return sum(day == self.first_on for _, day in self.joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What rounds saw and did not tell, or could not look at: one line per subject, with how often.

    ``subject`` is a division code, a category or empty; ``observed`` is the most incidents of any round; ``reason`` is
    that of the newest; ``member_ids`` are all disputes it was ever about, sorted.
    """

    kind: str
    subject: str
    category2: str
    reason: str
    observed: int
    member_ids: tuple[str, ...]
    first_on: date
    last_on: date
    rounds: int
