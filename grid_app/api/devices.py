"""Registering a phone and proving its PIN."""

from __future__ import annotations

from flask import Blueprint

from grid_app.api.guard import guard_api

bp = Blueprint("api_devices", __name__, url_prefix="/api/v1")
guard_api(bp)
