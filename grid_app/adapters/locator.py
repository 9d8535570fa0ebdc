"""The place finder: the active generation's villages in memory, rebuilt when another generation is activated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from uuid import UUID

import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.locate import Locator
from grid_app.models.places import Boundary, BoundaryGeneration
from grid_app.ports import Fix, PlaceAnswer

NEAR_METRES = 200.0


class MemoryPlaceFinder:
    """A `PlaceFinder` over village polygons; one instance serves every thread of a process.

    The id of the active generation is asked for with every question, so every process notices an activation. The
    locators of two generations are kept: a transaction that began before an activation still sees the old one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[UUID, Locator | None] = {}

    def generation(self, session: Session) -> UUID | None:
        """Return the id of the active boundary generation, or ``None``."""
        return session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active"))

    def find(self, session: Session, *, lon: float, lat: float, accuracy_m: float | None) -> PlaceAnswer:
        """Return where the WGS84 point lies; the accuracy circle names the candidates."""
        return self.find_all(session, [Fix(lon, lat, accuracy_m)])[0]

    def find_all(self, session: Session, fixes: Sequence[Fix]) -> list[PlaceAnswer]:
        """Return where each position lies, in order; the generation is asked for once."""
        locator, generation = self.locator(session)
        if locator is None:
            return [PlaceAnswer(None, "outside", (), generation) for _ in fixes]
        return [_answer(locator, fix, generation) for fix in fixes]

    def locator(self, session: Session) -> tuple[Locator | None, UUID | None]:
        """Return the locator of the active generation (``None`` without one) and the generation's id."""
        active = self.generation(session)
        if active is None:
            return None, None
        with self._lock:
            if active not in self._held:
                newest = dict(list(self._held.items())[-1:])
                self._held = newest | {active: _build(session, active)}
            return self._held[active], active


def _answer(locator: Locator, fix: Fix, generation: UUID | None) -> PlaceAnswer:
    near = max(NEAR_METRES, fix.accuracy_m or 0.0)
    located = locator.locate(fix.lon, fix.lat, near_metres=near, distances=False)
    how = {"inside": "inside", "near": "nearest"}.get(str(located.how[0]), "outside")
    candidates = tuple(sorted(locator.candidates(fix.lon, fix.lat, fix.accuracy_m or 0.0)))
    return PlaceAnswer(located.codes()[0] or None, how, candidates, generation)


def _build(session: Session, generation: UUID) -> Locator | None:
    rows = session.execute(
        select(Boundary.code, Boundary.name, Boundary.polygon)
        .where(Boundary.generation_id == generation, Boundary.level == "village")
        .order_by(Boundary.code)
    ).all()
    if not rows:
        return None
    return Locator([r.code for r in rows], [r.name for r in rows], [shapely.from_wkb(r.polygon.desc) for r in rows])
