"""Signing in and out, choosing a role, changing the password."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("sign_in", __name__)
guard_pages(bp)
