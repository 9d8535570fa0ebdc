"""How the database goes about a file: each portion is looked up by its own ids, not by walking through the county."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.policy import dispute_scope
from grid_app.queries.chunks import SEVERAL
from grid_app.queries.exports.disputes import dispute_facts, outcomes_of, still_reached
from grid_app.queries.ledger import _measures
from grid_app.wiring import wired
from tests.builders import add_dispute

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def plans(app):
    """Give the lines of the plan of every question that is asked about disputes from now on."""
    lines = []

    def explain(_connection, cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT dispute"):
            lines.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall())

    engine = wired().engine
    event.listen(engine, "before_cursor_execute", explain)
    yield lines
    event.remove(engine, "before_cursor_execute", explain)


@pytest.mark.parametrize(
    ("table", "asked"),
    [
        ("disputes", lambda session, scope, ids: dispute_facts(session, scope=scope, ids=ids)),
        ("disputes", lambda session, scope, ids: still_reached(session, scope=scope, ids=ids)),
        ("dispute_events", lambda session, _scope, ids: outcomes_of(session, ids)),
        ("dispute_events", lambda session, _scope, ids: _measures(session, ids)),
    ],
)
def test_a_portion_is_looked_up_by_its_ids(app, app_world, plans, table, asked):
    with transaction() as session:
        known = [add_dispute(session, app_world, summary=f"第{number}件").id for number in range(3)]
        scope = dispute_scope(app_world.actor(session, "county_officer"))

    ids = [*known, *(new_id() for _ in range(SEVERAL - len(known)))]  # a full portion: databases weigh its length

    with reading() as session:
        found = asked(session, scope, ids)

    reached = [line for line in plans if line.startswith(("SEARCH", "SCAN")) and line.split()[1] == table]
    key = "id" if table == "disputes" else "dispute_id"
    assert reached
    assert all(line.endswith(f"({key}=?)") for line in reached), reached
    assert table == "dispute_events" or len(found) == len(known)
