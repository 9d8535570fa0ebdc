"""The adjustable figures of a screening round, each with its default and its reason."""

import json
from dataclasses import asdict, dataclass
from typing import Final

SIGNALS: Final = ("shared_grievance", "same_organisation", "scan", "growth", "overdue_pile", "silence")
"""The signals of a round, in the order in which they take a matter: a later one does not raise it again."""
STATISTICAL: Final = ("scan", "growth", "silence")
"""Those that ask whether chance would do; only these obey the budget."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Figures a round works with; ``as_json`` is kept with every run.

    Parameters
    ----------
    window_days : int
        Length of the rolling window. 90 days: long enough for three households of one village to speak up.
    min_disputes, min_households, min_independent : int
        Count rule: that many disputes, households, and independent channels or reporters.
    big_band_households : int
        One entry naming at least that many households may stand alone, given one confirmation.
    base_days_max, base_days_min : int
        The rate test looks at most a year back and answers "not enough history" below 28 days.
    min_expected : float
        Floor of the expected count, so that a place that never reported does not flag on one report.
    min_ratio, max_p : float
        The rate test passes at observed / expected >= ``min_ratio`` and p < ``max_p``.
    join_likeness : float
        Mean text likeness (TF-IDF cosine) at which two groups of reports are one matter.
    join_likeness_organisation : float
        The same when both name one organisation but the category is the mixed one.
    block_limit : int
        Most different texts that are clustered at once; larger blocks are first cut where no link exists.
    signals : tuple of str
        Those switched on, in the order of ``SIGNALS``.
    budget_per_month : float
        At most so many findings of statistical signals in any 30 days; see ``screening.budgets``.
    scan_radius_km : float
        Largest radius of a zone of the scan.

    Raises
    ------
    ValueError
        When a figure is out of its range.
    """

    window_days: int = 90
    min_disputes: int = 3
    min_households: int = 3
    min_independent: int = 2
    big_band_households: int = 5
    base_days_max: int = 365
    base_days_min: int = 28
    min_expected: float = 0.3
    min_ratio: float = 3.0
    max_p: float = 0.01
    join_likeness: float = 0.12
    join_likeness_organisation: float = 0.08
    block_limit: int = 3000
    signals: tuple[str, ...] = ("shared_grievance",)
    budget_per_month: float = 4.0
    scan_radius_km: float = 20.0

    def __post_init__(self) -> None:
        counts = (self.window_days, self.min_disputes, self.min_households, self.min_independent)
        if min(*counts, self.big_band_households, self.base_days_min, self.block_limit) < 1:
            raise ValueError("Counts and lengths in the screening parameters must be 1 or more.")
        if self.base_days_max < self.base_days_min:
            raise ValueError("base_days_max is below base_days_min; give the longer one first.")
        if self.min_expected <= 0 or not 0 < self.max_p < 1 or self.min_ratio <= 0:
            raise ValueError("min_expected and min_ratio must be above 0 and max_p between 0 and 1.")
        if list(self.signals) != [one for one in SIGNALS if one in self.signals]:
            raise ValueError(f"signals holds some of {', '.join(SIGNALS)}, each once and in this order.")
        if self.budget_per_month <= 0 or self.scan_radius_km <= 0:
            raise ValueError("budget_per_month and scan_radius_km must be above 0.")

    def as_json(self) -> str:
        """Give the figures as one line of JSON with sorted names."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
