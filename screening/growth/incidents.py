"""From rows to incidents: the same time, place and category is one incident, however often it was entered."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

WEEK: Final = 7
MISSED: Final = 7.0
"""Usual incidents of a silence above which it is a gap: chance leaves out so many less than once in 1,000."""


def distinct(stream: NDArray[np.int64], moment: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return which rows to count: one of each stream and moment, ordered by moment, then by stream.

    Parameters
    ----------
    stream, moment : array of int, shape (rows,)
        Number of the stream, and when, in any unit.

    Example
    -------
    >>> distinct(np.array([1, 0, 1]), np.array([20, 20, 20]))
    array([1, 0])
    """
    order = np.lexsort((stream, moment))
    is_new = np.ones(len(order), bool)
    is_new[1:] = (np.diff(stream[order]) != 0) | (np.diff(moment[order]) != 0)
    return order[is_new]


def recorded(daily: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell on which days somebody was recording: a silence too long to be chance is a gap, not a count of nothing.

    Null hypothesis for a run of empty days: entries are Poisson with the mean that each weekday has in ``daily``, so an
    office that is closed at weekends has no gap there. A run is a gap when that mean adds up to more than ``MISSED``
    over its days (probability of nothing below exp(-7) = 0.0009; one-sided).

    Parameters
    ----------
    daily : array of int, shape (days,)
        Entries of all streams on consecutive days.

    Returns
    -------
    array of bool, shape (days,)

    Example
    -------
    >>> recorded(np.array([20, 20, 20, 0, 20, 20, 20] * 3 + [20, 20, 0, 0, 20]))[[3, 23, 24]]
    array([ True, False, False])
    """
    weekday = np.arange(len(daily)) % WEEK
    usual = np.bincount(weekday, daily, WEEK) / np.maximum(np.bincount(weekday, minlength=WEEK), 1)
    is_silent = daily == 0
    run = np.cumsum(~is_silent)
    missed = np.bincount(run[is_silent], usual[weekday[is_silent]], len(daily) + 1)
    return np.asarray(~is_silent | (missed[run] <= MISSED))
