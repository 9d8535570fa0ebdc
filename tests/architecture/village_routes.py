"""The routes of the village status and of namings, and the action each asks for."""

from __future__ import annotations

VILLAGE_ROUTES = {
    "village_namings.apply": "naming.apply",
    "village_namings.check": "naming.check",
    "village_namings.choose": "village_status.read",
    "village_namings.course": "village_status.read",
    "village_namings.index": "village_status.read",
    "village_namings.step": "naming.record",
    "villages.annex": "village_status.read",
    "villages.figures": "signed_in",
    "villages.index": "village_status.read",
    "villages.record": "village_status.check",
    "villages.save_figures": "policy.edit",
    "villages.status": "village_status.read",
}
