"""The routes of indicators and call-backs, and the action each asks for."""

from __future__ import annotations

INDICATOR_ROUTES = {
    "dashboard.index": "dispute.handle",
    "callbacks.index": "dispute.handle",
    "callbacks.note_try": "dispute.handle",
    "callbacks.page": "dispute.handle",
    "callbacks.repeat": "dispute.handle",
    "callbacks.result": "dispute.handle",
    "callbacks.verdict": "dispute.handle",
    "indicators.definitions": "dispute.handle",
    "indicators.export": "dispute.handle",
    "indicators.index": "dispute.handle",
}
