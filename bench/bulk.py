"""Filling the databases of benches quickly: rows in bulk into SQLite, and a filled SQLite file over into PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

import psycopg
from geoalchemy2 import Geometry
from sqlalchemy import Column, Engine, Table
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from grid_app.database.base import Base, new_id

Row = Mapping[str, Any]
DIALECT: Final = sqlite_dialect()
PORTION: Final = 10_000
QUICK: Final = ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-200000")
"""A bench that is stopped half-way throws its file away."""
PUT_OFF: Final = """
SELECT type, name, sql FROM sqlite_master
WHERE tbl_name IN (SELECT value FROM json_each(?)) AND sql IS NOT NULL AND type IN ('index', 'trigger')
"""
INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)
AND tablename = ANY(%s)
"""


def ids() -> Iterator[UUID]:
    """Yield ids in rising order, as `new_id` gives them, without asking chance and clock for each."""
    return map(_numbered, count(new_id().int))


def _numbered(number: int) -> UUID:
    return UUID(int=number)


class Filling:
    """Writes rows of models; made by `filling`."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def add(self, model: type[Base], rows: Iterator[Row] | Sequence[Row]) -> int:
        """Write rows that all have the same keys; return how many they were."""
        table, written, portion = cast("Table", model.__table__), 0, list[Row]()
        for row in rows:
            portion.append(row)
            if len(portion) == PORTION:
                written += self._write(table, portion)
                portion = []
        return written + self._write(table, portion)

    def _write(self, table: Table, rows: Sequence[Row]) -> int:
        if not rows:
            return 0
        given = rows[0]
        columns = [column for column in table.columns if column.name in given or column.default is not None]
        names = ", ".join(column.name for column in columns)
        marks = ", ".join("?" * len(columns))
        values = [_values(column, rows) for column in columns]
        self._driver.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", zip(*values, strict=True))  # noqa: S608 - names of our own tables
        return len(rows)


def _values(column: Column[Any], rows: Sequence[Row]) -> Iterator[Any]:
    """Return what a column holds in each row, as SQLite stores it."""
    bound = column.type.dialect_impl(DIALECT).bind_processor(DIALECT)
    if column.name in rows[0]:
        found = (row[column.name] for row in rows)
        return found if bound is None else map(bound, found)
    default = cast("Any", column.default)
    if default.is_callable:
        made: Callable[[], Any] = lambda: default.arg(None)  # noqa: E731 - of this column
        return (made() if bound is None else bound(made()) for _ in rows)
    value = default.arg if bound is None else bound(default.arg)
    return (value for _ in rows)


@contextmanager
def filling(engine: Engine, models: Sequence[type[Base]]) -> Iterator[Filling]:
    """Write to the tables of ``models`` without asking for references; their indexes are made at the end, at once.

    The tables behind the search for words and points are not filled, so no search finds these rows.
    """
    engine.dispose()  # the journal is switched off for a single connection
    tables = [cast("Table", model.__table__).name for model in models]
    with closing(engine.raw_connection()) as pooled:
        driver = cast("sqlite3.Connection", pooled.driver_connection)
        for pragma in QUICK:
            driver.execute(f"PRAGMA {pragma}")
        put_off = driver.execute(PUT_OFF, [_json(tables)]).fetchall()
        for kind, name, _ in put_off:
            driver.execute(f"DROP {kind} {name}")
        driver.execute("BEGIN")
        yield Filling(driver)
        driver.execute("COMMIT")
        for _, _, sql in put_off:
            driver.execute(sql)
        pooled.detach()  # the next connection is opened as the application opens it
    engine.dispose()


def _json(names: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def copy_over(source: Path, url: str) -> None:
    """Copy every table of a filled SQLite file into an empty PostgreSQL database of the same version; no geometries."""
    tables = [table for table in Base.metadata.sorted_tables if table.name != "alembic_version"]
    with closing(sqlite3.connect(source)) as file, psycopg.connect(url.replace("+psycopg", "")) as target:
        target.execute("SET session_replication_role = replica")  # references are those of the file
        target.execute("SET timezone = 'UTC'")
        indexes = target.execute(INDEXES, [[table.name for table in tables]]).fetchall()
        for name, _ in indexes:
            target.execute(f'DROP INDEX "{name}"')
        target.execute("TRUNCATE " + ", ".join(table.name for table in tables))
        for table in tables:
            _copy(file, target, table)
        for _, definition in indexes:
            target.execute(definition)


def _copy(file: sqlite3.Connection, target: psycopg.Connection, table: Table) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.columns if not isinstance(column.type, Geometry))
    with target.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in file.execute(f'SELECT {names} FROM "{table.name}"'):  # noqa: S608 - names of our own tables
            copy.write_row(row)
