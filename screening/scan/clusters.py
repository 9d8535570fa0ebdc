"""From the best window of every centre to the clusters that are reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from screening.scan.geometry import Zones


class Secondary(StrEnum):
    """Which weaker clusters are reported beside a stronger one (SaTScan user guide, "Criteria for secondary clusters").

    The number is the one of SaTScan's parameter file.
    """

    NONE_OVERLAPPING = "none-overlapping"
    NO_CENTRES_IN_OTHERS = "1"
    NO_CENTRES_IN_STRONGER = "2"
    NO_CENTRES_IN_WEAKER = "3"
    NO_PAIRS_OF_CENTRES = "4"
    ALL = "5"


@dataclass(frozen=True)
class Candidate:
    """The best zone and window around one centre.

    Attributes
    ----------
    centre : int
    places : array of int
        All places of the zone, nearest first, also those without cases.
    begin, end : int
        First period, and the period after the last.
    """

    centre: int
    places: NDArray[np.int64]
    begin: int
    end: int
    statistic: float

    @cached_property
    def held(self) -> frozenset[int]:
        """The places, to ask for one of them."""
        return frozenset(self.places.tolist())


@dataclass(frozen=True)
class Reach:
    """What is needed to name all places of a zone: the points, in the order that decides between equal distances."""

    points: NDArray[np.float64]
    zones: Zones

    def places_of(self, centre: int, count: int) -> NDArray[np.int64]:
        """Return every place not farther than the last of the first ``count`` of the centre's list."""
        last = int(self.zones.idx[self.zones.ptr[centre] + count - 1])
        squared = np.round(((self.points - self.points[centre]) ** 2).sum(axis=1), 9)
        inside = squared < squared[last]
        inside[: last + 1] |= squared[: last + 1] == squared[last]
        places = np.flatnonzero(inside)
        return places[np.argsort(squared[places], kind="stable")]


def _candidate(centre: int, found: NDArray[np.float64], where: NDArray[np.int64], reach: Reach) -> Candidate:
    count, begin, end = (int(value) for value in where[centre])
    return Candidate(centre, reach.places_of(centre, count), begin, end, float(found[centre]))


def reported(
    found: NDArray[np.float64], where: NDArray[np.int64], reach: Reach, *, rule: Secondary, most: int
) -> list[Candidate]:
    """Return the clusters that are reported, strongest first, at most ``most``.

    Of equally strong windows the one of fewer places comes first, then the one of the first centre.
    """
    taken: list[Candidate] = []
    for group in _equally_strong(found):
        if len(taken) >= most:
            break
        free = [c for c in group if rule is not Secondary.NONE_OVERLAPPING or not _is_held(c, where[c], taken)]
        for one in sorted((_candidate(c, found, where, reach) for c in free), key=lambda one: len(one.places)):
            if len(taken) < most and _may_stand(one, taken, rule):
                taken.append(one)
    return taken


def _is_held(centre: int, window: NDArray[np.int64], taken: list[Candidate]) -> bool:
    same_time = (other for other in taken if window[1] < other.end and other.begin < window[2])
    return any(centre in other.held for other in same_time)


def _equally_strong(found: NDArray[np.float64]) -> Iterator[list[int]]:
    rounded = np.round(found, 9)
    order = np.argsort(-rounded, kind="stable")
    order = order[rounded[order] > 0]
    for group in np.split(order, np.flatnonzero(np.diff(rounded[order])) + 1):
        yield [int(centre) for centre in group]


def _may_stand(one: Candidate, taken: list[Candidate], rule: Secondary) -> bool:
    """Say whether a cluster may be reported; one at another time stands in nobody's way."""
    same_time = [other for other in taken if one.begin < other.end and other.begin < one.end]
    if rule is Secondary.NONE_OVERLAPPING:
        return all(one.held.isdisjoint(other.held) for other in same_time)
    mine_in = [one.centre in other.held for other in same_time]
    theirs_in = [other.centre in one.held for other in same_time]
    refused = {
        Secondary.NO_CENTRES_IN_OTHERS: any(mine_in) or any(theirs_in),
        Secondary.NO_CENTRES_IN_STRONGER: any(mine_in),
        Secondary.NO_CENTRES_IN_WEAKER: any(theirs_in),
        Secondary.NO_PAIRS_OF_CENTRES: any(a and b for a, b in zip(mine_in, theirs_in, strict=True)),
    }
    return not refused.get(rule, False)
