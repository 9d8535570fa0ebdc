"""Whether a mediation room's point lies in the division that the room belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from grid_app.ports import Fix, PlaceFinder
from grid_app.queries.coverage_rooms import RoomFacts
from grid_app.queries.disputes_places import place_names


@dataclass(frozen=True)
class Elsewhere:
    """Where a room's point lies when that is not its own division; without a code it lies in no village."""

    code: str
    name: str


def lies_elsewhere(session: Session, room: RoomFacts, places: PlaceFinder) -> Elsewhere | None:
    """Return where the point lies unless it lies in the room's division, or somebody made sure that it is right."""
    if room.lon is None or room.lat is None or room.place_confirmed or places.generation(session) is None:
        return None
    code = places.find(session, lon=room.lon, lat=room.lat, accuracy_m=None).code or ""
    if code.startswith(room.division_code):
        return None
    return Elsewhere(code, place_names(session, {code}).get(code, code) if code else "")


def lie_elsewhere(session: Session, rooms: Sequence[RoomFacts], places: PlaceFinder) -> frozenset[str]:
    """Return the codes of rooms whose point lies outside their division, unless somebody made sure that it is right."""
    if places.generation(session) is None:
        return frozenset()
    placed = [
        (room, Fix(room.lon, room.lat))
        for room in rooms
        if room.lon is not None and room.lat is not None and not room.place_confirmed
    ]
    found = places.find_all(session, [fix for _, fix in placed])
    return frozenset(
        room.code
        for (room, _), answer in zip(placed, found, strict=True)
        if not (answer.code or "").startswith(room.division_code)
    )
