"""Deciding where open disputes belong under other boundaries; pure, so that preview and activation cannot differ.

A point decides where one exists: inside a village, or near one, it is that village's, down to the grid. A point
outside every village moves nothing while its division lives. Without a point a dispute of an ended division goes to
the default successor, and where none is named to what the division lay in, for its township to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo.features import BoundaryFeature
from geo.locate import Locator
from grid_app.queries.boundaries_effects import OpenDisputes
from grid_app.services.places.boundaries_course import Course, How

NEAR_METRES = 200.0
KINDS = ("same", "moved", "outside", "ended", "without_point")


@dataclass(frozen=True)
class Placed:
    """Where a dispute belongs: ``kind`` is one of `KINDS`, ``how`` says what decided, ``near`` a point beside."""

    code: str
    kind: str
    how: How
    is_near: bool = False


@dataclass(frozen=True)
class Ground:
    """The villages and grids that decide about points, and the course of everything without one."""

    villages: Sequence[BoundaryFeature]
    grids: Sequence[BoundaryFeature]
    course: Course


def placed_after(disputes: OpenDisputes, ground: Ground) -> list[Placed]:
    """Return where each dispute belongs, in order; one that stays where it is has its own code."""
    if not len(disputes):
        return []
    villages, grids, course = ground.villages, ground.grids, ground.course
    located = _locator(villages).locate(disputes.lon, disputes.lat, near_metres=NEAR_METRES, distances=False)
    fine = (
        _locator(grids).locate(disputes.lon, disputes.lat, distances=False).codes() if grids else [""] * len(disputes)
    )
    known = {village.code for village in villages}
    return [
        _placed(*row, known=known, course=course)
        for row in zip(disputes.codes, disputes.villages, located.codes(), located.how.tolist(), fine, strict=True)
    ]


def changed(disputes: OpenDisputes, placed: Iterable[Placed]) -> list[tuple[int, Placed]]:
    """Return position and place of the disputes that go elsewhere."""
    return [(at, one) for at, one in enumerate(placed) if one.code != disputes.codes[at]]


def _locator(features: Sequence[BoundaryFeature]) -> Locator:
    return Locator([f.code for f in features], [f.name for f in features], [f.polygon for f in features])


def _placed(code: str, village: str, after: str, how: str, grid: str, *, known: set[str], course: Course) -> Placed:
    onward, why = course.of(code)
    if how == "invalid":
        kind = "without_point" if not village or village in known else "ended"
        return Placed(onward, kind, why)
    if how == "outside":
        return Placed(onward, "outside", why)
    within = grid if grid.startswith(after) and course.of(grid)[1] == "same" else after
    if after == village:
        stays = why == "same" and (len(code) == 12 or not grid or grid == code)
        return Placed(code if stays else within, "same", "same" if stays else "point")
    return Placed(within, "moved", "point", is_near=how == "near")
