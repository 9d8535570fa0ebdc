"""The routes of duty rosters and the action each asks for."""

from __future__ import annotations

ROSTER_ROUTES = {
    "roster.call_off_shift": "roster.edit",
    "roster.end": "roster.edit",
    "roster.end_leave": "roster.edit",
    "roster.end_pattern": "roster.edit",
    "roster.enter_pattern": "roster.edit",
    "roster.enter_shift": "roster.edit",
    "roster.give_back_shift": "roster.edit",
    "roster.index": "roster.read",
    "roster.leave": "roster.edit",
    "roster.look_at_sheet": "roster.edit",
    "roster.new_pattern": "roster.edit",
    "roster.new_shift": "roster.edit",
    "roster.pattern": "roster.edit",
    "roster.save_hours": "roster.edit",
    "roster.save_leave": "roster.edit",
    "roster.save_pattern": "roster.edit",
    "roster.save_shift": "roster.edit",
    "roster.sheet": "roster.edit",
    "roster.shift": "roster.edit",
    "roster.take_sheet": "roster.edit",
    "roster.unit": "roster.read",
}
