"""The audit trail, for the auditor."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("audit", __name__)
guard_pages(bp)
