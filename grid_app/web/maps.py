"""The risk map: frame, payloads, table; mediation rooms; recorded namings."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("maps", __name__)
guard_pages(bp)
