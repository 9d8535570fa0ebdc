"""Pile-up: where disputes that are past their due date stand together instead of alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom


@dataclass(frozen=True)
class PileRule:
    """The figures of the signal.

    Attributes
    ----------
    fewest : int
        Overdue disputes of one group below which nothing is said.
    least_share : float
        Share of the group's open disputes that is overdue, from which on the group is told whatever others do.
    most_p : float
        With a smaller share, the group is told when chance gives it so many overdue with at most this probability.
    """

    fewest: int = 3
    least_share: float = 0.5
    most_p: float = 0.01


@dataclass(frozen=True)
class Piles:
    """Groups that are told, the one with the most overdue first, of equal ones the longest wait first.

    Attributes
    ----------
    group : array of int
    open, overdue : array of int
        Open disputes of the group, and those of them past their due date.
    oldest : array of int
        Days by which the longest wait is past its due date.
    p : array of float
        See ``pile_ups``.
    """

    group: NDArray[np.int64]
    open: NDArray[np.int64]
    overdue: NDArray[np.int64]
    oldest: NDArray[np.int64]
    p: NDArray[np.float64]


def pile_ups(group: NDArray[np.int64], days_late: NDArray[np.int64], rule: PileRule) -> Piles:
    """Return the groups (an office with the duty, or a category at a place) in which overdue disputes pile up.

    Null hypothesis of ``p``: which of all open disputes are overdue is independent of the group (Fisher's exact test).
    Alternative: more of this group's are. One-sided, upper tail. An office where half of everything is overdue is told
    even when all others are as late.

    Parameters
    ----------
    group : array of int, shape (open disputes,)
        Number of the group, 0 or more.
    days_late : array of int, shape (open disputes,)
        Days past the due date; 0 or less when there is time left, or nothing runs.
    rule : PileRule

    Returns
    -------
    Piles

    Raises
    ------
    ValueError
        When the arrays differ in length or a group is negative.

    Example
    -------
    >>> found = pile_ups(np.array([0, 0, 0, 0, 1, 1, 1, 1]), np.array([3, 9, 1, -2, 0, 0, 4, 0]), PileRule())
    >>> found.group.tolist(), found.overdue.tolist(), found.oldest.tolist(), found.p.round(3).tolist()
    ([0], [3], [9], [0.243])
    """
    if len(group) != len(days_late) or (len(group) and group.min() < 0):
        raise ValueError("Each open dispute needs one group of 0 or more and its days past the due date.")
    is_late = days_late > 0
    size = int(group.max()) + 1 if len(group) else 0
    open_, overdue = np.bincount(group, minlength=size), np.bincount(group[is_late], minlength=size)
    oldest = np.zeros(size, np.int64)
    np.maximum.at(oldest, group[is_late], days_late[is_late])
    p = np.asarray(hypergeom.sf(overdue - 1, len(group), is_late.sum(), open_), float)
    is_told = (overdue >= rule.fewest) & ((overdue >= rule.least_share * open_) | (p <= rule.most_p))
    told = np.flatnonzero(is_told)
    told = told[np.lexsort((told, -oldest[told], -overdue[told]))]
    return Piles(told, open_[told], overdue[told], oldest[told], p[told])
