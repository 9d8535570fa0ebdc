"""The list of disputes and one dispute: accept, assign, record, close; parties; imports."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("disputes", __name__)
guard_pages(bp)
