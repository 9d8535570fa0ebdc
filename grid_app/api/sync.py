"""POST /api/v1/disputes:sync and receipts:verify."""

from __future__ import annotations

from flask import Blueprint

from grid_app.api.guard import guard_api

bp = Blueprint("api_sync", __name__, url_prefix="/api/v1")
guard_api(bp)
