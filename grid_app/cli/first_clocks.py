"""What a database needs once after it was brought up to date: rules, clocks, and what lists sort and search by."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from grid_app.database.transaction import reading, transaction
from grid_app.security.fields import FieldCipher
from grid_app.services.clocks.filling import are_filled, fill_clocks, mark_filled
from grid_app.services.matters.searchable import fill_lists


def start_first_clocks(engine: Engine, now: datetime, *, again: bool = False) -> None:
    """Seed the rules and give every open dispute the clocks it lacks, in batches.

    Nothing happens when it was done before, unless ``again``: processes of an older version may have taken reports in.
    """
    with reading(engine) as session:
        was_filled = are_filled(session)
    if was_filled and not again:
        return
    last, is_more = None, True
    while is_more:
        with transaction(engine) as session:
            last = fill_clocks(session, now=now, after=last)
            is_more = last is not None
    if not was_filled:
        with transaction(engine) as session:
            mark_filled(session, now=now)


def fill_first_lists(engine: Engine, cipher: FieldCipher) -> None:
    """Give every dispute from before there was a search its words and its next date, in batches."""
    last, is_more = None, True
    while is_more:
        with transaction(engine) as session:
            last = fill_lists(session, cipher=cipher, after=last)
            is_more = last is not None
