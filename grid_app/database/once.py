"""Writing a row that may be there already: a repeat is a harmless no, on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.database.base import Base, new_id

Upsert = postgresql.Insert | sqlite.Insert


def insert_once(session: Session, table: type[Base], values: Mapping[str, object]) -> bool:
    """Say whether the row was written; a row with the same unique key makes this a harmless no.

    On PostgreSQL it waits for another transaction that is just writing the same key; SQLite has one writer.
    """
    row = {"id": new_id(), **values}
    statement = insert_into(session, table).values(row).on_conflict_do_nothing()
    return session.execute(statement.returning(table.__table__.c.id)).first() is not None


def insert_all_once(session: Session, table: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Write the rows in one statement; what is there already under the same unique key stays as it is."""
    if rows:
        made = [{"id": new_id(), **row} for row in rows]
        session.execute(insert_into(session, table).on_conflict_do_nothing(), made)


def insert_into(session: Session, table: type[Base]) -> Upsert:
    """Return the insert of the database in use, which knows what to do on a conflict."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
