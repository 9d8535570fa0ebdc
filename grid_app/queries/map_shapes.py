"""The shapes of an area for a drawing that stands still: its villages and townships in the generation in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from geo.map_sheet import bounds_of, fitted
from grid_app.queries.geometry import DivisionShape, shapes_under
from grid_app.queries.map_area import Area


@dataclass(frozen=True)
class Drawn:
    """The shapes of an area, read from the database; empty where no generation is in use."""

    villages: Sequence[DivisionShape] = ()
    townships: Sequence[DivisionShape] = field(default_factory=tuple)

    @property
    def is_wide(self) -> bool:
        """Whether the area is wider than high on paper."""
        box = bounds_of([village.polygon for village in self.villages])
        if box is None:
            return False
        west, south, east, north = box
        square = fitted(box, width=1000, height=1000)
        (left, right), (low, high) = square.place([west, east], [south, north])
        return float(right - left) > float(low - high)


def shapes_of(session: Session, area: Area) -> Drawn:
    """Return the villages and townships of an area in the generation in use; of a village, also its township."""
    if area.generation_id is None:
        return Drawn()
    above = area.above[-1].path if area.root.level == "village" else area.root.path
    return Drawn(
        shapes_under(session, generation_id=area.generation_id, level="village", root_path=area.root.path),
        shapes_under(session, generation_id=area.generation_id, level="township", root_path=above),
    )
