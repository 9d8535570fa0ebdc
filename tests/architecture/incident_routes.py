"""The routes of urgent incidents, and the action each asks for."""

from __future__ import annotations

INCIDENT_ROUTES = {
    "incidents.add": "incident.report",
    "incidents.detail": "incident.read",
    "incidents.index": "incident.read",
    "incidents.link": "incident.report",
    "incidents.matter": "incident.report",
    "incidents.new": "incident.report",
    "incidents.report": "incident.report",
    "incidents.sheet": "incident.read",
    "incidents.sheet_file": "incident.read",
    "incidents.take": "incident.report",
    "incidents.unlink": "incident.report",
}
