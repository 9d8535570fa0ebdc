"""The county of the lists with boundaries and fifteen hundred villages of twenty grids, and what its past needs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import psycopg
from sqlalchemy import create_engine

from bench.bulk import INDEXES
from bench.lists.county import COUNTY, build_county
from bench.lists.disputes import fill
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction

PER_TOWNSHIP, GRIDS = 75, 20
STEP: Final = 0.001
ROW: Final = 200
BOUNDARIES = """
INSERT INTO boundaries (id, generation_id, level, code, name, kind, parent_code, area_km2, label_lon, label_lat,
                        source_crs, polygon)
SELECT gen_random_uuid(), %(generation)s, level, code, name, '', parent_code, 0.01, 111 + x * %(step)s,
       29 + y * %(step)s, 'wgs84',
       ST_Multi(ST_MakeEnvelope(111 + x * %(step)s, 29 + y * %(step)s, 111 + (x + 1) * %(step)s,
                                29 + (y + 1) * %(step)s, 4326))
FROM (SELECT *, (row_number() OVER (ORDER BY code) - 1) %% %(row)s AS x,
             (row_number() OVER (ORDER BY code) - 1) / %(row)s AS y
      FROM divisions) placed
"""
EVENTS = """
INSERT INTO dispute_events (id, dispute_id, number, at, kind, from_state, to_state, note, details)
SELECT gen_random_uuid(), id, 1, received_at, 'reported', NULL, 'reported', '', '{}'::json FROM disputes
UNION ALL
SELECT gen_random_uuid(), id, 2, accepted_at, 'accepted', 'reported', 'handling', '', '{}'::json FROM disputes
WHERE accepted_at IS NOT NULL
UNION ALL
SELECT gen_random_uuid(), id, 3, coalesce(closed_at, received_at + interval '9 days'), 'closed', 'handling', state,
       '', '{}'::json FROM disputes WHERE state IN ('closed', 'not_accepted', 'referred_out', 'legally_concluded')
"""


def make(url: str, *, total: int, now: datetime, seed: int) -> dict[str, float]:
    """Fill a fresh database; return how long it took."""
    engine = create_engine(url)
    upgrade(engine)
    with transaction(engine) as session:
        county = build_county(session, now, np.random.default_rng(seed), per_township=PER_TOWNSHIP, grids=GRIDS)
    engine.dispose()
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        _bounded(connection, now)
        taken = fill(connection, county, total=total, now=now, seed=seed)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        _remembered(connection)
        connection.execute("VACUUM ANALYZE")
    return taken


def _remembered(connection: psycopg.Connection) -> None:
    """Write what happened to each dispute; references are right by themselves, and the indexes are made afterwards."""
    connection.execute("SET session_replication_role = replica")
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute("SET timezone = 'UTC'")
    indexes = connection.execute(INDEXES, [["dispute_events"]]).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    connection.execute(EVENTS)
    for _, definition in indexes:
        connection.execute(definition)


def _bounded(connection: psycopg.Connection, now: datetime) -> None:
    generation = new_id()
    connection.execute(
        "INSERT INTO boundary_generations (id, number, state, created_at, activated_at, note)"
        " VALUES (%s, 1, 'active', %s, %s, '')",
        [generation, now, now],
    )
    connection.execute(BOUNDARIES, {"generation": generation, "step": STEP, "row": ROW})
    connection.execute("UPDATE divisions SET households = 300 WHERE level = 'village'")
    connection.commit()


__all__ = ["COUNTY", "make"]
