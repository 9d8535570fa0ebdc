"""What a scan compares: observed and expected by place and period, under each model.

======================  ==================================================================================
model                   expected in a zone z and window w, given all C cases
======================  ==================================================================================
permutation             sum over strata s of N_w^s b_z^s / C^s: who is where goes with who is when by chance
poisson                 proportional to person-time, adjusted for covariates; C is given
expectation_poisson     what was told beforehand; C is not given
bernoulli               C P_z / P, with P people of whom C are cases
======================  ==================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from screening.scan.engine import Engine
from screening.scan.replicates import ELSEWHERE, Labelled, Permuted, scattered
from screening.scan.search import Drawn
from screening.scan.statistic import BERNOULLI, CONDITIONAL, EXPECTATION, Model


class Source(Protocol):
    """How replicates are drawn."""

    def draw(self, lanes: int, *, seed: int, first: int, engine: Engine) -> Drawn:
        """Draw replicates, from number ``first`` on."""

    def renumbered(self, rank: NDArray[np.int32]) -> Source:
        """Return the same drawing with place p called ``rank[p]``."""


@dataclass(frozen=True)
class Cases:
    """Cases one by one: where, when, and of which stratum of time.

    Attributes
    ----------
    place, period, stratum : arrays of int, shape (cases,)
        ``stratum`` is 0 for all, or the weekday of entry.
    """

    place: NDArray[np.int32]
    period: NDArray[np.int32]
    stratum: NDArray[np.int32]

    def counted(self, places: int, periods: int) -> NDArray[np.int64]:
        """Return the number of cases by place and period."""
        flat = np.bincount(self.place.astype(np.int64) * periods + self.period, minlength=places * periods)
        return flat.reshape(places, periods)


@dataclass(frozen=True)
class Table:
    """Observed and expected by place and by the periods that windows look at.

    Attributes
    ----------
    observed : array of int64, shape (places, periods)
    expected : array of float, same shape
    weight : array of float, shape (places,)
        What the largest share of a zone is measured in.
    first_period : int
        Which period of the study the first column is.
    is_nested : bool
        Whether all windows end with the last column.
    most_in_windows : int
        A replicate has no more cases than this in any window.
    kind, total, people
        See `statistic.ratio_of`.
    source : Source
    """

    observed: NDArray[np.int64]
    expected: NDArray[np.float64]
    weight: NDArray[np.float64]
    first_period: int
    is_nested: bool
    most_in_windows: int
    kind: int
    total: float
    people: float
    source: Source

    def model(self, least: int) -> Model:
        """Return what the kernels need to know of the model."""
        return self.kind, float(self.total), float(self.people), least

    def in_columns(self, side: NDArray[Any]) -> NDArray[Any]:
        """Return what ``observed`` or ``expected`` is in columns: the newest first when windows are nested."""
        return side[:, ::-1] if self.is_nested else side

    def runs(self, longest: int) -> list[list[int]]:
        """Return columns that are added up one after another; each beginning of a run is a window."""
        periods = self.expected.shape[1]
        if self.is_nested:
            return [list(range(periods))]
        return [list(range(first, min(first + longest, periods))) for first in range(periods)]

    def spans(self, run: list[int]) -> NDArray[np.int64]:
        """Return the first period of each window of a run, and the period after its last."""
        if self.is_nested:
            last = self.expected.shape[1]
            return np.array([[last - 1 - column, last] for column in run])
        return np.array([[run[0], column + 1] for column in run])


@dataclass(frozen=True)
class Span:
    """The periods of the study and those that windows look at.

    Attributes
    ----------
    periods : int
        T, periods of the study.
    looked_at : int
        W, the newest W of them; T for windows that begin anywhere.
    is_nested : bool
        Whether every window ends with the last period.
    """

    periods: int
    looked_at: int
    is_nested: bool

    def column(self, period: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the column that replicates count a period in: its age, or its number."""
        if self.is_nested:
            return (self.periods - 1 - period).astype(np.int32)
        return period.astype(np.int32)

    @property
    def first(self) -> int:
        """The first period that windows look at."""
        return self.periods - self.looked_at


