"""Disputes as rows, for tests of what is counted and drawn."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from grid_app.models.disputes import Dispute
from tests.world import NOW


def add_dispute(
    session, number, *, village, point=None, kind="inside", state="reported", category="0299", **more
) -> UUID:
    """Add a plain dispute in a village (or township), already flushed; ``more`` sets further columns."""
    lon, lat = point or (None, None)
    values = {"grade": "blue", "channel": "grid_walk", "received_at": NOW} | more
    dispute = Dispute(
        case_code=f"990101-2026-{number:06d}",
        tracking_code=f"T{number}",
        state=state,
        category=category,
        summary="两户为排水沟有争议",
        division_code=village,
        place_kind=kind,
        lon=lon,
        lat=lat,
        household_label=f"label-{number}",
        grade_reasons=[],
        captured_at=NOW,
        noted_on=date(2026, 11, 20),
        **values,
    )
    session.add(dispute)
    session.flush()
    return dispute.id
