"""Filling a bench's database in bulk: what is written reads as usual, and the database is again as it was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, func, select, text

from bench.bulk import filling, ids
from grid_app.database.engine import prepare_engine
from grid_app.database.transaction import reading
from grid_app.models.disputes import Dispute, DisputeEvent

MOMENT = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
KEPT = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"


@pytest.fixture
def engine(sqlite_template, tmp_path):
    (tmp_path / "grid.sqlite").write_bytes(sqlite_template.read_bytes())
    made = create_engine(f"sqlite:///{tmp_path / 'grid.sqlite'}")
    prepare_engine(made)
    yield made
    made.dispose()


def test_rows_in_bulk_read_like_any_other_and_indexes_and_triggers_are_back(engine):
    keys = ids()
    dispute = {
        "id": next(keys), "case_code": "C1", "tracking_code": "T1", "state": "handling", "category": "0299",
        "summary": "排水沟", "division_code": "990101001201", "place_kind": "chosen", "channel": "grid_walk",
        "danger": False, "grade": "blue", "grade_reasons": ["蓝"], "captured_at": MOMENT, "received_at": MOMENT,
        "noted_on": MOMENT.date(), "household_label": "h1",
    }  # fmt: skip
    steps = [
        {"id": next(keys), "dispute_id": dispute["id"], "number": number, "at": MOMENT, "kind": "reported",
         "details": {"way": "走访"}}
        for number in range(1, 4)
    ]  # fmt: skip
    with engine.connect() as connection:
        before = connection.execute(text(KEPT)).all()

    with filling(engine, (Dispute, DisputeEvent)) as file:
        written = file.add(Dispute, [dispute]), file.add(DisputeEvent, iter(steps))

    with reading(engine) as session:
        found = session.scalars(select(Dispute)).one()
        assert written == (1, 3)
        assert (found.id, found.received_at, found.grade_reasons) == (dispute["id"], MOMENT, ["蓝"])
        assert (found.version, found.danger, found.said) == (1, False, None)
        assert session.scalar(select(func.count()).select_from(DisputeEvent)) == len(steps)
        assert session.execute(text(KEPT)).all() == before
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
