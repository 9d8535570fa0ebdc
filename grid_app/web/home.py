"""The start page of each role, the style guide, health and readiness."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("home", __name__)
guard_pages(bp)
