"""Accounts, delegations, registered phones, handing over work."""

from __future__ import annotations

from flask import Blueprint

from grid_app.http.guard import guard_pages

bp = Blueprint("accounts", __name__)
guard_pages(bp)
