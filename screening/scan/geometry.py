"""Candidate zones: for every centre its places in order of distance, cut at a radius and at a share of the weight.

Distances on the globe are chords of a sphere of 6,367 km, and a radius of d km is the chord 2 R sin(d / 2R), as
SaTScan has it (SaTScan user guide, "Coordinates file"). Of two places equally far the one with the smaller
coordinates comes first, so that the order of a file never matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from screening.scan.compiled import HAS_NUMBA
from screening.scan.kernel_zones import within_cells

EARTH_KM: Final = 6367.0
MOST_NEIGHBOURS: Final = 150_000_000
ROWS_AT_ONCE: Final = 256


class TooManyNeighboursError(ValueError):
    """The zones would not fit in memory; a maximum radius is needed."""


@dataclass(frozen=True)
class Zones:
    """The nested zones around each centre.

    Attributes
    ----------
    ptr : array of int64, shape (centres + 1,)
        Where each centre's neighbours begin in ``idx``.
    idx : array of int32, or of uint16 or uint32 along the curve
        Places, nearest first; a prefix is a zone.
    """

    ptr: NDArray[np.int64]
    idx: NDArray[np.integer[Any]]


def on_sphere(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return points in km, shape (n, 3), for degrees of latitude and longitude.

    Example
    -------
    >>> bool(abs(np.linalg.norm(on_sphere(np.array([30.0]), np.array([111.0]))) - 6367.0) < 1e-9)
    True
    """
    phi, lam = np.radians(latitude), np.radians(longitude)
    return EARTH_KM * np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def chord(kilometres: float) -> float:
    """Return the straight length under an arc of ``kilometres`` on the globe."""
    return float(2 * EARTH_KM * np.sin(kilometres / (2 * EARTH_KM)))


def nearest_zones(
    points: NDArray[np.float64], weight: NDArray[np.float64], *, most_weight: float, radius: float | None
) -> Zones:
    """Return the zones around every point.

    Parameters
    ----------
    points : array of float, shape (n, dimensions)
        Places, already in the order that decides between equal distances.
    weight : array of float, shape (n,)
        What the share is measured in: cases or expected cases. Places of weight 0 are left out of the lists, because
        they change neither what is observed nor what is expected; they stay centres.
    most_weight : float
        A zone holds at most this much weight.
    radius : float or None
        And reaches at most this far, in the units of ``points``.

    Raises
    ------
    TooManyNeighboursError
        Without a radius the lists would have more than 150 million entries.
    """
    kept = np.flatnonzero(weight > 0).astype(np.int32)
    if radius is None:
        return _all_distances(points, kept, weight, most_weight)
    if HAS_NUMBA:
        return _within_binned(points, kept, weight, most_weight, radius)
    return _within_tree(points, kept, weight, most_weight, radius)


def _prefix(order: NDArray[np.int32], weight: NDArray[np.float64], most: float) -> NDArray[np.int32]:
    held = np.cumsum(weight[order]) <= most * (1 + 1e-12)
    return order if held.all() else order[: int(np.argmin(held))]


def _gather(lists: list[NDArray[np.int32]]) -> Zones:
    ptr = np.zeros(len(lists) + 1, np.int64)
    np.cumsum([len(one) for one in lists], out=ptr[1:])
    return Zones(ptr, np.concatenate(lists) if lists else np.zeros(0, np.int32))


def _all_distances(
    points: NDArray[np.float64], kept: NDArray[np.int32], weight: NDArray[np.float64], most: float
) -> Zones:
    lists: list[NDArray[np.int32]] = []
    held = 0
    for first in range(0, len(points), ROWS_AT_ONCE):
        squared = np.zeros((min(ROWS_AT_ONCE, len(points) - first), len(kept)))
        for axis in range(points.shape[1]):
            squared += (points[first : first + ROWS_AT_ONCE, axis, None] - points[None, kept, axis]) ** 2
        for row in _nearest_first(squared):
            lists.append(_prefix(kept[row], weight, most))
            held += len(lists[-1])
        if held > MOST_NEIGHBOURS:
            raise TooManyNeighboursError
    return _gather(lists)


