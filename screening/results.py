"""What a screening round says: findings with reasons, counts and digests.

Results hold dispute identities, places, organisations and counts. They never hold a reporter label, a text or a
position, so that nobody can be listed from them.
"""

from dataclasses import dataclass

from screening.parameters import Parameters
from screening.rates import RateTest
from screening.rules import RuleAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingResult:
    """One shared grievance of this round.

    Parameters
    ----------
    finding_id : str or None
        The identity it keeps from an earlier round; None when it is new and the caller gives one.
    key : str
        Issue key ``category2|organisation|cell``; the organisation may be empty.
    trend : str
        ``new``, ``growing``, ``steady`` or ``shrinking`` (``gone`` ones are in ``RoundResult.gone``).
    cell, category2, organisation
        The parts of the key; organisation is None when the members name none in common.
    cells : tuple of str
        All places the current members lie in.
    member_ids : tuple of str
        Every dispute that ever belonged to it, sorted.
    current_ids : tuple of str
        Those inside the window, sorted.
    households_current, households_ever, disputes_ever : int
        Counts; ``households_ever`` never shrinks.
    since : str
        ISO date of the earliest member.
    grade : str
        ``red``, ``orange`` or ``yellow``.
    grade_reasons : tuple of str
        Why, in zh-CN.
    rule, rate
        What the count rule and the rate test answered.
    reason, unflag : str
        One plain zh-CN sentence each: why it is flagged, and what would end it.
    merged : tuple of str
        Known findings that were taken into this one.
    split_from : str or None
        The known finding it broke away from.
    kind : str
        The signal that raised it.
    recurrence_days : float or None
        How often chance alone brings the like, for signals that count recurrence.
    """

    finding_id: str | None
    key: str
    trend: str
    cell: str
    category2: str
    organisation: str | None
    cells: tuple[str, ...]
    member_ids: tuple[str, ...]
    current_ids: tuple[str, ...]
    households_current: int
    households_ever: int
    disputes_ever: int
    since: str
    grade: str
    grade_reasons: tuple[str, ...]
    rule: RuleAnswer
    rate: RateTest
    reason: str
    unflag: str
    merged: tuple[str, ...] = ()
    split_from: str | None = None
    kind: str = "shared_grievance"
    recurrence_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneFinding:
    """A known finding that this round does not raise again; it stays on record.

    ``merged_into`` names the finding that took it over, else None. ``households_current`` is what still lies in
    the window, mostly too few for the rule.
    """

    finding_id: str
    key: str
    member_ids: tuple[str, ...]
    households_ever: int
    households_current: int
    reason: str
    merged_into: str | None = None
    trend: str = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What a signal saw and the round does not tell, with the reason in zh-CN: the budget, or it is told already.

    ``observed`` counts incidents; ``expected`` and ``recurrence_days`` are None where the signal has none.
    """

    kind: str
    cell: str
    category2: str
    member_ids: tuple[str, ...]
    observed: int
    expected: float | None
    recurrence_days: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetShare:
    """A statistical signal's share of the budget: its streams, and the recurrence interval from which it tells."""

    kind: str
    streams: int
    recurrence_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotScreened:
    """What a signal could not look at, and why in zh-CN; ``subject`` is a division code or a category, or empty."""

    kind: str
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCounts:
    """How many of each the round looked at; every part adds up to its whole.

    ``incidents = in_window + in_base + before_base = entries + collapsed``;
    ``groups + raised = findings + not_flagged``, where ``raised`` counts what the other signals than the shared
    grievance raised and the round tells.
    """

    incidents: int
    in_window: int
    in_base: int
    before_base: int
    entries: int
    collapsed: int
    groups: int
    findings: int
    not_flagged: int
    gone: int
    raised: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """Everything one analysis found; equal inputs give equal bytes and digests."""

    findings: tuple[FindingResult, ...]
    gone: tuple[GoneFinding, ...]
    counts: RoundCounts
    input_digest: str
    result_digest: str
    parameters: Parameters
    seed: int
    held: tuple[HeldBack, ...] = ()
    not_screened: tuple[NotScreened, ...] = ()
    budgets: tuple[BudgetShare, ...] = ()
