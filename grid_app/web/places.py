"""Boundary generations and rooms, for the system administrator."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("places", __name__)
guard_pages(bp)
