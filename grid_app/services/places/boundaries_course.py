"""Where the records of an ended division go: what continues it, or what it lay in when nothing single does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from geo.features import BoundaryFeature
from geo.locate import Locator
from grid_app.queries.boundaries import Node

How = Literal["same", "point", "default", "chosen", "parent", "origin"]


@dataclass(frozen=True)
class Succession:
    """A division that continues an ended one; at most one of an ended division's successors is the default."""

    old: str
    new: str
    is_default: bool
    on: date | None = None


@dataclass(frozen=True)
class Course:
    """Where records without a point of their own go.

    Attributes
    ----------
    nodes : mapping of str to Node
        The tree as it will be.
    defaults : mapping of str to str
        Ended code to the one that continues it by default.
    """

    nodes: Mapping[str, Node]
    defaults: Mapping[str, str]

    def of(self, code: str) -> tuple[str, How]:
        """Return the living division that takes over from ``code``, and how that was found."""
        how: How = "same"
        seen: set[str] = set()
        while code not in seen:
            seen.add(code)
            node = self.nodes.get(code)
            if node is None or node.alive:
                return code, how
            following = self.defaults.get(code)
            if following is not None:
                code, how = following, "default"
            elif node.parent_code is not None:
                code, how = node.parent_code, how if how == "default" else "parent"
        return code, how


def defaults_of(successions: Iterable[Succession]) -> dict[str, str]:
    """Return for each ended code its default successor."""
    return {one.old: one.new for one in successions if one.is_default}


def with_single_defaults(successions: Sequence[Succession]) -> tuple[Succession, ...]:
    """Return the successions with the only successor of a division as its default."""
    heirs: dict[str, int] = {}
    for one in successions:
        heirs[one.old] = heirs.get(one.old, 0) + 1
    return tuple(
        Succession(one.old, one.new, is_default=one.is_default or heirs[one.old] == 1, on=one.on) for one in successions
    )


def grids_that_follow(
    ended: Iterable[str],
    named: Sequence[Succession],
    before: Mapping[str, BoundaryFeature],
    grids: Sequence[BoundaryFeature],
) -> tuple[Succession, ...]:
    """Return for ended grids without a named successor the new grid on the same ground.

    Parameters
    ----------
    ended : iterable of str
        All codes that end.
    named : sequence of Succession
        What somebody said.
    before : mapping of str to BoundaryFeature
        Shapes of the generation in use.
    grids : sequence of BoundaryFeature
        The grids of the coming generation.

    Returns
    -------
    tuple of Succession
        Only grids of villages that continue the grid's own village are taken.
    """
    told = {one.old for one in named}
    heirs: dict[str, set[str]] = {}
    for one in named:
        heirs.setdefault(one.old, set()).add(one.new)
    asked = [before[code] for code in ended if len(code) == 16 and code not in told and code in before]
    if not asked or not grids:
        return ()
    locator = Locator([g.code for g in grids], [g.name for g in grids], [g.polygon for g in grids])
    found = locator.locate([g.label_lon for g in asked], [g.label_lat for g in asked], distances=False).codes()
    return tuple(
        Succession(grid.code, new, is_default=True)
        for grid, new in zip(asked, found, strict=True)
        if new and new[:12] in {grid.code[:12], *heirs.get(grid.code[:12], ())}
    )
