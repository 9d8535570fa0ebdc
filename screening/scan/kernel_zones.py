"""Collecting and sorting the places around every centre, compiled."""

from __future__ import annotations

import numpy as np

from screening.scan.compiled import compiled


@compiled
def within_cells(points, cell, shape, cells, bounds, members, weight, most, limit):  # type: ignore[no-untyped-def]
    """Collect the places within the radius from the 27 cells around each centre, and sort them."""
    count = points.shape[0]
    ptr = np.zeros(count + 1, np.int64)
    idx = np.empty(max(64, count * 16), np.int32)
    near = np.empty(members.size, np.int32)
    far = np.empty(members.size, np.float64)
    bits = int(np.ceil(np.log2(count + 1)))
    is_whole = limit * 1e9 < min(2.0**53, 2.0 ** (62 - bits))
    for centre in range(count):
        found = 0
        for x in range(max(0, cell[centre, 0] - 1), min(shape[0], cell[centre, 0] + 2)):
            for y in range(max(0, cell[centre, 1] - 1), min(shape[1], cell[centre, 1] + 2)):
                for z in range(max(0, cell[centre, 2] - 1), min(shape[2], cell[centre, 2] + 2)):
                    number = (x * shape[1] + y) * shape[2] + z
                    at = np.searchsorted(cells, number)
                    if at == cells.size or cells[at] != number:
                        continue
                    for place in members[bounds[at] : bounds[at + 1]]:
                        squared = (
                            (points[place, 0] - points[centre, 0]) ** 2
                            + (points[place, 1] - points[centre, 1]) ** 2
                            + (points[place, 2] - points[centre, 2]) ** 2
                        )
                        if squared <= limit:
                            near[found] = place
                            far[found] = squared
                            found += 1
        order = nearest_first(near[:found], far[:found], bits, is_whole)  # type: ignore[no-untyped-call]
        end = ptr[centre]
        held = 0.0
        for place in order:
            held += weight[place]
            if held > most:
                break
            if end == idx.size:
                idx = np.concatenate((idx, np.empty(idx.size, np.int32)))
            idx[end] = place
            end += 1
        ptr[centre + 1] = end
    return ptr, idx[: ptr[count]].copy()


@compiled
def nearest_first(near, far, bits, is_whole):  # type: ignore[no-untyped-def]
    """Return places by squared distance, of equal ones the first place first.

    Distance and place in one whole number are sorted several times faster; ``bits`` are those of a place, and
    ``is_whole`` says whether both fit.
    """
    if not is_whole:
        by_place = np.argsort(near)
        return near[by_place][np.argsort(np.round(far[by_place], 9), kind="mergesort")]
    keys = np.empty(near.size, np.int64)
    for at in range(near.size):
        keys[at] = np.int64(np.rint(far[at] * 1e9)) << bits | near[at]
    keys.sort()
    return (keys & ((1 << bits) - 1)).astype(np.int32)
