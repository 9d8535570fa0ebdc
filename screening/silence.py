"""Silence: zero returns that are hard to believe, and places where matters are old when they are first told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

PRIOR_ROUNDS = 4.0
"""What the neighbours had counts like so many rounds of the place's own; its own history soon outweighs it."""


def chance_of_nothing(
    *,
    own: NDArray[np.float64],
    rounds: NDArray[np.float64],
    near: NDArray[np.float64],
    silent: NDArray[np.float64],
    season: NDArray[np.float64],
    dispersion: float = 1.0,
) -> NDArray[np.float64]:
    """Return how probable it is that a place had nothing to tell in the rounds it answered with a zero return.

    Null hypothesis: entries of a place are Poisson; its rate is a draw from a gamma distribution with the neighbours'
    mean and the weight of ``PRIOR_ROUNDS``, corrected by its own history (empirical Bayes: Clayton & Kaldor 1987).
    Alternative: fewer were entered than there were. One-sided, lower tail:
    (b / (b + t))^(a / dispersion) with a = near x PRIOR_ROUNDS + own, b = PRIOR_ROUNDS + rounds, t = silent x season.

    Parameters
    ----------
    own : array, shape (places,)
        Entries of the place before the silence.
    rounds : array
        Rounds in which they came.
    near : array
        Mean entries a round of its neighbours in the same rounds; 0 when it has none.
    silent : array
        Rounds in a row answered with zero, the present one included; 0 when it had entries.
    season : array
        What the neighbours have in the silent rounds / what they had before; above 1 counts as 1, so that a busy
        season elsewhere accuses nobody.
    dispersion : float
        Entries that come together count as one: variance of entries a round divided by their mean, 1 or more.

    Returns
    -------
    array of float, shape (places,)
        1 where nothing is silent or nothing was ever expected.

    Raises
    ------
    ValueError
        When a figure is negative or no number, or ``dispersion`` is below 1.

    Example
    -------
    >>> one = np.array([1.0])
    >>> chance_of_nothing(own=18 * one, rounds=8 * one, near=1.5 * one, silent=3 * one, season=one).round(4)
    array([0.0047])
    >>> chance_of_nothing(own=0 * one, rounds=8 * one, near=0.1 * one, silent=3 * one, season=one).round(2)
    array([0.91])
    """
    figures = np.array([own, rounds, near, silent, season], float)
    if not (np.isfinite(figures).all() and (figures >= 0).all() and dispersion >= 1):
        raise ValueError("Entries, rounds and means of a place cannot be negative or missing; dispersion is 1 or more.")
    shape, weight = near * PRIOR_ROUNDS + own, PRIOR_ROUNDS + rounds
    return np.asarray((weight / (weight + silent * np.minimum(season, 1.0))) ** (shape / dispersion), float)


def zero_returns(
    entries: NDArray[np.float64], ptr: NDArray[np.int64], idx: NDArray[np.int64], *, dispersion: float = 1.0
) -> NDArray[np.float64]:
    """Return for each place how probable its zero returns of the last rounds are; see ``chance_of_nothing``.

    Parameters
    ----------
    entries : array, shape (places, rounds)
        Entries by round, the last one last; not a number where no return came. Such a round says nothing. A place that
        never told anything is held against its neighbours alone, over all its rounds.
    ptr, idx : array of int
        Neighbours of place i are ``idx[ptr[i] : ptr[i + 1]]``.
    dispersion : float
        See ``chance_of_nothing``.

    Returns
    -------
    array of float, shape (places,)
        1 for a place whose last return was not zero, or is missing.

    Example
    -------
    >>> entries = np.array([[2.0, 3, 2, 4, 0, 0], [2, 2, 3, 2, 2, 3], [0, 0, 1, 0, 0, 0]])
    >>> zero_returns(entries, np.array([0, 1, 2, 3]), np.array([1, 0, 0])).round(3).tolist()
    [0.012, 1.0, 0.104]
    """
    figures = [history_of(entries[place], entries[idx[ptr[place] : ptr[place + 1]]]) for place in range(len(entries))]
    own, rounds, near, silent, season = np.array(figures, float).reshape(len(entries), 5).T
    return chance_of_nothing(own=own, rounds=rounds, near=near, silent=silent, season=season, dispersion=dispersion)


