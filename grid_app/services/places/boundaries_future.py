"""The world as it will be once the pending generation is in use, for the check and for the activation alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from geo.codes import LEVELS, Level, level_of
from geo.features import BoundaryFeature
from grid_app.models.boundary_changes import BoundaryPlan
from grid_app.queries.boundaries import Node, features_of, tree
from grid_app.services.places.boundaries_attached import Onward
from grid_app.services.places.boundaries_course import Course, Succession, defaults_of, grids_that_follow
from grid_app.services.places.boundaries_pending import Pending, pending_state
from grid_app.services.places.boundaries_placing import Ground
from grid_app.services.places.boundaries_plans import (
    check_successors,
    chosen_defaults,
    ended_codes,
    living_codes,
    successions_in,
)
from grid_app.services.places.divisions import future_tree

Features = Mapping[Level, tuple[BoundaryFeature, ...]]


@dataclass(frozen=True)
class Future:
    """Tree, boundaries and successors after the activation.

    Attributes
    ----------
    pending : Pending
        The pending generation beside the active one.
    before : mapping of str to Node
        The tree as it stands.
    nodes : mapping of str to Node
        The tree as it will be.
    features : mapping of Level to tuple of BoundaryFeature
        The boundaries as they will be.
    replaced : mapping of str to BoundaryFeature
        The boundaries in use of every code that ends or gets another boundary.
    named : tuple of Succession
        What somebody said; ``followed`` are grids found on the same ground.
    stale : tuple of Succession
        What was said before and no longer holds, because other files were imported since.
    choices : mapping of str to str
        Where single records go.
    asked : tuple of str
        The splits and merges in it, in words.
    """

    pending: Pending
    before: Mapping[str, Node]
    nodes: Mapping[str, Node]
    features: Features
    replaced: Mapping[str, BoundaryFeature]
    named: tuple[Succession, ...]
    followed: tuple[Succession, ...]
    stale: tuple[Succession, ...]
    choices: Mapping[str, str]
    asked: tuple[str, ...]

    @property
    def successions(self) -> tuple[Succession, ...]:
        """Everything that continues something."""
        return (*self.named, *self.followed)

    @property
    def onward(self) -> Onward:
        """What decides where records of ended divisions go."""
        heirs: dict[str, tuple[str, ...]] = {}
        for one in self.successions:
            heirs[one.old] = (*heirs.get(one.old, ()), one.new)
        course = Course(self.nodes, defaults_of(self.successions))
        return Onward(course, heirs, self.choices, self.features.get("village", ()))

    @property
    def ground(self) -> Ground:
        """What decides where open disputes belong."""
        return Ground(self.features.get("village", ()), self.features.get("grid", ()), self.onward.course)


def future_of(session: Session, *, chosen: Mapping[str, str] | None = None) -> Future:
    """Return what activating the pending generation leads to; ``chosen`` names further default successors.

    Raises
    ------
    ConflictError
        When nothing is pending.
    InvalidError
        When a successor is named for a code that does not end, or is none itself.
    """
    pending = pending_state(session)
    known = tree(session)
    row = session.get(BoundaryPlan, pending.id)
    ended, living = ended_codes(known, pending), living_codes(known, pending)
    kept = [one for one in successions_in(row) if one.old in ended and one.new in living]
    named = chosen_defaults(kept, chosen or {})
    check_successors(known, pending, named)
    features = _features(session, pending)
    replaced = _replaced(session, pending)
    return Future(
        pending=pending,
        before=known,
        nodes=future_tree(known, pending.plan),
        features=features,
        replaced=replaced,
        named=named,
        followed=grids_that_follow(pending.plan.ended, named, replaced, features.get("grid", ())),
        stale=tuple(one for one in successions_in(row) if one not in kept),
        choices={key: code for key, code in row.choices.items() if code in living} if row else {},
        asked=tuple(row.asked) if row else (),
    )


def _features(session: Session, pending: Pending) -> Features:
    found: dict[Level, list[BoundaryFeature]] = {level: [] for level in LEVELS}
    for feature in features_of(session, pending.id, [entry.code for entry in pending.entries]):
        found[level_of(feature.code)].append(feature)
    if pending.active_id is not None:
        for feature in features_of(session, pending.active_id, pending.carried):
            found[level_of(feature.code)].append(feature)
    return {level: tuple(sorted(some, key=lambda f: f.code)) for level, some in found.items() if some}


def _replaced(session: Session, pending: Pending) -> dict[str, BoundaryFeature]:
    if pending.active_id is None:
        return {}
    codes = sorted({entry.code for entry in pending.entries} | set(pending.plan.ended))
    return {feature.code: feature for feature in features_of(session, pending.active_id, codes)}
