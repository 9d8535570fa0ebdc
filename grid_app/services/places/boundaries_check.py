"""Checking the pending generation as a whole: fit, parents, and what activation would mean for open work.

Collecting and judging are apart, so that no transaction stays open while shapes are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.codes import LEVELS, Level, level_of
from geo.coverage_check import CoverageReport, check_coverage
from geo.features import BoundaryFeature
from geo.locate import Locator
from geo.measure import area_m2
from grid_app.queries.boundaries import features_of
from grid_app.queries.boundaries_effects import PLATFORM, Attached, OpenDisputes, attached_to, open_disputes
from grid_app.services.places.boundaries_pending import Pending, pending_state

TOLERATED_SHARE = 0.01
NEAR_METRES = 200.0


@dataclass(frozen=True)
class CheckInput:
    """Everything the check looks at: the future boundaries by level, and the open disputes."""

    pending: Pending
    features: Mapping[Level, tuple[BoundaryFeature, ...]]
    disputes: OpenDisputes
    attached: Attached


@dataclass(frozen=True)
class OutsideParent:
    """A division that lies partly outside its parent's boundary; ``share`` is the part outside, from 0 to 1."""

    title: str
    parent: str
    share: float
    area_m2: float


@dataclass(frozen=True)
class DisputeEffect:
    """What becomes of the open disputes; the five kinds add up to ``total``.

    Attributes
    ----------
    total : int
        All open disputes.
    same : int
        Points that lie in the village they belong to.
    moved : int
        Points that would lie in another village.
    outside : int
        Points that would lie in no village, nor near one.
    ended : int
        Disputes without a point of their own whose village has no boundary any more.
    without_point : int
        Disputes without a point whose village stays, or that are known to the township only.
    pairs : tuple of (str, str, int)
        From village, to village, how many; the most frequent first.
    """

    total: int
    same: int
    moved: int
    outside: int
    ended: int
    without_point: int
    pairs: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class CheckReport:
    """What the check found; see the parts."""

    pending: Pending
    counts: Mapping[str, int]
    coverage: Mapping[Level, CoverageReport]
    outside_parent: tuple[OutsideParent, ...]
    parents_without_boundary: tuple[str, ...]
    disputes: DisputeEffect
    attached: Attached


def gather_check(session: Session, *, now: datetime) -> CheckInput:
    """Return what `check_generation` needs.

    Raises
    ------
    ConflictError
        When nothing is pending.
    """
    pending = pending_state(session)
    features: dict[Level, list[BoundaryFeature]] = {level: [] for level in LEVELS}
    for feature in features_of(session, pending.id, [entry.code for entry in pending.entries]):
        features[level_of(feature.code)].append(feature)
    if pending.active_id is not None:
        for feature in features_of(session, pending.active_id, pending.carried):
            features[level_of(feature.code)].append(feature)
    by_code = {level: tuple(sorted(found, key=lambda f: f.code)) for level, found in features.items() if found}
    disputes = open_disputes(session, scope=PLATFORM)
    return CheckInput(pending, by_code, disputes, attached_to(session, pending.plan.ended, now=now))


def check_generation(given: CheckInput) -> CheckReport:
    """Return what does not fit in the future generation, and what activating it would change."""
    outside, unbounded = _outside_parents(given.features)
    return CheckReport(
        pending=given.pending,
        counts={level: len(found) for level, found in given.features.items()},
        coverage={
            level: check_coverage(found, neighbours_of_same_parent=level == "grid")
            for level, found in given.features.items()
        },
        outside_parent=outside,
        parents_without_boundary=unbounded,
        disputes=_effect(given.features.get("village", ()), given.disputes),
        attached=given.attached,
    )


def _outside_parents(
    features: Mapping[Level, Sequence[BoundaryFeature]],
) -> tuple[tuple[OutsideParent, ...], tuple[str, ...]]:
    """Compare each division with its parent's boundary; parents without one are named instead."""
    by_code = {feature.code: feature for found in features.values() for feature in found}
    below = [feature for feature in by_code.values() if feature.parent_code is not None]
    unbounded = {str(f.parent_code) for f in below if f.parent_code not in by_code}
    pairs = [(feature, by_code[str(feature.parent_code)]) for feature in below if feature.parent_code in by_code]
    if not pairs:
        return (), tuple(sorted(unbounded))
    children = np.array([*(child.polygon for child, _ in pairs), None], dtype=object)[:-1]
    parents = np.array([*(parent.polygon for _, parent in pairs), None], dtype=object)[:-1]
    loose = np.flatnonzero(~shapely.covered_by(children, parents))
    areas = area_m2(shapely.difference(children[loose], parents[loose]))
    shares = areas / area_m2(children[loose])
    found = [
        OutsideParent(pairs[i][0].title, pairs[i][1].title, float(share), float(area))
        for i, share, area in zip(loose.tolist(), shares, areas, strict=True)
        if share > TOLERATED_SHARE
    ]
    return tuple(sorted(found, key=lambda item: -item.area_m2)), tuple(sorted(unbounded))


def _effect(villages: Sequence[BoundaryFeature], disputes: OpenDisputes) -> DisputeEffect:
    known = {village.code for village in villages}
    locator = Locator([v.code for v in villages], [v.name for v in villages], [v.polygon for v in villages])
    located = locator.locate(disputes.lon, disputes.lat, near_metres=NEAR_METRES, distances=False)
    kinds: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for before, after, how in zip(disputes.villages, located.codes(), located.how.tolist(), strict=True):
        kind = _kind(before, after, how, known)
        kinds[kind] += 1
        if kind == "moved":
            pairs[before, after] += 1
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    return DisputeEffect(
        total=len(disputes.villages),
        same=kinds["same"],
        moved=kinds["moved"],
        outside=kinds["outside"],
        ended=kinds["ended"],
        without_point=kinds["without_point"],
        pairs=tuple((before, after, count) for (before, after), count in ordered),
    )


def _kind(before: str, after: str, how: str, known: set[str]) -> str:
    if how == "invalid":
        return "without_point" if not before or before in known else "ended"
    if how == "outside":
        return "outside"
    return "same" if after == before else "moved"