def history_of(own: NDArray[np.float64], near: NDArray[np.float64]) -> tuple[float, float, float, float, float]:
    """Return entries and rounds before the silence, the neighbours' mean then, silent rounds, and the season."""
    told = np.flatnonzero(own > 0)
    begin = int(told[-1]) + 1 if len(told) else 0
    silent = float((own[begin:] == 0).sum()) if len(own) and own[-1] == 0 else 0.0
    if not begin:
        return 0.0, 0.0, _mean(near), silent, 1.0
    before = _mean(near[:, :begin])
    season = _mean(near[:, begin:]) / before if before > 0 else 1.0
    return float(np.nansum(own[:begin])), float((~np.isnan(own[:begin])).sum()), before, silent, season


def _mean(entries: NDArray[np.float64]) -> float:
    known = entries[~np.isnan(entries)]
    return float(known.mean()) if len(known) else 0.0


@dataclass(frozen=True)
class LateRule:
    """The figures of late discovery.

    Attributes
    ----------
    fewest : int
        First reports of a group below which its median says nothing.
    least_days : float
        A median age below this is no late discovery, whatever others have.
    most_p : float
        Largest p that is told.
    """

    fewest: int = 5
    least_days: float = 30.0
    most_p: float = 0.01


@dataclass(frozen=True)
class Late:
    """Groups that learn of matters late, the smallest p first.

    Attributes
    ----------
    group, reports : array of int
    median, elsewhere : array of float
        Median age at the first report in days, in the group and in all.
    p : array of float
        See ``late_discovery``.
    """

    group: NDArray[np.int64]
    reports: NDArray[np.int64]
    median: NDArray[np.float64]
    elsewhere: NDArray[np.float64]
    p: NDArray[np.float64]


def late_discovery(group: NDArray[np.int64], age_days: NDArray[np.float64], rule: LateRule) -> Late:
    """Return the places where matters are older when they are first told than elsewhere.

    Null hypothesis: ages come from one distribution, so which of them lie above the median of all is independent of
    the group (median test: Mood 1950; exact, hypergeometric). Alternative: more of the group's do. One-sided.

    Parameters
    ----------
    group : array of int, shape (first reports,)
        Number of the place, 0 or more.
    age_days : array of float
        Days from when the matter began until it was first told; not a number where nobody knows, which is left out.
    rule : LateRule

    Returns
    -------
    Late

    Raises
    ------
    ValueError
        When the arrays differ in length, a group is negative, or a matter was told before it began.

    Example
    -------
    >>> ages = np.array([90.0, 80, 200, 65, 70, 3, 5, 1, 2, 9, 4, 6])
    >>> found = late_discovery(np.array([7] * 5 + [2] * 7), ages, LateRule())
    >>> found.group.tolist(), found.median.tolist(), found.elsewhere.tolist(), found.p.round(4).tolist()
    ([7], [80.0], [7.5], [0.0076])
    """
    if len(group) != len(age_days) or (len(group) and group.min() < 0):
        raise ValueError("Each first report needs one place of 0 or more and its age.")
    is_known = ~np.isnan(age_days)
    group, age_days = group[is_known], age_days[is_known]
    if (age_days < 0).any():
        raise ValueError("A matter cannot be told before it began; leave such an age out as unknown.")
    found = []
    middle = float(np.median(age_days)) if len(age_days) else 0.0
    is_above = age_days > middle
    for name in np.unique(group):
        mine = group == name
        reports, median = int(mine.sum()), float(np.median(age_days[mine]))
        p = float(hypergeom.sf(is_above[mine].sum() - 1, len(group), is_above.sum(), reports))
        if reports >= rule.fewest and median >= rule.least_days and p <= rule.most_p:
            found.append((p, int(name), reports, median))
    found.sort()
    p_, names, reports_, medians = zip(*found, strict=True) if found else ((), (), (), ())
    return Late(
        np.array(names, np.int64), np.array(reports_, np.int64), np.array(medians, float),
        np.full(len(found), middle), np.array(p_, float),
    )  # fmt: skip
