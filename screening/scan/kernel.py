"""The inner loops, compiled: the largest statistic of many replicates side by side, and the best window per centre.

Under permutation what is expected never changes between replicates, only what is observed. So the work on
expectations is done once for 128 replicates that lie side by side in memory (lanes), and the inner loop is one
addition and one comparison. A logarithm is taken only where some lane reaches the least count that could raise its
maximum (`statistic.least_count`).
"""

from __future__ import annotations

import numpy as np

from screening.scan.compiled import compiled
from screening.scan.statistic import BERNOULLI, LEVEL_STEP, fill_level, least_count, ratio_of


@compiled
def add_row(seen, row):  # type: ignore[no-untyped-def]
    """Add one row of lanes to another; a function of its own, or the loop is not vectorised."""
    for k in range(seen.size):
        seen[k] += row[k]


@compiled
def top_of(seen):  # type: ignore[no-untyped-def]
    """Return the largest count of a row."""
    top = seen[0]
    for k in range(seen.size):
        top = max(top, seen[k])
    return top


@compiled
def nested_maxima(ptr, idx, order, counts, means, tops, model, limits, best):  # type: ignore[no-untyped-def]
    """Raise ``best`` to the largest statistic of each lane over all zones and nested windows.

    One window after another, because the counts of all places in one window fit in the cache of a core. Which count
    is the largest of a row of lanes is asked only when the sum of largest counts so far could reach the least needed.

    Parameters
    ----------
    ptr, idx : arrays
        Zones, see `geometry.Zones`.
    order : array of int64
        Centres in the order in which they are visited.
    counts : array of int16 or int32, shape (windows, places, lanes)
        Observed, cumulated over windows: the newest period, the newest two, ...
    means : array of float, shape (windows, places)
        Expected, cumulated likewise.
    tops : array like ``counts``, shape (windows, places)
        The largest of each row of lanes.
    model : tuple (kind, total, people, least cases)
    limits : array of float, shape (LEVELS, LISTED_COUNTS)
        Memory of `statistic.fill_level`; kept between calls.
    best : array of float, shape (lanes,)
    """
    kind, total, people, least = model
    seen = np.zeros(counts.shape[2], counts.dtype)
    for w in range(counts.shape[0]):
        for centre in order:
            level = min(int(best.min() / LEVEL_STEP), limits.shape[0] - 1)
            if limits[level, 0] < 0.0:
                fill_level(limits, level, kind, total, people)
            seen[:] = 0
            mean, bound, need = 0.0, 0, least
            for at in range(ptr[centre], ptr[centre + 1]):
                add_row(seen, counts[w, idx[at]])  # type: ignore[no-untyped-call]
                mean += means[w, idx[at]]
                bound += tops[w, idx[at]]
                if bound < need:
                    continue
                need = least_count(need, mean, limits, level, kind, total, people)
                if bound < need:
                    continue
                bound = top_of(seen)  # type: ignore[no-untyped-call]
                if bound >= need:
                    raise_best(best, seen, need, mean, model)  # type: ignore[no-untyped-call]


@compiled
def raise_best(best, seen, need, mean, model):  # type: ignore[no-untyped-def]
    """Take the logarithm for the lanes that reach the least count needed."""
    kind, total, people, _ = model
    for k in range(seen.size):
        if seen[k] >= need:
            best[k] = max(best[k], ratio_of(float(seen[k]), mean, kind, total, people))


@compiled
def free_maxima(ptr, idx, order, counts, means, longest, model, limits, best):  # type: ignore[no-untyped-def]
    """Do the same over all windows of at most ``longest`` periods, wherever they begin.

    ``counts`` and ``means`` have one row more than periods: row t holds what lies before period t.
    """
    kind, total, people, least = model
    rows, lanes = counts.shape[0], counts.shape[2]
    seen = np.zeros((rows, lanes), counts.dtype)
    mean = np.zeros(rows)
    need = np.empty((rows, longest + 1), np.int64)
    apart = np.zeros(lanes, counts.dtype)
    for centre in order:
        level = min(int(best.min() / LEVEL_STEP), limits.shape[0] - 1)
        if limits[level, 0] < 0.0:
            fill_level(limits, level, kind, total, people)
        seen[:] = 0
        mean[:] = 0.0
        need[:] = least
        for at in range(ptr[centre], ptr[centre + 1]):
            for t in range(rows):
                add_row(seen[t], counts[t, idx[at]])  # type: ignore[no-untyped-call]
                mean[t] += means[t, idx[at]]
            for end in range(1, rows):
                for length in range(1, min(longest, end) + 1):
                    inside = mean[end] - mean[end - length]
                    for k in range(lanes):
                        apart[k] = seen[end, k] - seen[end - length, k]
                    need[end, length] = least_count(need[end, length], inside, limits, level, kind, total, people)
                    if top_of(apart) >= need[end, length]:  # type: ignore[no-untyped-call]
                        raise_best(best, apart, need[end, length], inside, model)  # type: ignore[no-untyped-call]


@compiled
def best_windows(ptr, idx, counts, means, longest, model, found, where):  # type: ignore[no-untyped-def]
    """Find the best zone and window of every centre in what was really observed.

    Parameters
    ----------
    counts, means : arrays, shape (places, periods + 1)
        Cumulated: column t holds what lies before period t.
    longest : int
        Longest window; 0 for windows that all end with the last period, of any length the table has.
    found : array of float, shape (centres,)
        Written: the best statistic.
    where : array of int64, shape (centres, 3)
        Written: number of places in the zone, first period, period after the last.
    """
    kind, total, people, least = model
    columns = counts.shape[1]
    seen = np.zeros(columns)
    mean = np.zeros(columns)
    for centre in range(ptr.size - 1):
        seen[:] = 0.0
        mean[:] = 0.0
        best = 0.0
        for at in range(ptr[centre], ptr[centre + 1]):
            for t in range(columns):
                seen[t] += counts[idx[at], t]
                mean[t] += means[idx[at], t]
            for end in range(columns - 1 if longest == 0 else 1, columns):
                for first in range(end - 1, max(-1, end - 1 - (longest if longest else columns)), -1):
                    n, inside = seen[end] - seen[first], mean[end] - mean[first]
                    if n < least or n <= inside:
                        continue
                    over = n - inside
                    if (
                        kind != BERNOULLI
                        and n <= total - inside
                        and over * over <= 2.0 * best * inside * (1.0 - inside / total)
                    ):
                        continue
                    ratio = ratio_of(n, inside, kind, total, people)
                    if ratio > best + 1e-9:
                        best = ratio
                        where[centre, 0], where[centre, 1], where[centre, 2] = at - ptr[centre] + 1, first, end
        found[centre] = best
