"""The inbox of escalations, acknowledging, the timeline; push subscriptions; ladders."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("inbox", __name__)
guard_pages(bp)
