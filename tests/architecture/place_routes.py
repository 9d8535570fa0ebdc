"""The routes of boundaries and mediation rooms, and the action each asks for."""

from __future__ import annotations

PLACE_ROUTES = {
    "places.ask_undo": "place.manage",
    "places.do_merge": "place.manage",
    "places.do_split": "place.manage",
    "places.index": "place.manage",
    "places.merge": "place.manage",
    "places.moved": "dispute.handle",
    "places.name_heirs": "place.manage",
    "places.pending": "place.manage",
    "places.put_into_use": "place.manage",
    "places.rooms": "place.manage",
    "places.settle_moved": "dispute.handle",
    "places.split": "place.manage",
    "places.throw_away": "place.manage",
    "places.undo": "place.manage",
    "places.upload": "place.manage",
    "places.upload_rooms": "place.manage",
    "places.upload_successors": "place.manage",
}
