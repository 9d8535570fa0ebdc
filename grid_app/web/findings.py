"""Findings: why, who does what, by when; confirm or dismiss."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("findings", __name__)
guard_pages(bp)
