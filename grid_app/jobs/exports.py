"""The jobs of exports: make what waits, and remove what is kept long enough."""

from __future__ import annotations

from grid_app.http import exports


def make_exports_job() -> int:
    """Make the files that wait, and begin anew those whose worker was killed; return how many."""
    return exports.work_through()


def clear_exports_job() -> int:
    """Remove the files whose time is over; return how many."""
    return exports.clear_up()
