"""The inner loops, compiled: the largest statistic of many replicates side by side, and the best window per centre.

Under permutation what is expected never changes between replicates, only what is observed. So the work on
expectations is done once, and 64 replicates lie side by side (lanes).

Zones around a centre are judged a stretch at a time: the count of the largest zone of a stretch against the least
count (`statistic.fill_level`) that could raise a lane's maximum with what is expected in the smallest. Counts only
grow from zone to zone, and so does what is expected, so a stretch that does not reach it holds nothing; nothing is
left out. Where a lane reaches it, its zones are judged one by one, and a logarithm is taken where one still could.
"""

from __future__ import annotations

import numpy as np

from screening.scan.compiled import compiled
from screening.scan.lanes import LANES, first_of, plus_row, put_down, reaching, taken_up
from screening.scan.statistic import BERNOULLI, LEVEL_STEP, LEVELS, fill_level, ratio_of, rung_of

MARK = 16
"""Places from one kept sum of expectations to the next."""
STEPS = (1, 4, 16)
"""Places in a stretch: one in the first four, four in the first sixteen, and so on up to the unit of the window."""


@compiled
def stretches(ptr, unit):  # type: ignore[no-untyped-def]
    """Return where each centre's stretches and marks begin.

    Returns
    -------
    two arrays of int64, shape (centres + 1,)
    """
    stretch, mark = np.zeros(ptr.size, np.int64), np.zeros(ptr.size, np.int64)
    for centre in range(ptr.size - 1):
        size = ptr[centre + 1] - ptr[centre]
        number, done = 0, 0
        for step in STEPS:
            if step <= unit:
                reach = min(size, 4 * step) if step < unit else size
                number += max(0, reach - done + step - 1) // step
                done = max(done, reach)
        stretch[centre + 1] = stretch[centre] + number
        mark[centre + 1] = mark[centre] + (size + MARK - 1) // MARK
    return stretch, mark


@compiled
def fill_rungs(ptr, idx, means, unit, lowest, stretch, rungs, mark, marks):  # type: ignore[no-untyped-def]
    """Write the rung of what is expected in the smallest zone of each stretch, and every sixteenth sum.

    Parameters
    ----------
    means : array of float, shape (places,)
        Expected in the window.
    rungs : array of uint16
        Written, beginning for each centre at ``stretch``.
    marks : array of float
        Written, beginning for each centre at ``mark``: what is expected in its first 0, 16, 32, ... places.
    """
    for centre in range(ptr.size - 1):
        begin, end = ptr[centre], ptr[centre + 1]
        at, number, kept, mean = begin, stretch[centre], mark[centre], 0.0
        while at < end:
            stop = min(end, at + step_at(at - begin, unit))  # type: ignore[no-untyped-call]
            rungs[number] = rung_of(mean + means[idx[at]], lowest)
            number += 1
            for one in range(at, stop):
                if (one - begin) % MARK == 0:
                    marks[kept] = mean
                    kept += 1
                mean += means[idx[one]]
            at = stop


@compiled
def step_at(place, unit):  # type: ignore[no-untyped-def]
    """Return how many places a stretch has that begins after so many."""
    return min(unit, 1 if place < 4 else 4 if place < 16 else 16)


@compiled
def loose_share(ptr, idx, means, unit, lowest, ends, step):  # type: ignore[no-untyped-def]
    """Return the share of stretches of ``unit`` places, at every ``step``-th centre, that reach beyond their end.

    ``ends`` has for each rung the expectation at which a count that matters at the rung is no longer rare.
    """
    loose, seen = 0, 0
    for centre in range(0, ptr.size - 1, step):
        mean = 0.0
        rung = 0
        for at in range(ptr[centre], ptr[centre + 1]):
            mean += means[idx[at]]
            place = (at - ptr[centre]) % unit
            if place == 0:
                rung = rung_of(mean, lowest)
            if place == unit - 1 and at - ptr[centre] >= unit:
                seen += 1
                loose += mean > ends[rung]
    return loose / max(1, seen)


@compiled
def raise_maxima(zones, order, rows, means, window, model, lowest, floors, levels, need, level, best):  # type: ignore[no-untyped-def]
    """Raise ``best`` to the largest statistic of each lane over all zones in one window.

    Parameters
    ----------
    zones : tuple (ptr, idx)
        See `geometry.Zones`.
    order : array of int64
        Centres in the order in which they are visited.
    rows : array of int8, int16 or int32, shape (places, LANES)
        Observed in the window.
    means : array of float, shape (places,)
        Expected in it.
    window : tuple (unit, stretch, rungs, mark, marks)
        See `fill_rungs`.
    model : tuple (kind, total, people, least cases)
    lowest, floors : int, array of float
        See `statistic.ladder`.
    levels : array of int64, shape (LEVELS, rungs)
        Memory of `statistic.fill_level`; kept between calls.
    need : array, shape (rungs, LANES)
        Least count of each lane that could raise its maximum.
    level : array of int64, shape (LANES,)
        The level that ``need`` was filled for.
    best : array of float, shape (LANES,)
    """
    ptr, idx = zones
    unit, stretch, rungs, mark, marks = window
    memory = np.empty(LANES, need.dtype)
    for centre in order:
        begin, end = ptr[centre], ptr[centre + 1]
        at, number = begin, stretch[centre]
        memory[:] = 0
        while at < end:
            step = step_at(at - begin, unit)  # type: ignore[no-untyped-call]
            to = end if step == unit else min(end, begin + 4 * step)
            reached = climb(memory, rows, idx, at, to, step, need, rungs, number)  # type: ignore[no-untyped-call]
            number += (reached - at + step - 1) // step
            at = reached
            if reached < to:
                kept = (at - begin) // MARK
                mean = marks[mark[centre] + kept]
                for one in range(begin + kept * MARK, at):
                    mean += means[idx[one]]
                at = min(to, at + step)
                near = idx[reached:at]
                raise_lanes(memory, near, mean, rows, means, model, lowest, floors, levels, need, level, best)  # type: ignore[no-untyped-call]
                number += 1


