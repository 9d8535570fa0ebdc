"""The figures of a run of the scan over streams, and how many false signals they may bring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Watching:
    """The figures of a run; docs/statistics.md says why each is what it is.

    Parameters
    ----------
    base_days, least_base_days : int
        Days that a scan looks back, and the fewest with which it begins.
    shortest, longest : int
        Windows in days, the newest day included.
    share : float
        Most of the incidents in a zone, 0 to 0.5; the radius belongs to the `Ground`.
    lag_days : int
        Days left out at the end because entries still come in.
    every_days : int
        Days from one run to the next: the D of the recurrence interval.
    by_weekday : bool
        Compare inside weekdays, where villages enter on different ones.
    least_incidents, least_households : int
        Fewest of a cluster.
    least_in_base : int
        Streams with fewer incidents are not scanned.
    replicates, stop : int
        Draw so many replicates, or until ``stop`` were as strong. The usual 999 that were not stopped go on.
    earlier : int
        Analyses made before this one that p is to stand for as well.
    most : int
        Report at most so many clusters of a stream.

    Raises
    ------
    ValueError
        When a figure is out of its range.
    """

    base_days: int = 365
    least_base_days: int = 90
    shortest: int = 2
    longest: int = 30
    share: float = 0.5
    lag_days: int = 1
    every_days: int = 1
    by_weekday: bool = False
    least_incidents: int = 3
    least_households: int = 3
    least_in_base: int = 12
    replicates: int = 9_999
    stop: int = 50
    earlier: int = 0
    most: int = 5

    def __post_init__(self) -> None:
        if not 1 <= self.shortest <= self.longest <= self.least_base_days // 2 or self.least_base_days > self.base_days:
            raise ValueError("Windows need 1 <= shortest <= longest <= half of least_base_days <= half of base_days.")
        if not 0 < self.share <= 0.5 or min(self.every_days, self.replicates, self.stop, self.most) < 1:
            raise ValueError("share is above 0 and at most 0.5; every_days, replicates, stop and most are 1 or more.")
        if self.least_incidents < 2 or self.least_in_base < self.least_incidents:
            raise ValueError("least_incidents is 2 or more and least_in_base not below it.")
        if min(self.lag_days, self.earlier, self.least_households) < 0:
            raise ValueError("lag_days, earlier and least_households are 0 or more.")


def budget(per_month: float, streams: int) -> float:
    """Give the recurrence interval in days from which signals are shown, for so many false ones a month at most.

    Each stream brings one false signal in RI days by chance, K streams 365 K / RI a year; so RI = 365 K / N with N a
    year, twelve times ``per_month``. An upper bound: sparse streams cannot reach it and repeats are one episode.

    Raises
    ------
    ValueError
        When either is not above 0.

    Examples
    --------
    >>> budget(4, 12)
    91.25
    """
    if per_month <= 0 or streams < 1:
        raise ValueError("A budget needs more than 0 false signals a month and at least one stream.")
    return 365 * streams / (12 * per_month)
