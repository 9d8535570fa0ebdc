"""The routes of exports and of a superior's sheets, and the action each asks for."""

from __future__ import annotations

EXPORT_ROUTES = {
    "bulletins.quarterly": "data.export",
    "bulletins.round_bulletin": "data.export",
    "exports.again": "data.export",
    "exports.ask": "data.export",
    "exports.detail": "data.export",
    "exports.drop": "data.export",
    "exports.fetch": "data.export",
    "exports.index": "data.export",
    "exports.progress": "data.export",
    "sheets.columns": "sheet.edit",
    "sheets.fill": "data.export",
    "sheets.index": "data.export",
    "sheets.retire": "sheet.edit",
    "sheets.save": "sheet.edit",
    "sheets.sent": "data.export",
    "sheets.show": "data.export",
    "sheets.upload": "sheet.edit",
}