@compiled
def climb(memory, rows, idx, at, to, step, need, rungs, number):  # type: ignore[no-untyped-def]
    """Add up rows from place ``at`` to ``to``; return where the first stretch begins that reaches what is needed.

    ``memory`` holds the sums before ``at``, afterwards those before the place that is returned.
    """
    seen = taken_up(memory)
    if step == 1:
        while at < to:
            before = seen
            seen = plus_row(seen, rows, idx, at)
            if reaching(seen, need, rungs[number]):
                put_down(before, memory)
                return at
            at += 1
            number += 1
    while at < to:
        before = seen
        stop = min(to, at + step)
        one = at
        while one + 4 <= stop:
            seen = plus_row(seen, rows, idx, one)
            seen = plus_row(seen, rows, idx, one + 1)
            seen = plus_row(seen, rows, idx, one + 2)
            seen = plus_row(seen, rows, idx, one + 3)
            one += 4
        while one < stop:
            seen = plus_row(seen, rows, idx, one)
            one += 1
        if reaching(seen, need, rungs[number]):
            put_down(before, memory)
            return at
        at = stop
        number += 1
    put_down(seen, memory)
    return to


@compiled
def raise_lanes(memory, near, mean, rows, means, model, lowest, floors, levels, need, level, best):  # type: ignore[no-untyped-def]
    """Judge the zones of a stretch one by one, in the lanes that reach the least count."""
    kind, total, people, _ = model
    seen = taken_up(memory)
    for one in range(near.size):
        seen = plus_row(seen, rows, near, one)
        mean += means[near[one]]
        reached = reaching(seen, need, np.uint16(rung_of(mean, lowest)))
        if reached == np.uint64(0):
            continue
        put_down(seen, memory)
        while reached != np.uint64(0):
            lane = first_of(reached)
            reached &= reached - np.uint64(1)
            found = ratio_of(float(memory[lane]), mean, kind, total, people)
            if found <= best[lane]:
                continue
            best[lane] = found
            reach = LEVELS - 1 if found >= LEVELS * LEVEL_STEP else int(found / LEVEL_STEP)
            if reach > level[lane]:
                level[lane] = reach
                if levels[reach, 0] < 0:
                    fill_level(levels, reach, floors, model)
                most = np.int64(np.iinfo(need.dtype).max)
                for rung in range(need.shape[0]):
                    need[rung, lane] = min(levels[reach, rung], most)
    put_down(seen, memory)


@compiled
def best_windows(ptr, idx, counts, means, spans, model, found, where):  # type: ignore[no-untyped-def]
    """Find the best zone and window of every centre in what was really observed, among the windows of one run.

    Of equally good ones the smaller zone is kept, then the window that ends first, then the shorter.

    Parameters
    ----------
    counts, means : arrays of float, shape (places, windows or more)
        Observed and expected; zero beyond the windows.
    spans : array of int64, shape (windows, 2)
        First period, and period after the last.
    found : array of float, shape (centres,)
        The best statistic so far, from the runs before.
    where : array of int64, shape (centres, 3)
        Number of places in the zone, first period, period after the last.
    """
    kind, total, people, least = model
    windows, share = spans.shape[0], 1.0 / total
    seen, mean = np.zeros(counts.shape[1]), np.zeros(counts.shape[1])
    for centre in range(ptr.size - 1):
        seen[:] = 0.0
        mean[:] = 0.0
        best = found[centre]
        for at in range(ptr[centre], ptr[centre + 1]):
            if could_be_better(seen, mean, counts, means, idx[at], kind, share, best) == 0:  # type: ignore[no-untyped-call]
                continue
            size = at - ptr[centre] + 1
            for t in range(windows):
                if seen[t] < least or seen[t] <= mean[t]:
                    continue
                ratio = ratio_of(seen[t], mean[t], kind, total, people)
                if ratio <= best - 1e-9:
                    continue
                if ratio > best + 1e-9 or is_before(size, spans[t], where[centre]):  # type: ignore[no-untyped-call]
                    best = max(best, ratio)
                    where[centre, 0], where[centre, 1], where[centre, 2] = size, spans[t, 0], spans[t, 1]
        found[centre] = best


@compiled
def could_be_better(seen, mean, counts, means, place, kind, share, best):  # type: ignore[no-untyped-def]
    """Add a place to the sums, and return in how many windows the bound of `statistic.fill_level` is above the best."""
    worth = 0
    for t in range(seen.size):
        n, inside = seen[t] + counts[place, t], mean[t] + means[place, t]
        seen[t], mean[t] = n, inside
        over = n - inside
        above = over * over > 2.0 * best * inside * (1.0 - inside * share)
        above |= ((n + inside) * share > 1.0) | (kind == BERNOULLI)
        worth += (over > 0.0) & above
    return worth


@compiled
def is_before(size, span, held):  # type: ignore[no-untyped-def]
    """Say whether a zone and window comes before the one that is held, of equally good ones."""
    if size != held[0]:
        return size < held[0]
    if span[1] != held[2]:
        return span[1] < held[2]
    return span[0] > held[1]
