"""Zones that are not circles: by steps over common borders, and lists that somebody gives.

A mountain ridge or a river parts what lies near; villages that share a border and a road do not. Steps over borders
follow such land (Tango & Takahashi 2005 take connected areas, of which these are the ones nearest to a centre). Lists
are what SaTScan calls a special neighbours file; an area of the administration is a list of its villages, or, where
only whole areas shall be zones, cases are counted by area and every list holds that one area.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

from screening.scan.geometry import Zones


def zones_by_steps(borders: NDArray[np.int64], points: NDArray[np.float64], *, most_steps: int | None = None) -> Zones:
    """Return for every place the others by the number of borders on the way, of equals the nearest first.

    Parameters
    ----------
    borders : array of int, shape (n, 2)
        Pairs of places with a common border, each once or twice; a place without one is a zone alone.
    points : array of float, shape (places, dimensions)
        In the order that decides between equal distances.
    most_steps : int or None
        A zone reaches at most so far; None takes all that can be reached.

    Raises
    ------
    ValueError
        When a border names a place that does not exist.

    Example
    -------
    >>> row = np.array([[0.0, 0], [1, 0], [2, 0]])
    >>> zones = zones_by_steps(np.array([[0, 2], [2, 1]]), row)
    >>> [zones.idx[zones.ptr[at] : zones.ptr[at + 1]].tolist() for at in range(3)]
    [[0, 2, 1], [1, 2, 0], [2, 1, 0]]
    """
    size = len(points)
    if len(borders) and not (borders.min() >= 0 and borders.max() < size):
        raise ValueError("A border names a place that is not among the points.")
    one, other = borders[:, 0], borders[:, 1]
    graph = sparse.coo_array((np.ones(len(one)), (one, other)), shape=(size, size)).tocsr()
    limit = float(size) if most_steps is None else float(most_steps)
    steps = dijkstra(graph, directed=False, unweighted=True, limit=limit)
    lists = []
    for centre in range(size):
        near = np.flatnonzero(np.isfinite(steps[centre]))
        far = ((points[near] - points[centre]) ** 2).sum(axis=1)
        lists.append(near[np.lexsort((near, far, steps[centre][near]))].tolist())
    return zones_of_lists(lists, size)


def zones_of_lists(lists: Sequence[Sequence[int]], size: int) -> Zones:
    """Return zones from lists of places; a list and each of its beginnings is a zone.

    Parameters
    ----------
    lists : sequence of sequences of int
        One for every centre, the centre first or not; an empty one has no zone.
    size : int
        How many places there are.

    Raises
    ------
    ValueError
        When there are not as many lists as places, a place is named twice in one, or does not exist.
    """
    if len(lists) != size:
        raise ValueError(f"Zones need one list for each of the {size} places.")
    for centre, own in enumerate(lists):
        if len(set(own)) < len(own) or any(not 0 <= place < size for place in own):
            raise ValueError(f"The list of place {centre} names a place twice, or one that does not exist.")
    ptr = np.zeros(size + 1, np.int64)
    np.cumsum([len(own) for own in lists], out=ptr[1:])
    return Zones(ptr, np.array([place for own in lists for place in own], np.int32))
