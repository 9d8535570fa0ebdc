"""Screening rounds: returns, progress, closing and analysing."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("rounds", __name__)
guard_pages(bp)