def permutation(cases: Cases, places: int, span: Span) -> Table:
    """Return the table of the space-time permutation model (Kulldorff et al. 2005).

    Null hypothesis: inside a stratum, the time of a case is independent of its place. Only the cases are used.
    """
    order = np.lexsort((cases.period, cases.place, cases.stratum))
    place, period, stratum = cases.place[order], cases.period[order], cases.stratum[order]
    names = np.unique(stratum)
    strata = np.searchsorted(stratum, [*names, stratum[-1] + 1]).astype(np.int64)
    expected = np.zeros((places, span.looked_at))
    slots: list[NDArray[np.int32]] = []
    for begin, end in pairwise(strata):
        own = np.bincount(place[begin:end], minlength=places)
        newest = np.sort(period[begin:end])[np.searchsorted(np.sort(period[begin:end]), span.first) :]
        by_period = np.bincount(newest - span.first, minlength=span.looked_at)
        expected += np.outer(own, by_period) / (end - begin)
        slots.append(span.column(newest))
    slot_strata = np.concatenate([[0], np.cumsum([len(one) for one in slots])]).astype(np.int64)
    source = Permuted(place, strata, np.concatenate(slots), slot_strata, span.looked_at)
    weight = np.bincount(place, minlength=places).astype(float)
    observed = cases.counted(places, span.periods)[:, span.first :]
    most = int(slot_strata[-1])
    return Table(observed, expected, weight, span.first, span.is_nested, most, CONDITIONAL, len(place), np.inf, source)


def poisson(cases: Cases, expected: NDArray[np.float64], span: Span) -> Table:
    """Return the table of the discrete Poisson model, conditional on the number of cases (Kulldorff 1997).

    Null hypothesis: each case falls anywhere in proportion to ``expected[place, period]``, which is scaled to the
    number of cases.
    """
    total = len(cases.place)
    scaled = expected * (total / expected.sum())
    inside = scaled[:, span.first :]
    source = _thrown(inside, total, elsewhere=float(scaled[:, : span.first].sum()), span=span, is_fixed=True)
    observed = cases.counted(len(expected), span.periods)[:, span.first :]
    weight = scaled.sum(axis=1)
    return Table(observed, inside, weight, span.first, span.is_nested, total, CONDITIONAL, total, np.inf, source)


def expectation_poisson(cases: Cases, expected: NDArray[np.float64], span: Span) -> Table:
    """Return the table of the expectation-based Poisson model (Neill 2009).

    Null hypothesis: the count of each place and period is Poisson with mean ``expected``, told beforehand.
    """
    inside = np.asarray(expected[:, span.first :], np.float64)
    mean = float(inside.sum())
    source = _thrown(inside, mean, elsewhere=0.0, span=span, is_fixed=False)
    observed = cases.counted(len(expected), span.periods)[:, span.first :]
    most = int(mean + 20 * np.sqrt(mean) + 100)
    weight = expected.sum(axis=1)
    return Table(observed, inside, weight, span.first, span.is_nested, most, EXPECTATION, np.inf, np.inf, source)


def bernoulli(cases: Cases, people: NDArray[np.int64], span: Span) -> Table:
    """Return the table of the Bernoulli model (Kulldorff & Nagarwalla 1995).

    Null hypothesis: who of ``people[place, period]``, cases among them, is a case is chance.
    """
    total, everyone = len(cases.place), int(people.sum())
    place, period = (side.ravel().astype(np.int32) for side in np.indices(people.shape))
    column = np.where(period >= span.first, span.column(period), ELSEWHERE).astype(np.int32)
    cells = np.repeat(np.arange(people.size, dtype=np.int32), people.ravel())
    observed = cases.counted(len(people), span.periods)[:, span.first :]
    expected = np.asarray(people[:, span.first :] * (total / everyone), np.float64)
    source = Labelled(cells, place, column, span.looked_at, total)
    weight = people.sum(axis=1) * (total / everyone)
    return Table(observed, expected, weight, span.first, span.is_nested, total, BERNOULLI, total, everyone, source)


def _thrown(inside: NDArray[np.float64], total: float, *, elsewhere: float, span: Span, is_fixed: bool) -> Source:
    made = scattered(inside, total, elsewhere=elsewhere, is_fixed=is_fixed)
    column = np.where(made.period == ELSEWHERE, ELSEWHERE, span.column(made.period + span.first)).astype(np.int32)
    return replace(made, period=column)
