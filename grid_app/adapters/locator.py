"""The place finder: the active generation's villages in memory, rebuilt when another generation is activated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import numpy as np
import shapely
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.locate import Locator
from grid_app.models.places import Boundary, BoundaryGeneration
from grid_app.ports import Fix, PlaceAnswer

NEAR_METRES = 200.0
_HOW: Final = {"inside": "inside", "near": "nearest"}


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
        return _answers(locator, fixes, generation)

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


def _answers(locator: Locator, fixes: Sequence[Fix], generation: UUID | None) -> list[PlaceAnswer]:
    """Return where each position lies; positions for which the same is near are looked up together."""
    lon, lat = np.array([fix.lon for fix in fixes], dtype=float), np.array([fix.lat for fix in fixes], dtype=float)
    radius = np.array([fix.accuracy_m or 0.0 for fix in fixes], dtype=float)
    candidates = locator.candidates_of_all(lon, lat, radius)
    near, found = np.fmax(NEAR_METRES, radius), [("", "")] * len(fixes)
    for metres in np.unique(near).tolist():
        chosen = np.flatnonzero(near == metres)
        located = locator.locate(lon[chosen], lat[chosen], near_metres=metres, distances=False)
        for at, code, how in zip(chosen.tolist(), located.codes(), located.how.tolist(), strict=True):
            found[at] = (code, _HOW.get(how, "outside"))
    return [
        PlaceAnswer(code or None, how, tuple(sorted(near_by)), generation)
        for (code, how), near_by in zip(found, candidates, strict=True)
    ]


def _build(session: Session, generation: UUID) -> Locator | None:
    rows = session.execute(
        select(Boundary.code, Boundary.name, Boundary.polygon)
        .where(Boundary.generation_id == generation, Boundary.level == "village")
        .order_by(Boundary.code)
    ).all()
    if not rows:
        return None
    return Locator([r.code for r in rows], [r.name for r in rows], [shapely.from_wkb(r.polygon.desc) for r in rows])
