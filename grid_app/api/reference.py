"""Code lists, own villages as light GeoJSON, and the description of the API."""

from __future__ import annotations

from flask import Blueprint

from grid_app.api.guard import guard_api

bp = Blueprint("api_reference", __name__, url_prefix="/api/v1")
guard_api(bp)
