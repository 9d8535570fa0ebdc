"""Which villages a pending generation adds, ends or draws anew, and which could continue an ended one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from geo.features import BoundaryFeature
from geo.measure import area_m2
from grid_app.services.places.boundaries_future import Future

LEAST_M2 = 100.0
LEAST_SHARE = 0.05
VILLAGE: Final = "village"
Suggestions = Mapping[str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True)
class ShapeChanges:
    """What becomes of the villages' ground.

    Attributes
    ----------
    added : tuple of BoundaryFeature
        Villages that had no boundary.
    changed : tuple of (BoundaryFeature, float)
        Villages drawn anew, and how many square metres are theirs no more or newly theirs.
    gone : tuple of BoundaryFeature
        Villages that end, as they were drawn.
    same : int
        Villages whose boundary stays.
    """

    added: tuple[BoundaryFeature, ...]
    changed: tuple[tuple[BoundaryFeature, float], ...]
    gone: tuple[BoundaryFeature, ...]
    same: int


def shape_changes(future: Future) -> ShapeChanges:
    """Return what becomes of the villages' ground; differences under 100 square metres are none."""
    villages = future.features.get(VILLAGE, ())
    carried = set(future.pending.carried)
    added = tuple(one for one in villages if one.code not in future.replaced and one.code not in carried)
    again = [one for one in villages if one.code in future.replaced]
    apart = _apart([future.replaced[one.code] for one in again], again)
    changed = tuple((one, area) for one, area in zip(again, apart.tolist(), strict=True) if area > LEAST_M2)
    ended = set(future.pending.plan.ended)
    gone = tuple(one for code, one in sorted(future.replaced.items()) if code in ended and len(code) == 12)
    return ShapeChanges(added, changed, gone, len(villages) - len(added) - len(changed))


def suggested_successors(future: Future) -> Suggestions:
    """Return for each ended village, without a named successor, the villages on its ground with their share of it."""
    named = {one.old for one in future.named}
    villages = future.features.get(VILLAGE, ())
    asked = [one for one in shape_changes(future).gone if one.code not in named]
    if not asked or not villages:
        return {}
    old, new = _polygons(asked), _polygons(villages)
    which, other = STRtree(new).query(old, predicate="intersects")
    shares = area_m2(shapely.intersection(old[which], new[other])) / area_m2(old)[which]
    found: dict[str, list[tuple[str, float]]] = {}
    for at, beside, share in zip(which.tolist(), other.tolist(), shares.tolist(), strict=True):
        if share >= LEAST_SHARE:
            found.setdefault(asked[at].code, []).append((villages[beside].code, share))
    return {code: tuple(sorted(some, key=lambda one: -one[1])) for code, some in found.items()}


def shrunk_villages(future: Future) -> frozenset[str]:
    """Return the villages that keep their code and gave five per cent of their ground or more to new villages."""
    changes = shape_changes(future)
    if not (changes.added and changes.changed):
        return frozenset()
    codes = [one.code for one, _ in changes.changed]
    old, new = _polygons([future.replaced[code] for code in codes]), _polygons(changes.added)
    which, other = STRtree(new).query(old, predicate="intersects")
    shares = area_m2(shapely.intersection(old[which], new[other])) / area_m2(old)[which]
    given = np.bincount(which, weights=shares, minlength=len(old))
    return frozenset(codes[at] for at in np.flatnonzero(given >= LEAST_SHARE).tolist())


def _apart(before: Sequence[BoundaryFeature], after: Sequence[BoundaryFeature]) -> NDArray[np.float64]:
    one, two = _polygons(before), _polygons(after)
    apart = np.zeros(len(one))
    other = np.flatnonzero(~shapely.equals_identical(one, two)) if len(one) else np.empty(0, dtype=np.int64)
    apart[other] = area_m2(shapely.symmetric_difference(one[other], two[other])) if len(other) else 0.0
    return apart


def _polygons(features: Sequence[BoundaryFeature]) -> NDArray[np.object_]:
    array = np.empty(len(features), dtype=object)
    array[:] = [one.polygon for one in features]
    return array
