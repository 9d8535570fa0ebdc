"""The places of a run, prepared once: their neighbours by distance, and which are left out on a day and why.

What is near to what never changes from stream to stream and from day to day, so it is found once. A place without
coordinates has no neighbours, and one that sent nothing for days would look quiet there and loud afterwards: both
are left out of the scan, and named, because silence must never look like "nothing found".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.scan.geometry import Zones, by_coordinates, chord, nearest_zones, on_sphere

MOST_OF_BASE: Final = 0.1
"""A place that sent nothing on more than this share of all days looked at is left out."""
NO_COORDINATES: Final = "没有坐标，不能参加统计扫描。"


@dataclass(frozen=True)
class Gap:
    """Days on which a place sent nothing, not even that there was nothing; ``place`` is a position in the names."""

    place: int
    first: date
    last: date


@dataclass(frozen=True)
class Missing:
    """A place that was not looked at, and why, in zh-CN."""

    place: str
    reason: str


@dataclass(frozen=True)
class Ground:
    """Places ready for any number of runs.

    Attributes
    ----------
    names : tuple of str
        As they were given.
    number : array of int, shape (names,)
        The row of each in ``points``; -1 without coordinates.
    order : array of int, shape (points,)
        The position in ``names`` of each row of ``points``.
    points : array of float
        In the order that decides between equal distances.
    near : Zones
        The places within the radius of each, nearest first.
    radius : float or None
        In the units of ``points``.
    """

    names: tuple[str, ...]
    number: NDArray[np.int64]
    order: NDArray[np.int64]
    points: NDArray[np.float64]
    near: Zones
    radius: float | None


def ground_on_plane(names: Sequence[str], points: NDArray[np.float64], radius: float | None) -> Ground:
    """Prepare places with coordinates on a plane.

    Parameters
    ----------
    names : sequence of str
        Different from one another.
    points : array of float, shape (names, 2)
        In the unit of the radius; NaN where unknown.
    radius : float or None
        Largest radius of a zone; None leaves it to the share of incidents.

    Raises
    ------
    ValueError
        When names repeat, or there are not as many points.
    """
    if len(set(names)) < len(names) or len(points) != len(names):
        raise ValueError("Every place needs a name of its own and one point, which may be NaN.")
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    order = known[by_coordinates(points[known], [names[int(at)] for at in known])]
    number = np.full(len(names), -1, np.int64)
    number[order] = np.arange(len(order))
    own = np.ascontiguousarray(points[order], np.float64)
    near = Zones(np.zeros(1, np.int64), np.zeros(0, np.int32))
    if len(own):
        near = nearest_zones(own, np.ones(len(own)), most_weight=float(len(own)), radius=radius)
    return Ground(tuple(names), number, order, own, near, radius)


def ground_on_globe(
    names: Sequence[str], latitude: NDArray[np.float64], longitude: NDArray[np.float64], radius_km: float | None
) -> Ground:
    """Prepare places with degrees (WGS84, NaN where unknown); distances in km on the sphere of `screening.scan`."""
    return ground_on_plane(names, on_sphere(latitude, longitude), None if radius_km is None else chord(radius_km))


def with_gaps(
    ground: Ground, gaps: Iterable[Gap], *, first: int, window: int, last: int
) -> tuple[tuple[Missing, ...], NDArray[np.bool_]]:
    """Give the places that are left out with the reason, and for every name whether it is kept.

    A place is left out when it has no coordinates, or sent nothing on some day from ``window`` to ``last`` (the
    longest window), or on more than a tenth of the days from ``first`` on. Days are ordinals.
    """
    kept = ground.number >= 0
    silent: dict[int, set[int]] = {}
    for gap in gaps:
        days = range(max(first, gap.first.toordinal()), min(last, gap.last.toordinal()) + 1)
        silent.setdefault(gap.place, set()).update(days)
    found = [Missing(ground.names[int(at)], NO_COORDINATES) for at in np.flatnonzero(~kept)]
    for at in sorted(silent):
        newest = sum(day >= window for day in silent[at])
        if kept[at] and (newest or len(silent[at]) > MOST_OF_BASE * (last - first + 1)):
            kept[at] = False
            found.append(Missing(ground.names[at], _silence(newest, len(silent[at]))))
    return tuple(found), kept


def _silence(newest: int, all_days: int) -> str:
    if newest:
        return f"比较的时段内有{newest}天没有上传，不参加统计扫描。"
    return f"基线内有{all_days}天没有上传，超过一成，不参加统计扫描。"
