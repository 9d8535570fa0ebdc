"""How a connection is opened on each database, and how a SQLite transaction begins."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from grid_app.database.errors import keep_values_out_of_errors
from grid_app.database.spatial import register_spatial_functions
from grid_app.database.words import register_word_functions

BUSY_TIMEOUT_MS = 15_000
WRITES = "grid_writes"
KEPT_OPEN, MORE_AT_ONCE = 10, 15
"""Connections that one process keeps, and opens besides when many ask at once; two workers, the scheduler and a
dispatcher stay under the hundred that PostgreSQL allows. Who finds all taken waits."""
PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA foreign_keys=ON",
)


def prepare_engine(engine: Engine) -> None:
    """Attach what each new connection of ``engine`` needs, and keep what people entered out of its errors."""
    keep_values_out_of_errors(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def _open_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not begin transactions by itself: a reader begins DEFERRED, a writer IMMEDIATE, so that two
    # writers wait for each other instead of failing half-way (SQLite, "Isolation": upgrading a read may be refused).
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(pragma)
    register_spatial_functions(connection)
    register_word_functions(connection)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
