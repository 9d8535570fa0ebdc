"""What a database needs once after it was brought up to date: the rules of time limits, and clocks for old disputes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from grid_app.database.transaction import reading, transaction
from grid_app.services.clock_filling import are_filled, fill_clocks, mark_filled


def start_first_clocks(engine: Engine, now: datetime) -> None:
    """Seed the rules and give every open dispute its clocks, in batches; nothing happens when it was done before."""
    with reading(engine) as session:
        if are_filled(session):
            return
    last, is_more = None, True
    while is_more:
        with transaction(engine) as session:
            last = fill_clocks(session, now=now, after=last)
            is_more = last is not None
    with transaction(engine) as session:
        mark_filled(session, now=now)
