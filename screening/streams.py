"""A run of the scan over every category stream and over all together: what signals, and what was not looked at.

Each stream is scanned by the prospective space-time permutation model (`screening.scan`): is there a zone of
neighbouring villages in which more incidents were noted in the newest days than their share of the base and of those
days leads one to expect? Null hypothesis: inside a weekday stratum, or in all, when an incident was noted is
independent of where. Alternative: in one zone the newest days have more. One-sided.

Counted are incidents (`screening.incidents`), never rows. Households guard against one home's many matters and are
never the count.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.ground import Gap, Ground, Missing, with_gaps
from screening.scan.inference import recurrence_interval, tail_p_value
from screening.scan.scan import Chance, Cluster, Limits, Scanned, scan
from screening.scan.tables import Cases, Span, permutation
from screening.watching import Watching

ALL: Final = "all"
"""The name of the stream of everything."""


@dataclass(frozen=True)
class Incidents:
    """What is counted, one entry each.

    Attributes
    ----------
    place : array of int, shape (n,)
        Positions in ``Ground.names``; -1 where nobody knows.
    day : array of int
        ``date.toordinal()`` of the day on which it was noted.
    category : array of str
        The stream it belongs to, besides "all".
    household : array of int or None
        A number per household, -1 where unknown; None leaves the guard of households out.
    """

    place: NDArray[np.int64]
    day: NDArray[np.int64]
    category: NDArray[np.str_]
    household: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class StreamCluster:
    """A zone with more incidents than expected until the last day.

    Attributes
    ----------
    places : tuple of str
        Nearest to the centre first.
    begin, last : date
    incidents : tuple of int
        Positions among the incidents that were given.
    households : int or None
        Different ones, each unknown counted as one.
    expected, ratio, statistic : float
    p : float
        Of this analysis and the ``earlier`` ones.
    recurrence_interval : float
        In days.
    """

    places: tuple[str, ...]
    begin: date
    last: date
    incidents: tuple[int, ...]
    households: int | None
    expected: float
    ratio: float
    statistic: float
    p: float
    recurrence_interval: float


@dataclass(frozen=True)
class StreamResult:
    """What one stream gave.

    ``not_screened`` says in zh-CN why it was not scanned; ``too_few_households`` counts clusters that were left out
    because too few homes told them; ``replicates`` and ``seed`` let anybody repeat it.
    """

    stream: str
    incidents: int
    clusters: tuple[StreamCluster, ...] = ()
    not_screened: str | None = None
    too_few_households: int = 0
    replicates: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Screened:
    """One run: its streams, the days it looked at, and the places it did not look at with the reason."""

    first: date
    last: date
    streams: tuple[StreamResult, ...]
    missing: tuple[Missing, ...]
    unplaced: int
    """Incidents of those days at a place that was not looked at."""


@dataclass(frozen=True)
class _Run:
    """What all streams of a run share; days as ordinals."""

    incidents: Incidents
    ground: Ground
    is_kept: NDArray[np.bool_]
    watching: Watching
    first: int
    last: int
    seed: int

    @property
    def days(self) -> int:
        """Length of the time looked at."""
        return self.last - self.first + 1


def screen(
    incidents: Incidents,
    ground: Ground,
    watching: Watching,
    *,
    today: date,
    seed: int,
    recorded_from: date | None = None,
    gaps: Iterable[Gap] = (),
    streams: Sequence[str] | None = None,
) -> Screened:
    """Scan every stream as of a day.

    Parameters
    ----------
    incidents : Incidents
        In any order; those outside the days looked at are left aside, so more history may be given.
    ground : Ground
        The places, prepared once for any number of runs.
    watching : Watching
    today : date
        The day of the run; the newest day looked at is ``lag_days`` before it.
    seed : int
        Each stream and day draws from a seed of its own made from this.
    recorded_from : date or None
        First day on which incidents were recorded at all; None takes the earliest given.
    gaps : iterable of Gap
        When places sent nothing.
    streams : sequence of str or None
        Which to scan; None takes every category in the order of its name, and ``ALL``.

    Returns
    -------
    Screened
        Equal inputs give equal results, on any machine with the same libraries.
    """
    last = today.toordinal() - watching.lag_days
    earliest = int(incidents.day.min()) if len(incidents.day) else last + 1
    recorded = recorded_from.toordinal() if recorded_from else earliest
    first = max(last - watching.base_days + 1, recorded)
    missing, is_kept = with_gaps(ground, gaps, first=first, window=last - watching.longest + 1, last=last)
    inside = (incidents.day >= first) & (incidents.day <= last)
    kept = inside & np.append(is_kept, [False])[incidents.place]
    names = [*np.unique(incidents.category).tolist(), ALL] if streams is None else streams
    run = _Run(incidents, ground, is_kept, watching, first, last, seed)
    found = tuple(_stream(name, np.flatnonzero(kept & _belongs(incidents, name)), run) for name in names)
    unplaced = int(inside.sum() - kept.sum())
    return Screened(date.fromordinal(min(first, last + 1)), date.fromordinal(last), found, missing, unplaced)


def over_analyses(p: float, analyses: int) -> float:
    """Give the chance that at least one of so many analyses is as strong, if they were independent (Sidak 1967).

    Analyses of following days share most of their data, so the truth lies between p and this.

    Examples
    --------
    >>> round(over_analyses(0.01, 10), 4)
    0.0956
    """
    return 1.0 if p >= 1 else -math.expm1(analyses * math.log1p(-p))


def stream_seed(seed: int, stream: str, day: int) -> int:
    """Give the seed of a stream and day: made by SHA-256, below 2^62."""
    return int.from_bytes(sha256(f"{seed}|{stream}|{day}".encode()).digest()[:8], "big") >> 2


def _belongs(incidents: Incidents, stream: str) -> NDArray[np.bool_]:
    return np.ones(len(incidents.day), np.bool_) if stream == ALL else np.asarray(incidents.category == stream)


def _stream(name: str, chosen: NDArray[np.int64], run: _Run) -> StreamResult:
    refusal = _refusal(len(chosen), run)
    if refusal:
        return StreamResult(name, len(chosen), not_screened=refusal)
    seed = stream_seed(run.seed, name, run.last)
    scanned = _scanned(chosen, run, seed)
    clusters = [_cluster(one, scanned, chosen, run) for one in scanned.clusters]
    told = tuple(one for one in clusters if one.households is None or one.households >= run.watching.least_households)
    drawn = len(scanned.simulated.maxima)
    left_out = len(clusters) - len(told)
    return StreamResult(name, len(chosen), told, too_few_households=left_out, replicates=drawn, seed=seed)


def _refusal(size: int, run: _Run) -> str | None:
    """Say why a stream cannot be scanned."""
    needed, least = run.watching.least_base_days, run.watching.least_in_base
    if run.days < needed:
        return f"记录只有{max(0, run.days)}天，满{needed}天后才做统计扫描。"
    if size < least:
        return f"近{run.days}天只有{size}件，不足{least}件，统计扫描看不出变化，由共性诉求规则照看。"
    return None


def _scanned(chosen: NDArray[np.int64], run: _Run, seed: int) -> Scanned:
    """Scan the chosen incidents.

    The newest ``shortest`` days are one period, so that no window is shorter; each incident keeps the stratum of its
    own weekday.
    """
    watching, incidents, ground = run.watching, run.incidents, run.ground
    day = incidents.day[chosen]
    period = np.minimum(day - run.first, run.days - watching.shortest).astype(np.int32)
    stratum = (day % 7 if watching.by_weekday else np.zeros_like(day)).astype(np.int32)
    longest = watching.longest - watching.shortest + 1
    span = Span(run.days - watching.shortest + 1, longest, is_nested=True)
    cases = Cases(ground.number[incidents.place[chosen]].astype(np.int32), period, stratum)
    limits = Limits(watching.share, ground.radius, longest, watching.least_incidents)
    chance = Chance(watching.replicates, watching.stop, seed)
    table = permutation(cases, len(ground.points), span)
    return scan(table, ground.points, limits, chance, most=watching.most, near=ground.near)


def _cluster(one: Cluster, scanned: Scanned, chosen: NDArray[np.int64], run: _Run) -> StreamCluster:
    incidents, ground = run.incidents, run.ground
    begin = run.first + one.begin
    where = ground.order[one.places]
    own = chosen[(incidents.day[chosen] >= begin) & np.isin(incidents.place[chosen], where)]
    p = over_analyses(tail_p_value(scanned.simulated, one.statistic), run.watching.earlier + 1)
    return StreamCluster(
        places=tuple(ground.names[at] for at in where if run.is_kept[at]),
        begin=date.fromordinal(begin),
        last=date.fromordinal(run.last),
        incidents=tuple(own.tolist()),
        households=None if incidents.household is None else _homes(incidents.household[own]),
        expected=one.expected,
        ratio=one.observed / one.expected,
        statistic=one.statistic,
        p=p,
        recurrence_interval=recurrence_interval(p, period_days=run.watching.every_days, earlier=run.watching.earlier),
    )


def _homes(households: NDArray[np.int64]) -> int:
    known = households[households >= 0]
    return len(np.unique(known)) + len(households) - len(known)
