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
                            far[found] = np.round(squared, 9)
                            found += 1
        # the order of places decides between equal distances: sort by it first, then stably by distance
        by_place = np.argsort(near[:found])
        order = near[:found][by_place][np.argsort(far[:found][by_place], kind="mergesort")]
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
