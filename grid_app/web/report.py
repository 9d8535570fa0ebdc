"""The report form of the field: tile, danger question, one sentence, place; the receipt."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("report", __name__)
guard_pages(bp)
