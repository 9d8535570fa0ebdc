"""The routes of coverage by mediation rooms, with their actions."""

from __future__ import annotations

COVERAGE_ROUTES = {
    "coverage.ask_closing": "room.edit",
    "coverage.cancel_siting": "room.edit",
    "coverage.close_room": "room.edit",
    "coverage.edit_room": "room.edit",
    "coverage.households": "place.manage",
    "coverage.index": "map.read",
    "coverage.picture": "map.read",
    "coverage.reopen_room": "room.edit",
    "coverage.room": "map.read",
    "coverage.room_place": "room.edit",
    "coverage.rooms": "map.read",
    "coverage.save_room": "room.edit",
    "coverage.siting": "room.edit",
    "coverage.siting_file": "room.edit",
    "coverage.siting_picture": "room.edit",
    "coverage.siting_progress": "room.edit",
    "coverage.siting_run": "room.edit",
    "coverage.start_siting": "room.edit",
    "coverage.trial": "room.edit",
    "coverage.upload_households": "place.manage",
}