def _nearest_first(squared: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of each row, of equal distances the first place first.

    Distance and place in one whole number are sorted several times faster than distances in a stable way.
    """
    bits = int(squared.shape[1]).bit_length()
    if squared.size == 0 or squared.max() * 1e9 >= min(2.0**53, 2.0 ** (62 - bits)):
        return np.argsort(_rounded(squared), axis=1, kind="stable")
    keys = np.rint(squared * 1e9).astype(np.int64) << bits
    keys |= np.arange(squared.shape[1])
    keys.sort(axis=1)
    return keys & ((1 << bits) - 1)


def _rounded(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared distances without the last digits, in which places equally far would differ by chance."""
    return np.round(squared, 9)


def _within_tree(
    points: NDArray[np.float64],
    kept: NDArray[np.int32],
    weight: NDArray[np.float64],
    most: float,
    radius: float,
) -> Zones:
    from scipy.spatial import cKDTree  # noqa: PLC0415 - a third of a second that compiled code does not need

    tree = cKDTree(points[kept])
    lists = []
    for centre, near in enumerate(tree.query_ball_point(points, radius * (1 + 1e-12), return_sorted=True)):
        found = kept[np.asarray(near, np.int64)]
        squared = _rounded(((points[found] - points[centre]) ** 2).sum(axis=1))
        lists.append(_prefix(found[np.argsort(squared, kind="stable")], weight, most))
    return _gather(lists)


def _within_binned(
    points: NDArray[np.float64],
    kept: NDArray[np.int32],
    weight: NDArray[np.float64],
    most: float,
    radius: float,
) -> Zones:
    width = max(radius, 1e-12)
    flat = points if points.shape[1] == 3 else np.column_stack([points, np.zeros(len(points))])
    cell = np.floor((flat - flat.min(axis=0)) / width).astype(np.int64)
    shape = cell.max(axis=0) + 1
    number = (cell[:, 0] * shape[1] + cell[:, 1]) * shape[2] + cell[:, 2]
    in_cells = kept[np.argsort(number[kept], kind="stable")]
    cells, begins = np.unique(number[in_cells], return_index=True)
    bounds = np.append(begins, len(in_cells)).astype(np.int64)
    limit = (radius * (1 + 1e-12)) ** 2
    ptr, idx = within_cells(  # type: ignore[no-untyped-call]
        flat, cell, shape, cells, bounds, in_cells, weight, most * (1 + 1e-12), limit
    )
    return Zones(ptr, idx)


def cut_zones(near: Zones, weight: NDArray[np.float64], *, most_weight: float) -> Zones:
    """Return the zones that `nearest_zones` would return, from lists of all places that were found before.

    Parameters
    ----------
    near : Zones
        Of the same points and radius, with every place kept.
    weight : array of float, shape (n,)
        Whole numbers, such as cases: their sums are exact in any order.
    most_weight : float
        A zone holds at most this much weight.
    """
    sizes = np.diff(near.ptr)
    centre = np.repeat(np.arange(len(sizes)), sizes)
    held = weight[near.idx]
    summed = np.concatenate([[0.0], np.cumsum(held)])
    inside = summed[1:] - summed[near.ptr[:-1]][centre] <= most_weight * (1 + 1e-12)
    kept = inside & (held > 0)
    ptr = np.zeros(len(near.ptr), np.int64)
    np.cumsum(np.bincount(centre[kept], minlength=len(sizes)), out=ptr[1:])
    return Zones(ptr, near.idx[kept])


def by_coordinates(points: NDArray[np.float64], names: list[str]) -> NDArray[np.int64]:
    """Return the order of places that no file decides: by first coordinate, second, then name."""
    return np.lexsort((np.asarray(names), *(points[:, axis] for axis in range(points.shape[1] - 1, -1, -1))))


def along_the_curve(points: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the order of places along a Morton curve, in which neighbours in space are mostly neighbours in memory.

    G. M. Morton, 1966: the bits of the two coordinates are interleaved.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    steps = ((points[:, :2] - low[:2]) / np.maximum(high[:2] - low[:2], 1e-300) * 65535).astype(np.uint64)
    spread = [_apart(steps[:, axis]) for axis in (0, 1)]
    return np.argsort(spread[0] | (spread[1] << np.uint64(1)), kind="stable")


def along(zones: Zones, curve: NDArray[np.int64], rank: NDArray[np.unsignedinteger[Any]]) -> Zones:
    """Return the zones one after another along the curve, with place p called ``rank[p]``."""
    ptr = np.zeros(len(zones.ptr), np.int64)
    np.cumsum(np.diff(zones.ptr)[curve], out=ptr[1:])
    lists = [zones.idx[zones.ptr[centre] : zones.ptr[centre + 1]] for centre in curve.tolist()]
    return Zones(ptr, rank[np.concatenate(lists)])


def _apart(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
    return bits
