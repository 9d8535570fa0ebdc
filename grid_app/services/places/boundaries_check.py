"""Checking the pending generation as a whole: fit, parents, and what activation would mean for open work.

Collecting and judging are apart, so that no transaction stays open while shapes are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy.orm import Session

from geo.codes import Level
from geo.coverage_check import CoverageReport, check_coverage
from geo.features import BoundaryFeature
from geo.measure import area_m2
from grid_app.clock import local_date
from grid_app.queries.boundaries_effects import PLATFORM, Attached, OpenDisputes, attached_to, open_disputes
from grid_app.queries.boundaries_touched import Following, Touched, following, listening, touched_by
from grid_app.services.places.boundaries_attached import Destination, destinations
from grid_app.services.places.boundaries_future import Future, future_of
from grid_app.services.places.boundaries_pending import Pending
from grid_app.services.places.boundaries_placing import placed_after

TOLERATED_SHARE = 0.01


@dataclass(frozen=True)
class CheckInput:
    """Everything the check looks at: the future boundaries and tree, open disputes, and what else is touched."""

    future: Future
    disputes: OpenDisputes
    attached: Attached
    touched: tuple[Touched, ...]
    following: Following
    listening: Mapping[UUID, int]

    @property
    def pending(self) -> Pending:
        """The pending generation beside the active one."""
        return self.future.pending


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
        Points that lie in another village then; they go there.
    outside : int
        Points that lie in no village, nor near one; they stay unless their village ends.
    ended : int
        Disputes without a point of their own whose village has no boundary any more.
    without_point : int
        Disputes without a point whose village stays, or that are known to the township only.
    pairs : tuple of (str, str, int)
        Of those moved: from village, to village, how many; the most frequent first.
    to_successor, to_parent : int
        Of those outside or of an ended village: how many go to the named successor, and how many to what the village
        lay in, because nothing single continues it.
    """

    total: int
    same: int
    moved: int
    outside: int
    ended: int
    without_point: int
    pairs: tuple[tuple[str, str, int], ...]
    to_successor: int
    to_parent: int


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
    destinations: tuple[Destination, ...]
    following: Following
    listening: Mapping[UUID, int]
    future: Future


def gather_check(session: Session, *, now: datetime) -> CheckInput:
    """Return what `check_generation` needs.

    Raises
    ------
    ConflictError
        When nothing is pending.
    """
    future = future_of(session)
    ended = future.pending.plan.ended
    touched = touched_by(session, ended, now=now)
    return CheckInput(
        future=future,
        disputes=open_disputes(session, scope=PLATFORM),
        attached=attached_to(session, ended, now=now),
        touched=touched,
        following=following(session, ended, now=now, today=local_date(now)),
        listening=listening(session, touched),
    )


def check_generation(given: CheckInput) -> CheckReport:
    """Return what does not fit in the future generation, and what activating it would change."""
    features = given.future.features
    outside, unbounded = _outside_parents(features)
    return CheckReport(
        pending=given.pending,
        counts={level: len(found) for level, found in features.items()},
        coverage={
            level: check_coverage(found, neighbours_of_same_parent=level == "grid") for level, found in features.items()
        },
        outside_parent=outside,
        parents_without_boundary=unbounded,
        disputes=_effect(given.disputes, given.future),
        attached=given.attached,
        destinations=tuple(destinations(given.touched, given.future.onward)),
        following=given.following,
        listening=given.listening,
        future=given.future,
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


def _effect(disputes: OpenDisputes, future: Future) -> DisputeEffect:
    placed = placed_after(disputes, future.ground)
    kinds = Counter(one.kind for one in placed)
    pairs = Counter(
        (before, one.code[:12]) for before, one in zip(disputes.villages, placed, strict=True) if one.kind == "moved"
    )
    ordered = sorted(pairs.items(), key=lambda item: (-item[1], item[0]))
    onward = Counter(one.how for one in placed if one.kind in ("outside", "ended"))
    return DisputeEffect(
        total=len(disputes),
        same=kinds["same"],
        moved=kinds["moved"],
        outside=kinds["outside"],
        ended=kinds["ended"],
        without_point=kinds["without_point"],
        pairs=tuple((before, after, count) for (before, after), count in ordered),
        to_successor=onward["default"],
        to_parent=onward["parent"],
    )
